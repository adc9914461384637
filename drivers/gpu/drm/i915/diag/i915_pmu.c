// SPDX-License-Identifier: MIT

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/perf_event.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <drm/drm_drv.h>

#include <uapi/drm/i915_drm.h>

#include "diag/i915_diag.h"
#include "gt/i915_gt.h"
#include "i915_drv.h"

/**
 * DOC: Performance events
 *
 * A PMU that perf and intel_gpu_top read: how long each engine was busy, and
 * how many interrupts came. Both are counted anyway; nothing is sampled, and no
 * timer runs while somebody looks. What would have to be sampled or is not
 * managed by the driver (waits, semaphores, frequency, RC6) is not offered
 * rather than shown as zero.
 *
 * A PMU must not go away under its events, and events outlive an unbind as
 * long as their file descriptors do. So an unbind closes the PMU: its events
 * stand still, new ones are refused, and if it has events it is put on a list
 * from where it is freed once they are gone: at the next bind or at unload,
 * which cannot come before the events that hold the module. A GPU that is bound
 * again while they are still open does without a PMU.
 */

struct i915_pmu {
	struct pmu base;
	/* each event holds a reference on the DRM device */
	struct drm_i915_private *i915;
	/* events that exist */
	atomic_t events;
	/* the device is gone; counters stand still */
	bool closed;
	/* on i915_pmu_closed */
	struct list_head link;
	/* as in /sys/bus/event_source/devices/ */
	char name[32];

	struct perf_pmu_events_attr attrs[2 * I915_ENGINES + 1];
	char attr_names[2 * I915_ENGINES + 1][16];
	struct attribute *events_attrs[2 * I915_ENGINES + 2];
	struct attribute_group events_group;
	const struct attribute_group *groups[3];
};

/* PMUs whose device is gone and that had events then */
static LIST_HEAD(i915_pmu_closed);
static DEFINE_MUTEX(i915_pmu_closed_lock);

PMU_FORMAT_ATTR(i915_eventid, "config:0-20");

static struct attribute *i915_pmu_format_attrs[] = {
	&format_attr_i915_eventid.attr,
	NULL
};

static const struct attribute_group i915_pmu_format_group = {
	.name = "format",
	.attrs = i915_pmu_format_attrs,
};

static struct i915_pmu *to_i915_pmu(struct pmu *pmu)
{
	return container_of(pmu, struct i915_pmu, base);
}

/* The engine of a "busy" event, or NULL */
static struct i915_engine *i915_pmu_engine(struct i915_pmu *pmu, u64 config)
{
	if (config >= __I915_PMU_OTHER(0))
		return NULL;

	if ((config & I915_PMU_SAMPLE_MASK) != I915_SAMPLE_BUSY)
		return NULL;

	return i915_gt_engine(&pmu->i915->gt, config >> I915_PMU_CLASS_SHIFT,
			      (config >> I915_PMU_SAMPLE_BITS) &
			      GENMASK(I915_PMU_SAMPLE_INSTANCE_BITS - 1, 0));
}

/* In hw.prev_count: where the event started from is not known yet */
#define I915_PMU_UNKNOWN	U64_MAX

/*
 * Perf calls in with the run queue locked, and engine->lock is held where work
 * is queued, which locks a run queue: so the lock may only be tried. A value
 * that cannot be had now is had the next time; counters lose nothing by it.
 */
static u64 i915_pmu_busy_ns(struct i915_engine *engine)
{
	unsigned long flags;
	u64 busy_ns;

	if (!spin_trylock_irqsave(&engine->lock, flags))
		return I915_PMU_UNKNOWN;

	busy_ns = engine->busy_ns;
	if (engine->busy_since)
		busy_ns += ktime_get_ns() - engine->busy_since;
	spin_unlock_irqrestore(&engine->lock, flags);

	return busy_ns;
}

static u64 i915_pmu_value(struct perf_event *event)
{
	struct i915_pmu *pmu = to_i915_pmu(event->pmu);

	if (event->attr.config == I915_PMU_INTERRUPTS)
		return READ_ONCE(pmu->i915->gt.irq_count);

	return i915_pmu_busy_ns(i915_pmu_engine(pmu, event->attr.config));
}

static void i915_pmu_event_destroy(struct perf_event *event)
{
	struct i915_pmu *pmu = to_i915_pmu(event->pmu);
	struct drm_i915_private *i915 = pmu->i915;

	atomic_dec(&pmu->events);
	drm_dev_put(&i915->drm);
}

static int i915_pmu_event_init(struct perf_event *event)
{
	struct i915_pmu *pmu = to_i915_pmu(event->pmu);

	if (READ_ONCE(pmu->closed))
		return -ENODEV;

	if (event->attr.type != event->pmu->type)
		return -ENOENT;

	if (is_sampling_event(event) || has_branch_stack(event))
		return -EOPNOTSUPP;

	if (event->cpu < 0)
		return -EINVAL;

	if (event->attr.config != I915_PMU_INTERRUPTS &&
	    !i915_pmu_engine(pmu, event->attr.config))
		return -ENOENT;

	drm_dev_get(&pmu->i915->drm);
	atomic_inc(&pmu->events);
	event->destroy = i915_pmu_event_destroy;

	return 0;
}

static void i915_pmu_event_read(struct perf_event *event)
{
	struct hw_perf_event *hwc = &event->hw;
	u64 now, prev;

	if (READ_ONCE(to_i915_pmu(event->pmu)->closed))
		return;

	prev = local64_read(&hwc->prev_count);
	do {
		now = i915_pmu_value(event);
		if (now == I915_PMU_UNKNOWN)
			return;
	} while (!local64_try_cmpxchg(&hwc->prev_count, &prev, now));

	if (prev != I915_PMU_UNKNOWN)
		local64_add(now - prev, &event->count);
}

static void i915_pmu_event_start(struct perf_event *event, int flags)
{
	if (READ_ONCE(to_i915_pmu(event->pmu)->closed))
		return;

	local64_set(&event->hw.prev_count, i915_pmu_value(event));
	event->hw.state = 0;
}

static void i915_pmu_event_stop(struct perf_event *event, int flags)
{
	if (flags & PERF_EF_UPDATE)
		i915_pmu_event_read(event);

	event->hw.state = PERF_HES_STOPPED;
}

static int i915_pmu_event_add(struct perf_event *event, int flags)
{
	if (READ_ONCE(to_i915_pmu(event->pmu)->closed))
		return -ENODEV;

	if (flags & PERF_EF_START)
		i915_pmu_event_start(event, flags);

	return 0;
}

static void i915_pmu_event_del(struct perf_event *event, int flags)
{
	i915_pmu_event_stop(event, PERF_EF_UPDATE);
}

static ssize_t i915_pmu_event_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct perf_pmu_events_attr *event = container_of(attr, struct perf_pmu_events_attr, attr);

	if (event->event_str)
		return sysfs_emit(buf, "%s\n", event->event_str);

	return sysfs_emit(buf, "config=0x%llx\n", event->id);
}

/* A file in events/: the number of an event, or where @unit is given its unit. */
static void i915_pmu_add_attr(struct i915_pmu *pmu, unsigned int n, u64 config, const char *unit)
{
	struct perf_pmu_events_attr *attr = &pmu->attrs[n];

	sysfs_attr_init(&attr->attr.attr);
	attr->attr.attr.name = pmu->attr_names[n];
	attr->attr.attr.mode = 0444;
	attr->attr.show = i915_pmu_event_show;
	attr->id = config;
	attr->event_str = unit;
	pmu->events_attrs[n] = &attr->attr.attr;
}

static void i915_pmu_make_attrs(struct i915_pmu *pmu)
{
	struct i915_engine *engine;
	unsigned int id, n = 0;

	strscpy(pmu->attr_names[n], "interrupts");
	i915_pmu_add_attr(pmu, n++, I915_PMU_INTERRUPTS, NULL);

	for_each_engine(engine, &pmu->i915->gt, id) {
		u64 config = I915_PMU_ENGINE_BUSY(engine->desc->uabi_class,
						  engine->desc->uabi_instance);

		snprintf(pmu->attr_names[n], sizeof(pmu->attr_names[n]), "%s-busy",
			 engine->desc->name);
		i915_pmu_add_attr(pmu, n++, config, NULL);

		snprintf(pmu->attr_names[n], sizeof(pmu->attr_names[n]), "%s-busy.unit",
			 engine->desc->name);
		i915_pmu_add_attr(pmu, n++, config, "ns");
	}

	pmu->events_group.name = "events";
	pmu->events_group.attrs = pmu->events_attrs;
	pmu->groups[0] = &i915_pmu_format_group;
	pmu->groups[1] = &pmu->events_group;
}

/* The integrated GPU's address has the short name; tools compute this from the PCI address. */
static void i915_pmu_make_name(struct i915_pmu *pmu)
{
	const char *slot = dev_name(pmu->i915->drm.dev);

	if (!strcmp(slot, "0000:00:02.0")) {
		strscpy(pmu->name, "i915");
		return;
	}

	snprintf(pmu->name, sizeof(pmu->name), "i915_%s", slot);
	strreplace(pmu->name, ':', '_');
}

static void i915_pmu_free(struct i915_pmu *pmu)
{
	perf_pmu_unregister(&pmu->base);
	kfree(pmu);
}

/**
 * i915_pmu_reap - free the PMUs whose device and events are gone
 *
 * Called at unload, and before a PMU of the same name is registered.
 *
 * Context: process context.
 */
void i915_pmu_reap(void)
{
	struct i915_pmu *pmu, *next;

	mutex_lock(&i915_pmu_closed_lock);
	list_for_each_entry_safe(pmu, next, &i915_pmu_closed, link) {
		if (atomic_read(&pmu->events))
			continue;

		list_del(&pmu->link);
		i915_pmu_free(pmu);
	}
	mutex_unlock(&i915_pmu_closed_lock);
}

/* An earlier binding of the same GPU left its PMU to events that are still open. */
static bool i915_pmu_name_taken(const char *name)
{
	struct i915_pmu *pmu;
	bool taken = false;

	mutex_lock(&i915_pmu_closed_lock);
	list_for_each_entry(pmu, &i915_pmu_closed, link)
		taken |= !strcmp(pmu->name, name);
	mutex_unlock(&i915_pmu_closed_lock);

	return taken;
}

static const struct pmu i915_pmu_template = {
	.module = THIS_MODULE,
	.task_ctx_nr = perf_invalid_context,
	/* any CPU will do: what is counted belongs to the device */
	.scope = PERF_PMU_SCOPE_SYS_WIDE,
	.event_init = i915_pmu_event_init,
	.start = i915_pmu_event_start,
	.read = i915_pmu_event_read,
	.stop = i915_pmu_event_stop,
	.add = i915_pmu_event_add,
	.del = i915_pmu_event_del,
};

/**
 * i915_pmu_register - offer the device's performance events
 * @i915: the device
 *
 * Context: process context.
 * Return: 0, also without a PMU when one of an earlier binding still has
 * events; or -ENOMEM.
 */
int i915_pmu_register(struct drm_i915_private *i915)
{
	struct i915_pmu *pmu;
	int ret;

	i915_pmu_reap();

	pmu = kzalloc(sizeof(*pmu), GFP_KERNEL);
	if (!pmu)
		return -ENOMEM;

	pmu->i915 = i915;
	i915_pmu_make_name(pmu);
	i915_pmu_make_attrs(pmu);
	pmu->base = i915_pmu_template;
	pmu->base.attr_groups = pmu->groups;

	if (i915_pmu_name_taken(pmu->name))
		ret = -EBUSY;
	else
		ret = perf_pmu_register(&pmu->base, pmu->name, -1);
	if (ret) {
		drm_notice(&i915->drm, "no performance events: %pe\n", ERR_PTR(ret));
		kfree(pmu);
		return 0;
	}
	i915->diag.pmu = pmu;

	return 0;
}

/**
 * i915_pmu_unregister - the device goes away
 * @i915: the device
 *
 * Context: process context.
 */
void i915_pmu_unregister(struct drm_i915_private *i915)
{
	struct i915_pmu *pmu = i915->diag.pmu;

	if (!pmu)
		return;

	i915->diag.pmu = NULL;
	WRITE_ONCE(pmu->closed, true);
	/* whoever came in before sees the event count or the flag */
	synchronize_rcu();

	mutex_lock(&i915_pmu_closed_lock);
	list_add(&pmu->link, &i915_pmu_closed);
	mutex_unlock(&i915_pmu_closed_lock);
	i915_pmu_reap();
}

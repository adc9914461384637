// SPDX-License-Identifier: MIT

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/perf_event.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <drm/drm_drv.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "diag/i915_diag_layer.h"
#include "diag/i915_pmu.h"
#include "diag/i915_pmu_attrs.h"
#include "diag/i915_pmu_sample.h"
#include "gt/i915_gt.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_gt_power.h"

/**
 * DOC: Performance events
 *
 * The PMU that perf and intel_gpu_top read: how long each engine was busy or
 * waiting, how long requests kept the GPU awake, and the number of interrupts. An
 * event that the driver does not manage (frequency, RC6) is refused with -ENODEV,
 * instead of reading zero. Counting is free while no event exists. While there is an
 * event for interrupts, every request interrupts, whether or not somebody waits for
 * it. Waiting is sampled (see i915_pmu_sample.c).
 *
 * A PMU must not be freed under its events, and events outlive an unbind as long as
 * their file descriptors do. Nor does perf say when it is done with an event: it
 * still uses the PMU after it has called the event's destroy(). So a PMU that ever
 * had an event is kept until the module is unloaded, which events prevent. It
 * belongs to a PCI slot: at an unbind it loses its device, its events stop counting
 * and new ones are refused; the next device in the slot takes it over. A PMU that
 * never had an event is freed with its device.
 */

/* The PMUs of all slots */
static LIST_HEAD(i915_pmus);
/* Guards i915_pmus. */
DEFINE_MUTEX(i915_pmus_lock);

static struct i915_pmu *i915_pmu_of(struct pmu *pmu)
{
	return container_of(pmu, struct i915_pmu, base);
}

/* The device of an event, which it references; the PMU may have another one by now */
static struct drm_i915_private *i915_pmu_event_device(const struct perf_event *event)
{
	return event->pmu_private;
}

static bool i915_pmu_event_is_dead(const struct perf_event *event)
{
	return READ_ONCE(i915_pmu_of(event->pmu)->i915) != i915_pmu_event_device(event);
}

/* The engine of an event, or NULL */
static struct i915_engine *i915_pmu_engine(struct drm_i915_private *i915, u64 config)
{
	if (config >= __I915_PMU_OTHER(0))
		return NULL;

	return i915_gt_engine(to_gt(i915), config >> I915_PMU_CLASS_SHIFT,
			      (config >> I915_PMU_SAMPLE_BITS) &
			      GENMASK(I915_PMU_SAMPLE_INSTANCE_BITS - 1, 0));
}

/* Return: 0; -ENODEV: an event of other devices; -ENOENT: of none */
static int i915_pmu_check_config(struct drm_i915_private *i915, u64 config)
{
	switch (config) {
	case I915_PMU_INTERRUPTS:
	case I915_PMU_SOFTWARE_GT_AWAKE_TIME:
		return 0;
	case I915_PMU_ACTUAL_FREQUENCY:
	case I915_PMU_REQUESTED_FREQUENCY:
	case I915_PMU_RC6_RESIDENCY:
		return -ENODEV;
	}

	if (config >= __I915_PMU_OTHER(0))
		return -ENOENT;
	if (!i915_pmu_engine(i915, config))
		return -ENODEV;

	return (config & I915_PMU_SAMPLE_MASK) > I915_SAMPLE_SEMA ? -ENOENT : 0;
}

/* I915_SAMPLE_*, or I915_SAMPLE_BUSY for what is counted and not sampled */
static unsigned int i915_pmu_sampled(u64 config)
{
	return config < __I915_PMU_OTHER(0) ? config & I915_PMU_SAMPLE_MASK : I915_SAMPLE_BUSY;
}

/* In hw.prev_count: the value at the start of the event is not known yet */
#define I915_PMU_UNKNOWN	U64_MAX

/*
 * Perf calls this with a run queue locked, and queueing work under engine->lock locks a run queue,
 * so the lock may only be trylocked. If that fails, the next read gets the value; nothing is lost.
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
	struct drm_i915_private *i915 = i915_pmu_event_device(event);
	struct i915_pmu *pmu = i915_pmu_of(event->pmu);
	u64 config = event->attr.config;
	struct i915_engine *engine;

	if (config == I915_PMU_INTERRUPTS)
		return READ_ONCE(to_gt(i915)->irq_count);
	if (config == I915_PMU_SOFTWARE_GT_AWAKE_TIME)
		return i915_gt_awake_ns(to_gt(i915));

	engine = i915_pmu_engine(i915, config);
	if (i915_pmu_sampled(config) == I915_SAMPLE_BUSY)
		return i915_pmu_busy_ns(engine);

	return READ_ONCE(pmu->sampled_ns[engine->id][i915_pmu_sampled(config) - I915_SAMPLE_WAIT]);
}

static void i915_pmu_event_destroy(struct perf_event *event)
{
	struct drm_i915_private *i915 = i915_pmu_event_device(event);

	if (event->attr.config == I915_PMU_INTERRUPTS)
		i915_gt_listen(to_gt(i915), -1);
	drm_dev_put(&i915->drm);
}

static int i915_pmu_event_check(struct perf_event *event)
{
	if (event->attr.type != event->pmu->type)
		return -ENOENT;

	if (is_sampling_event(event))
		return -EINVAL;

	if (has_branch_stack(event))
		return -EOPNOTSUPP;

	return event->cpu < 0 ? -EINVAL : 0;
}

/* Attach the event to the device that is bound now. From here on the PMU is kept. */
static int i915_pmu_event_attach(struct i915_pmu *pmu, struct perf_event *event)
{
	int ret = -ENODEV;

	spin_lock_irq(&pmu->lock);
	if (pmu->i915)
		ret = i915_pmu_check_config(pmu->i915, event->attr.config);
	if (!ret) {
		drm_dev_get(&pmu->i915->drm);
		event->pmu_private = pmu->i915;
		pmu->used = true;
	}
	spin_unlock_irq(&pmu->lock);

	return ret;
}

static int i915_pmu_event_init(struct perf_event *event)
{
	int ret;

	ret = i915_pmu_event_check(event);
	if (ret)
		return ret;

	ret = i915_pmu_event_attach(i915_pmu_of(event->pmu), event);
	if (ret)
		return ret;

	if (event->attr.config == I915_PMU_INTERRUPTS)
		i915_gt_listen(to_gt(i915_pmu_event_device(event)), 1);
	event->destroy = i915_pmu_event_destroy;

	return 0;
}

static void i915_pmu_event_read(struct perf_event *event)
{
	struct hw_perf_event *hwc = &event->hw;
	u64 now, prev;

	if (i915_pmu_event_is_dead(event))
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

/* Start or stop sampling, if the event needs it. */
static void i915_pmu_event_sampling(struct perf_event *event, bool on)
{
	unsigned int what = i915_pmu_sampled(event->attr.config);
	struct drm_i915_private *i915 = i915_pmu_event_device(event);
	struct i915_pmu *pmu = i915_pmu_of(event->pmu);
	struct i915_engine *engine;
	unsigned long flags;

	if (what == I915_SAMPLE_BUSY)
		return;

	engine = i915_pmu_engine(i915, event->attr.config);
	spin_lock_irqsave(&pmu->lock, flags);
	if (pmu->i915 == i915) {
		if (on)
			i915_pmu_sampling_get(pmu, engine, what);
		else
			i915_pmu_sampling_put(pmu, engine, what);
	}
	spin_unlock_irqrestore(&pmu->lock, flags);
}

static void i915_pmu_event_start(struct perf_event *event, int flags)
{
	if (i915_pmu_event_is_dead(event))
		return;

	i915_pmu_event_sampling(event, true);
	local64_set(&event->hw.prev_count, i915_pmu_value(event));
	event->hw.state = 0;
}

static void i915_pmu_event_stop(struct perf_event *event, int flags)
{
	if (event->hw.state & PERF_HES_STOPPED)
		return;

	if (flags & PERF_EF_UPDATE)
		i915_pmu_event_read(event);

	event->hw.state = PERF_HES_STOPPED;
	i915_pmu_event_sampling(event, false);
}

static int i915_pmu_event_add(struct perf_event *event, int flags)
{
	event->hw.state = PERF_HES_STOPPED;
	if (i915_pmu_event_is_dead(event))
		return -ENODEV;

	if (flags & PERF_EF_START)
		i915_pmu_event_start(event, flags);

	return 0;
}

static void i915_pmu_event_del(struct perf_event *event, int flags)
{
	i915_pmu_event_stop(event, PERF_EF_UPDATE);
}

/* Tools compute the name from the PCI address; the integrated GPU has a short one. */
static void i915_pmu_make_name(char *name, size_t size, struct drm_i915_private *i915)
{
	const char *slot = dev_name(i915->drm.dev);

	if (!strcmp(slot, "0000:00:02.0")) {
		strscpy(name, "i915", size);
		return;
	}

	snprintf(name, size, "i915_%s", slot);
	strreplace(name, ':', '_');
}

static const struct pmu i915_pmu_template = {
	.module = THIS_MODULE,
	.task_ctx_nr = perf_invalid_context,
	/* any CPU may read it: the counters belong to the device */
	.scope = PERF_PMU_SCOPE_SYS_WIDE,
	.event_init = i915_pmu_event_init,
	.start = i915_pmu_event_start,
	.read = i915_pmu_event_read,
	.stop = i915_pmu_event_stop,
	.add = i915_pmu_event_add,
	.del = i915_pmu_event_del,
};

static struct i915_pmu *i915_pmu_create(struct drm_i915_private *i915, const char *name)
{
	struct i915_pmu *pmu;
	int ret;

	pmu = kzalloc(sizeof(*pmu), GFP_KERNEL);
	if (!pmu)
		return ERR_PTR(-ENOMEM);

	strscpy(pmu->name, name);
	spin_lock_init(&pmu->lock);
	i915_pmu_sampling_init(pmu);
	i915_pmu_make_attrs(pmu, i915);
	pmu->base = i915_pmu_template;
	pmu->base.attr_groups = pmu->groups;

	ret = perf_pmu_register(&pmu->base, pmu->name, -1);
	if (ret) {
		kfree(pmu);
		return ERR_PTR(ret);
	}
	list_add(&pmu->link, &i915_pmus);

	return pmu;
}

static void i915_pmu_free(struct i915_pmu *pmu)
{
	list_del(&pmu->link);
	/* Waits for concurrent creation of events. */
	perf_pmu_unregister(&pmu->base);
	kfree(pmu);
}

/* The PMU of an earlier device in the slot */
static struct i915_pmu *i915_pmu_find(const char *name)
{
	struct i915_pmu *pmu;

	list_for_each_entry(pmu, &i915_pmus, link) {
		if (!strcmp(pmu->name, name))
			return pmu;
	}

	return NULL;
}

/**
 * i915_pmu_register - register the PMU of a device
 * @i915: the device
 *
 * Context: process context.
 * Return: 0, even if perf refuses the PMU, or -ENOMEM.
 */
int i915_pmu_register(struct drm_i915_private *i915)
{
	struct i915_pmu *pmu;
	char name[32];
	int ret = 0;

	i915_pmu_make_name(name, sizeof(name), i915);

	mutex_lock(&i915_pmus_lock);
	pmu = i915_pmu_find(name);
	if (!pmu)
		pmu = i915_pmu_create(i915, name);
	if (IS_ERR(pmu)) {
		ret = PTR_ERR(pmu);
		if (ret != -ENOMEM) {
			drm_notice(&i915->drm, "PMU not registered, no performance events: %pe\n",
				   pmu);
			ret = 0;
		}
	} else {
		spin_lock_irq(&pmu->lock);
		WRITE_ONCE(pmu->i915, i915);
		spin_unlock_irq(&pmu->lock);
		to_diag(i915)->pmu = pmu;
	}
	mutex_unlock(&i915_pmus_lock);

	return ret;
}

/**
 * i915_pmu_unregister - detach the PMU from its device
 * @i915: the device
 *
 * Context: process context.
 */
void i915_pmu_unregister(struct drm_i915_private *i915)
{
	struct i915_pmu *pmu = to_diag(i915)->pmu;
	bool used;

	if (!pmu)
		return;

	to_diag(i915)->pmu = NULL;
	mutex_lock(&i915_pmus_lock);
	spin_lock_irq(&pmu->lock);
	WRITE_ONCE(pmu->i915, NULL);
	used = pmu->used;
	spin_unlock_irq(&pmu->lock);

	i915_pmu_sampling_stop(pmu);
	if (!used)
		i915_pmu_free(pmu);
	mutex_unlock(&i915_pmus_lock);
}

/**
 * i915_pmu_exit - free the PMUs that were kept for perf
 *
 * A step of unload; there are no events left, as they hold the module.
 *
 * Context: process context; no device is bound.
 */
void i915_pmu_exit(void)
{
	struct i915_pmu *pmu, *next;

	mutex_lock(&i915_pmus_lock);
	list_for_each_entry_safe(pmu, next, &i915_pmus, link)
		i915_pmu_free(pmu);
	mutex_unlock(&i915_pmus_lock);
}

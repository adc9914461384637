// SPDX-License-Identifier: MIT

#include <linux/perf_event.h>
#include <linux/sysfs.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "diag/i915_pmu.h"
#include "diag/i915_pmu_attrs.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_layer.h"

/**
 * DOC: Names of performance events
 *
 * The files from which perf learns the names of the events and their units:
 * /sys/bus/event_source/devices/i915/events/.
 */

PMU_FORMAT_ATTR(i915_eventid, "config:0-20");

static struct attribute *i915_pmu_format_attrs[] = {
	&format_attr_i915_eventid.attr,
	NULL
};

static const struct attribute_group i915_pmu_format_group = {
	.name = "format",
	.attrs = i915_pmu_format_attrs,
};

static ssize_t i915_pmu_event_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct perf_pmu_events_attr *event = container_of(attr, struct perf_pmu_events_attr, attr);

	if (event->event_str)
		return sysfs_emit(buf, "%s\n", event->event_str);

	return sysfs_emit(buf, "config=0x%llx\n", event->id);
}

/* A file in events/: the number of an event or, if @unit is not NULL, its unit */
static unsigned int i915_pmu_add_attr(struct i915_pmu *pmu, unsigned int n, u64 config,
				      const char *unit)
{
	struct perf_pmu_events_attr *attr = &pmu->attrs[n];

	sysfs_attr_init(&attr->attr.attr);
	attr->attr.attr.name = pmu->attr_names[n];
	attr->attr.attr.mode = 0444;
	attr->attr.show = i915_pmu_event_show;
	attr->id = config;
	attr->event_str = unit;
	pmu->events_attrs[n] = &attr->attr.attr;

	return n + 1;
}

/* Two files for an event that counts nanoseconds */
static unsigned int i915_pmu_add_time(struct i915_pmu *pmu, unsigned int n, u64 config,
				      const char *name)
{
	strscpy(pmu->attr_names[n], name);
	n = i915_pmu_add_attr(pmu, n, config, NULL);
	snprintf(pmu->attr_names[n], sizeof(pmu->attr_names[n]), "%s.unit", name);

	return i915_pmu_add_attr(pmu, n, config, "ns");
}

static const char * const i915_pmu_samples[] = {
	[I915_SAMPLE_BUSY] = "busy",
	[I915_SAMPLE_WAIT] = "wait",
	[I915_SAMPLE_SEMA] = "sema",
};

static unsigned int i915_pmu_add_engine(struct i915_pmu *pmu, unsigned int n,
					const struct i915_engine_desc *desc)
{
	unsigned int sample;
	char name[16];

	for (sample = 0; sample < ARRAY_SIZE(i915_pmu_samples); sample++) {
		snprintf(name, sizeof(name), "%s-%s", desc->name, i915_pmu_samples[sample]);
		n = i915_pmu_add_time(pmu, n, __I915_PMU_ENGINE(desc->uabi_class,
								desc->uabi_instance, sample), name);
	}

	return n;
}

/**
 * i915_pmu_make_attrs - fill in the files that name the events
 * @pmu: the new PMU
 * @i915: the device, for its engines
 *
 * Context: any.
 */
void i915_pmu_make_attrs(struct i915_pmu *pmu, struct drm_i915_private *i915)
{
	struct i915_engine *engine;
	unsigned int id, n = 0;

	strscpy(pmu->attr_names[n], "interrupts");
	n = i915_pmu_add_attr(pmu, n, I915_PMU_INTERRUPTS, NULL);
	n = i915_pmu_add_time(pmu, n, I915_PMU_SOFTWARE_GT_AWAKE_TIME, "software-gt-awake-time");
	for_each_engine(engine, to_gt(i915), id)
		n = i915_pmu_add_engine(pmu, n, engine->desc);

	pmu->events_group.name = "events";
	pmu->events_group.attrs = pmu->events_attrs;
	pmu->groups[0] = &i915_pmu_format_group;
	pmu->groups[1] = &pmu->events_group;
}

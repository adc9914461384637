/* SPDX-License-Identifier: MIT */
#ifndef _I915_PMU_H_
#define _I915_PMU_H_

#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/perf_event.h>
#include <linux/spinlock.h>

#include "gt/i915_gt_types.h"

struct drm_i915_private;

/* Number of sampled events per engine: I915_SAMPLE_WAIT and I915_SAMPLE_SEMA */
#define I915_PMU_SAMPLED	2

/* busy, wait and semaphore of each engine; interrupts; awake */
#define I915_PMU_EVENTS		(3 * I915_ENGINES + 2)
/* each has a file for its number, and all but interrupts one for their unit */
#define I915_PMU_ATTRS		(2 * I915_PMU_EVENTS - 1)

/**
 * struct i915_pmu - the performance events of one GPU
 *
 * Belongs to a PCI slot, not to a device: see "Performance events" in i915_pmu.c.
 */
struct i915_pmu {
	/** @base: the PMU as perf sees it; its name is @name */
	struct pmu base;
	/** @name: as in /sys/bus/event_source/devices/ */
	char name[32];
	/** @link: on i915_pmus; i915_pmus_lock */
	struct list_head link;

	/**
	 * @lock: protects @i915, @used, @enabled and @sampled_at; irqsave. Perf takes it with a run
	 * queue locked, so nothing may be woken under it.
	 */
	spinlock_t lock;
	/** @i915: the device, or NULL; events of an earlier device have stopped counting */
	struct drm_i915_private *i915;
	/** @used: True once it had an event, from when on perf may use it until unload */
	bool used;
	/** @enabled: number of counting events, by engine and sampled event */
	unsigned int enabled[I915_ENGINES][I915_PMU_SAMPLED];
	/** @sampled_at: time of the last sample, ktime ns; the next one is charged from then on */
	u64 sampled_at;
	/** @timer: takes samples while an event counts that needs them */
	struct hrtimer timer;
	/** @sampled_ns: accumulated nanoseconds; written by @timer only */
	u64 sampled_ns[I915_ENGINES][I915_PMU_SAMPLED];

	/** @attrs: files in events/ */
	struct perf_pmu_events_attr attrs[I915_PMU_ATTRS];
	/** @attr_names: names of @attrs */
	char attr_names[I915_PMU_ATTRS][32];
	/** @events_attrs: pointers to @attrs, NULL-terminated */
	struct attribute *events_attrs[I915_PMU_ATTRS + 1];
	/** @events_group: events/ */
	struct attribute_group events_group;
	/** @groups: format/ and events/, NULL-terminated */
	const struct attribute_group *groups[3];
};

extern struct mutex i915_pmus_lock;	/* i915_pmu.c */

int i915_pmu_register(struct drm_i915_private *i915);
void i915_pmu_unregister(struct drm_i915_private *i915);
void i915_pmu_exit(void);

#endif

// SPDX-License-Identifier: MIT

#include <linux/kobject.h>

#include "gt/i915_uevent.h"
#include "i915_drv.h"

/**
 * DOC: Events of resets
 *
 * User space that waits for hangs hears of a reset of the whole GPU by uevents
 * of the card: ERROR=1 and RESET=1 when it was necessary, ERROR=0 when the GPU
 * is back. Sending one allocates memory, for which reclaim may wait for the very
 * fences the reset is to bring on. So it is a work item of its own, and two
 * resets in quick succession may be told as one.
 */

static void send_uevent(struct i915_gt *gt, char *event)
{
	struct drm_device *drm = &gt->i915->drm;
	char *envp[2] = { event };

	if (drm->registered && drm->primary && drm->primary->kdev)
		kobject_uevent_env(&drm->primary->kdev->kobj, KOBJ_CHANGE, envp);
}

/**
 * i915_gt_announce_work - send the events that are due
 * @work: i915_gt.uevent_work
 *
 * Context: work item, sleeps.
 */
void i915_gt_announce_work(struct work_struct *work)
{
	struct i915_gt *gt = container_of(work, struct i915_gt, uevent_work);
	int events = atomic_xchg(&gt->uevents, 0);

	if (events & I915_EVENT_RESET) {
		send_uevent(gt, "ERROR=1");
		send_uevent(gt, "RESET=1");
	}
	if (events & I915_EVENT_RECOVERED)
		send_uevent(gt, "ERROR=0");
}

/**
 * i915_gt_announce - tell user space of a reset, soon
 * @gt: the GT
 * @events: I915_EVENT_*
 *
 * Context: any.
 */
void i915_gt_announce(struct i915_gt *gt, unsigned int events)
{
	atomic_or(events, &gt->uevents);
	queue_work(system_wq, &gt->uevent_work);
}

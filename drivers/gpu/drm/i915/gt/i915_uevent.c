// SPDX-License-Identifier: MIT

#include <linux/kobject.h>

#include <drm/drm_drv.h>

#include <kunit/visibility.h>

#include "base/i915_drv.h"
#include "gt/i915_uevent.h"

/**
 * DOC: Events of resets
 *
 * A reset of the whole GPU is announced to user space by uevents of the card:
 * ERROR=1 and RESET=1 when the reset was necessary, ERROR=0 when the GPU works
 * again. Sending a uevent allocates memory, and reclaim may wait for the very
 * fences that the reset is about to signal. So a work item of its own sends
 * them, and two resets in quick succession may be announced as one.
 *
 * An unbind waits for who is sending, and nothing is sent after that: the card is
 * about to leave the tree of devices that a uevent walks for its path.
 */

static void i915_uevent_send(struct i915_gt *gt, char *event)
{
	struct drm_device *drm = &gt->i915->drm;
	char *envp[2] = { event };
	int idx;

	if (!drm_dev_enter(drm, &idx))
		return;
	if (drm->registered && drm->primary && drm->primary->kdev)
		kobject_uevent_env(&drm->primary->kdev->kobj, KOBJ_CHANGE, envp);
	drm_dev_exit(idx);
}

/**
 * i915_gt_announce_work - send pending uevents
 * @work: i915_gt.uevent_work
 *
 * Context: work item, sleeps.
 */
void i915_gt_announce_work(struct work_struct *work)
{
	struct i915_gt *gt = container_of(work, struct i915_gt, uevent_work);
	int events = atomic_xchg(&gt->uevents, 0);

	if (events & I915_EVENT_RESET) {
		i915_uevent_send(gt, "ERROR=1");
		i915_uevent_send(gt, "RESET=1");
	}
	if (events & I915_EVENT_RECOVERED)
		i915_uevent_send(gt, "ERROR=0");
}
EXPORT_SYMBOL_IF_KUNIT(i915_gt_announce_work);

/**
 * i915_gt_announce - schedule uevents about a reset
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

// SPDX-License-Identifier: MIT

#include <linux/pm.h>

#include "gt/i915_gt.h"
#include "i915_driver.h"
#include "i915_drv.h"
#include "vm/i915_ggtt.h"

/**
 * DOC: Power management of the device
 *
 * Suspend to idle and to memory, and hibernation. All of them are the same for
 * the driver: it stops the GPU and closes the registers, and later opens them
 * again taking nothing for granted. Memory is not touched: page tables, context
 * images and rings are ordinary memory and sleep with the rest of it. There is no
 * runtime power management: an idle GPU sleeps by itself, without forcewake.
 */

static int i915_pm_suspend(struct device *dev)
{
	struct drm_i915_private *i915 = dev_get_drvdata(dev);

	i915_gt_suspend(&i915->gt);
	i915_uncore_close(&i915->uncore);

	return 0;
}

static int i915_pm_resume(struct device *dev)
{
	struct drm_i915_private *i915 = dev_get_drvdata(dev);
	int ret;

	ret = i915_uncore_open(&i915->uncore);
	if (ret) {
		i915_gt_set_wedged(&i915->gt);
		return ret;
	}

	i915_ggtt_resume(&i915->ggtt);
	i915_gt_resume(&i915->gt);

	return 0;
}

const struct dev_pm_ops i915_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(i915_pm_suspend, i915_pm_resume)
};

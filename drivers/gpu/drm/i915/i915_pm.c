// SPDX-License-Identifier: MIT

#include <linux/pm.h>

#include "base/i915_drv.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_gt_pm.h"
#include "gt/i915_wedge.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_uncore.h"
#include "i915_pm.h"
#include "vm/i915_ggtt.h"
#include "vm/i915_vm_layer.h"

/**
 * DOC: Power management of the device
 *
 * Suspend to idle, suspend to memory and hibernation are the same for the driver:
 * it stops the GPU and closes the registers, and on resume it opens them again and
 * assumes nothing about their contents. Page tables, context images and rings are
 * in ordinary memory and are preserved with it. There is no runtime power
 * management: a GPU without forcewake sleeps by itself.
 */

static int i915_pm_suspend(struct device *dev)
{
	struct drm_i915_private *i915 = dev_get_drvdata(dev);

	i915_gt_suspend(to_gt(i915));
	i915_uncore_close(to_uncore(i915));

	return 0;
}

static int i915_pm_resume(struct device *dev)
{
	struct drm_i915_private *i915 = dev_get_drvdata(dev);
	int ret;

	ret = i915_uncore_open(to_uncore(i915));
	if (ret) {
		i915_gt_set_wedged(to_gt(i915));
		return ret;
	}

	i915_ggtt_resume(to_ggtt(i915));
	i915_gt_resume(to_gt(i915));

	return 0;
}

const struct dev_pm_ops i915_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(i915_pm_suspend, i915_pm_resume)
};

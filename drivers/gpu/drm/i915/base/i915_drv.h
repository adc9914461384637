/* SPDX-License-Identifier: MIT */
#ifndef _I915_DRV_H_
#define _I915_DRV_H_

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_print.h>

#define DRIVER_NAME	"i915"
#define DRIVER_DESC	"Intel Graphics"
#define DRIVER_DATE	"20261121"
#define DRIVER_MAJOR	1
#define DRIVER_MINOR	6

struct i915_device_info;
struct workqueue_struct;

/**
 * struct drm_i915_private - one GPU, as every layer knows it
 *
 * What a layer keeps per device is next to this struct and not in it, because no layer
 * may know those above it. Each layer extends the device of the layer below (see
 * &struct i915_hw_layer, &struct i915_gt_layer), and an inline function leads from this
 * struct to its part: to_uncore(), to_mm(), to_ggtt(), to_gt(). The device is one
 * allocation, made by i915_device_alloc(), so each is a constant offset.
 */
struct drm_i915_private {
	/** @drm: the DRM device; its managed actions tear down the whole device */
	struct drm_device drm;

	/** @info: description of the GPU model; constant */
	const struct i915_device_info *info;

	/**
	 * @wq: work that cannot run in its caller, because of a lock or in an interrupt: freeing
	 * contexts, objects and address spaces. See i915_mm_flush().
	 */
	struct workqueue_struct *wq;

	/** @mock: True on the device of the mock selftests, which has no PCI function or MMIO */
	bool mock;
};

static inline struct drm_i915_private *to_i915(const struct drm_device *drm)
{
	return container_of(drm, struct drm_i915_private, drm);
}

#endif

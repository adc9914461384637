/* SPDX-License-Identifier: MIT */
#ifndef _I915_DRV_H_
#define _I915_DRV_H_

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_print.h>

#include "diag/i915_diag_types.h"
#include "gt/i915_gt_types.h"
#include "hw/i915_topology_types.h"
#include "hw/i915_uncore_types.h"
#include "mem/i915_mm_types.h"
#include "vm/i915_ggtt_types.h"
#include "vm/i915_vm_device_types.h"

#define DRIVER_NAME	"i915"
#define DRIVER_DESC	"Intel Graphics"
#define DRIVER_DATE	"20261121"
#define DRIVER_MAJOR	1
#define DRIVER_MINOR	6

/**
 * struct drm_i915_private - one GPU
 *
 * The fields are in the order of the layers: a layer may use the fields above its
 * own, never those below it.
 */
struct drm_i915_private {
	/** @drm: the DRM device; its managed actions tear this struct down */
	struct drm_device drm;

	/** @info: description of the GPU model; constant */
	const struct i915_device_info *info;

	/** @topology: slices, subslices and EUs that are not fused off; constant after probe */
	struct i915_topology topology;

	/** @uncore: registers and forcewake */
	struct i915_uncore uncore;

	/** @mm: every GEM object of the device */
	struct i915_mm mm;

	/** @vm_device: state shared by its address spaces */
	struct i915_vm_device vm_device;

	/** @ggtt: the global address space and its page table */
	struct i915_ggtt ggtt;

	/** @gt: engines, interrupts, reset */
	struct i915_gt gt;

	/**
	 * @wq: work that cannot run in its caller, because of a lock or in an interrupt: freeing
	 * contexts, objects and address spaces. See i915_mm_flush().
	 */
	struct workqueue_struct *wq;

	/** @diag: sysfs directories and PMU */
	struct i915_diag diag;

	/** @mock: True on the device of the mock selftests, which has no PCI function or MMIO */
	bool mock;
};

static inline struct drm_i915_private *to_i915(const struct drm_device *drm)
{
	return container_of(drm, struct drm_i915_private, drm);
}

#endif

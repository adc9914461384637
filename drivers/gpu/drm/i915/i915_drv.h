/* SPDX-License-Identifier: MIT */
#ifndef _I915_DRV_H_
#define _I915_DRV_H_

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_print.h>

#include "diag/i915_diag_types.h"
#include "gt/i915_gt_types.h"
#include "hw/i915_device_info.h"
#include "hw/i915_uncore.h"
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
 * Rooms stack on each other in the order of the fields; each may use what
 * stands above its own field, never what stands below it.
 */
struct drm_i915_private {
	/** @drm: the DRM device; its managed actions tear this struct down */
	struct drm_device drm;

	/** @info: what this model of GPU is; constant */
	const struct i915_device_info *info;

	/** @topology: slices, subslices and EUs left by the fuses; constant after probe */
	struct i915_topology topology;

	/** @uncore: registers and forcewake */
	struct i915_uncore uncore;

	/** @mm: every GEM object of the device */
	struct i915_mm mm;

	/** @vm_device: what its address spaces share */
	struct i915_vm_device vm_device;

	/** @ggtt: the global address space and its page table */
	struct i915_ggtt ggtt;

	/** @gt: engines, interrupts, reset */
	struct i915_gt gt;

	/**
	 * @wq: work a lock or a fence pushed out of its caller: final frees, clean-up after retire.
	 * Flushed by whoever needs the result (drop_caches, unload).
	 */
	struct workqueue_struct *wq;

	/** @diag: the doors of the diagnostics room */
	struct i915_diag diag;

	/** @mock: true on the device of the mock selftests: no PCI, no MMIO */
	bool mock;
};

static inline struct drm_i915_private *to_i915(const struct drm_device *drm)
{
	return container_of(drm, struct drm_i915_private, drm);
}

#endif

// SPDX-License-Identifier: MIT

#include <drm/drm_managed.h>

#include <kunit/visibility.h>

#include "gt/i915_gt.h"
#include "i915_device.h"
#include "i915_drv.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_ggtt.h"
#include "vm/i915_vm_device.h"

/**
 * DOC: What every device has
 *
 * A GPU, the mock device of the selftests and that of the unit tests differ in
 * how they come to their registers and engines. The rest is here: who frees the
 * parts of a device, in which order, and the one function that brings a device
 * to rest, i915_device_quiesce(). Remove, a failed probe, shutdown and the end
 * of the mock devices all go through it, so that the tests see what a user sees.
 *
 * The parts are freed with the last reference of the DRM device, the last one
 * made first: engines, global address space, what all address spaces share,
 * objects, workqueue.
 */

static void i915_device_release_wq(struct drm_device *drm, void *data)
{
	destroy_workqueue(data);
}

static void i915_device_release_mm(struct drm_device *drm, void *data)
{
	i915_mm_fini(to_i915(drm));
}

static void i915_device_release_vm(struct drm_device *drm, void *data)
{
	i915_vm_device_fini(to_i915(drm));
}

static void i915_device_release_ggtt(struct drm_device *drm, void *data)
{
	i915_ggtt_fini(&to_i915(drm)->ggtt);
}

static void i915_device_release_gt(struct drm_device *drm, void *data)
{
	struct drm_i915_private *i915 = to_i915(drm);

	/* Files that were closed after the unbind left work behind, too. */
	i915_device_quiesce(i915);
	i915_gt_fini(&i915->gt);
}

static int i915_device_init_wq(struct drm_i915_private *i915)
{
	/* Longer names are cut with a warning. */
	i915->wq = alloc_workqueue("i915-%.16s", WQ_UNBOUND, 0, dev_name(i915->drm.dev));
	if (!i915->wq)
		return -ENOMEM;

	return drmm_add_action_or_reset(&i915->drm, i915_device_release_wq, i915->wq);
}

/**
 * i915_device_init_mm - prepare a device for objects and address spaces
 * @i915: the device
 * @funcs: GEM callbacks of every object
 *
 * Makes the workqueue, too.
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int i915_device_init_mm(struct drm_i915_private *i915, const struct drm_gem_object_funcs *funcs)
{
	int ret;

	ret = i915_device_init_wq(i915);
	if (ret)
		return ret;

	i915_mm_init(i915, funcs);
	ret = drmm_add_action_or_reset(&i915->drm, i915_device_release_mm, NULL);
	if (ret)
		return ret;

	ret = i915_vm_device_init(i915);
	if (ret)
		return ret;

	return drmm_add_action_or_reset(&i915->drm, i915_device_release_vm, NULL);
}
EXPORT_SYMBOL_IF_KUNIT(i915_device_init_mm);

/**
 * i915_device_adopt_ggtt - let the global address space go with the device
 * @i915: the device, &drm_i915_private.ggtt is set up
 *
 * Context: process context.
 * Return: 0, or -ENOMEM: the address space is gone.
 */
int i915_device_adopt_ggtt(struct drm_i915_private *i915)
{
	return drmm_add_action_or_reset(&i915->drm, i915_device_release_ggtt, NULL);
}
EXPORT_SYMBOL_IF_KUNIT(i915_device_adopt_ggtt);

/**
 * i915_device_adopt_gt - let the engines go with the device
 * @i915: the device, &drm_i915_private.gt is set up
 *
 * Context: process context.
 * Return: 0, or -ENOMEM: the engines are gone.
 */
int i915_device_adopt_gt(struct drm_i915_private *i915)
{
	return drmm_add_action_or_reset(&i915->drm, i915_device_release_gt, NULL);
}

/**
 * i915_device_flush - finish what was left to the workqueue
 * @i915: the device
 *
 * The end of a context puts objects, whose end is queued behind it and may
 * queue the end of an address space: hence three steps.
 *
 * Context: process context, not on that workqueue; no object and no address
 * space locked.
 */
void i915_device_flush(struct drm_i915_private *i915)
{
	flush_workqueue(i915->wq);
	i915_mm_flush_free(i915);
	flush_workqueue(i915->wq);
}

/*
 * The device must not be left with DMA mappings: the IOMMU's tables go with the
 * binding. Objects, page tables and images may live on in open files.
 */
static void i915_device_unmap_dma(struct drm_i915_private *i915)
{
	i915_mm_unmap_dma(i915);
	i915_vm_device_unmap_dma(i915);
	i915_ggtt_unmap_dma(&i915->ggtt);
}

/**
 * i915_device_quiesce - bring a device to rest for good
 * @i915: the device, on its way out
 *
 * No new work is taken. What is in flight ends with -EIO, and so do contexts and
 * objects that lived only for its sake. The GPU does not touch memory any more,
 * none is mapped for it, and it may sleep. What open files hold stays, and what
 * they still let go of is the business of the next call.
 *
 * Context: process context, sleeps.
 */
void i915_device_quiesce(struct drm_i915_private *i915)
{
	i915_gt_unplug(&i915->gt);
	i915_device_flush(i915);
	i915_device_unmap_dma(i915);
}

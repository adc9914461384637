// SPDX-License-Identifier: MIT

#include <drm/drm_managed.h>

#include <kunit/visibility.h>

#include "base/i915_drv.h"
#include "diag/i915_diag_layer.h"
#include "gt/i915_gt.h"
#include "gt/i915_gt_layer.h"
#include "i915_device.h"
#include "mem/i915_mm.h"
#include "vm/i915_ggtt.h"
#include "vm/i915_vm_device.h"
#include "vm/i915_vm_layer.h"

/**
 * DOC: What every device has
 *
 * A GPU, the mock device of the selftests and the device of the unit tests differ
 * in how they set up registers and engines. What they share is here: the managed
 * actions that free the parts of a device, and i915_device_quiesce(), which stops
 * all work for good. Remove, a failed probe, shutdown and tearing down a mock
 * device all use it, so the tests exercise what a user gets.
 *
 * The parts are freed with the last reference to the DRM device, in reverse order
 * of creation: engines, GGTT, what address spaces share, objects, workqueue.
 */

/**
 * i915_device_alloc - allocate a device
 * @parent: its parent, which holds a reference until it is unbound
 * @driver: its driver, as DRM knows it
 *
 * Context: process context.
 * Return: the device, zeroed except for &drm_i915_private.drm, or ERR_PTR.
 */
struct drm_i915_private *i915_device_alloc(struct device *parent, const struct drm_driver *driver)
{
	struct i915_diag_layer *whole;

	whole = devm_drm_dev_alloc(parent, driver, struct i915_diag_layer, gt.vm.mem.hw.i915.drm);
	if (IS_ERR(whole))
		return ERR_CAST(whole);

	return &whole->gt.vm.mem.hw.i915;
}
EXPORT_SYMBOL_IF_KUNIT(i915_device_alloc);

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
	i915_ggtt_fini(to_ggtt(to_i915(drm)));
}

static void i915_device_release_gt(struct drm_device *drm, void *data)
{
	struct drm_i915_private *i915 = to_i915(drm);

	/* Files that were closed after the unbind have queued work, too. */
	i915_device_quiesce(i915);
	i915_gt_fini(to_gt(i915));
}

static int i915_device_init_wq(struct drm_i915_private *i915)
{
	/* The workqueue core truncates longer names with a warning. */
	i915->wq = alloc_workqueue("i915-%.16s", WQ_UNBOUND, 0, dev_name(i915->drm.dev));
	if (!i915->wq)
		return -ENOMEM;

	return drmm_add_action_or_reset(&i915->drm, i915_device_release_wq, i915->wq);
}

/**
 * i915_device_init_mm - set up a device for objects and address spaces
 * @i915: the device
 * @funcs: GEM callbacks of every object
 *
 * Also allocates drm_i915_private.wq.
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

	ret = i915_mm_init(i915, funcs);
	if (ret)
		return ret;

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
 * i915_device_adopt_ggtt - free the GGTT with the device
 * @i915: the device; its GGTT is set up
 *
 * Context: process context.
 * Return: 0, or -ENOMEM, after which the GGTT has been freed.
 */
int i915_device_adopt_ggtt(struct drm_i915_private *i915)
{
	return drmm_add_action_or_reset(&i915->drm, i915_device_release_ggtt, NULL);
}
EXPORT_SYMBOL_IF_KUNIT(i915_device_adopt_ggtt);

/**
 * i915_device_adopt_gt - free the engines with the device
 * @i915: the device; its GT is set up
 *
 * Context: process context.
 * Return: 0, or -ENOMEM, after which the engines have been freed.
 */
int i915_device_adopt_gt(struct drm_i915_private *i915)
{
	return drmm_add_action_or_reset(&i915->drm, i915_device_release_gt, NULL);
}

/*
 * No DMA mapping may outlive the binding, because the IOMMU's page tables do not. Objects, page
 * tables and images may live on in open files.
 */
static void i915_device_unmap_dma(struct drm_i915_private *i915)
{
	i915_mm_unmap_dma(i915);
	i915_vm_device_unmap_dma(i915);
	i915_ggtt_unmap_dma(to_ggtt(i915));
}

/**
 * i915_device_quiesce - stop all work of a device for good
 * @i915: the device, about to go away
 *
 * New work is refused. Requests in flight end with -EIO, and contexts and objects
 * that only they held are freed. Afterwards the GPU does not access memory, nothing
 * is mapped for it, and it is parked. What open files hold stays allocated; what
 * they release later is finished by the next call.
 *
 * Context: process context, sleeps.
 */
void i915_device_quiesce(struct drm_i915_private *i915)
{
	i915_gt_unplug(to_gt(i915));
	i915_mm_flush(i915);
	i915_device_unmap_dma(i915);
}

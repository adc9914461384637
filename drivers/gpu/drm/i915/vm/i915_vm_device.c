// SPDX-License-Identifier: MIT

#include <linux/dma-mapping.h>
#include <linux/gfp.h>

#include <kunit/visibility.h>

#include "i915_drv.h"
#include "vm/i915_gen8_ppgtt.h"
#include "vm/i915_vm_device.h"
#include "vm/i915_vma.h"

/**
 * DOC: What address spaces share
 *
 * One per device, there before the first address space and gone after the last:
 * the scratch page and the tables that lead to it, the VMAs that wait for the
 * worker which ends them, and tables on their way back to the system. The GGTT
 * is the device's too, but no part of this: it has neither objects nor VMAs.
 */

static int i915_vm_device_init_scratch(struct i915_vm_device *vmd)
{
	struct device *dev = vmd->i915->drm.dev;

	vmd->scratch = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!vmd->scratch)
		return -ENOMEM;

	vmd->scratch_dma = dma_map_page(dev, vmd->scratch, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(dev, vmd->scratch_dma)) {
		__free_page(vmd->scratch);
		vmd->scratch = NULL;
		return -ENOMEM;
	}

	return 0;
}

static void i915_vm_device_fini_scratch(struct i915_vm_device *vmd)
{
	dma_unmap_page(vmd->i915->drm.dev, vmd->scratch_dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
	__free_page(vmd->scratch);
}

/**
 * i915_vm_device_init - prepare a device for address spaces
 * @i915: the device
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int i915_vm_device_init(struct drm_i915_private *i915)
{
	struct i915_vm_device *vmd = &i915->vm_device;
	int ret;

	vmd->i915 = i915;
	init_llist_head(&vmd->closed);
	INIT_WORK(&vmd->closed_work, i915_vma_closed_work);
	init_llist_head(&vmd->pruned);
	mutex_init(&vmd->pruned_lock);

	ret = i915_vm_device_init_scratch(vmd);
	if (ret)
		return ret;

	ret = i915_ppgtt_scratch_init(vmd);
	if (ret)
		i915_vm_device_fini_scratch(vmd);

	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_device_init);

/**
 * i915_vm_device_fini - the device goes
 * @i915: the device; no address space is left
 *
 * Context: process context.
 */
void i915_vm_device_fini(struct drm_i915_private *i915)
{
	struct i915_vm_device *vmd = &i915->vm_device;

	flush_work(&vmd->closed_work);
	i915_pt_free_pruned(i915);
	mutex_destroy(&vmd->pruned_lock);
	i915_ppgtt_scratch_fini(vmd);
	i915_vm_device_fini_scratch(vmd);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_device_fini);

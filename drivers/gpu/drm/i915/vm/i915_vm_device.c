// SPDX-License-Identifier: MIT

#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>

#include <drm/drm_drv.h>

#include <kunit/visibility.h>

#include "base/i915_drv.h"
#include "vm/i915_pt.h"
#include "vm/i915_vm.h"
#include "vm/i915_vm_device.h"
#include "vm/i915_vm_layer.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: What address spaces share
 *
 * One per device, set up before the first address space and torn down after the
 * last: the scratch page and the tables that point to it, the VMAs that wait for
 * the worker which destroys them, and the page tables that wait to be freed. The
 * GGTT belongs to the device, too, but not here: it has neither objects nor VMAs.
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

static void i915_vm_device_unmap_scratch(struct i915_vm_device *vmd)
{
	if (vmd->scratch_dma == DMA_MAPPING_ERROR)
		return;

	dma_unmap_page(vmd->i915->drm.dev, vmd->scratch_dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
	vmd->scratch_dma = DMA_MAPPING_ERROR;
}

static void i915_vm_device_fini_scratch(struct i915_vm_device *vmd)
{
	i915_vm_device_unmap_scratch(vmd);
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
	struct i915_vm_device *vmd = to_vm_device(i915);
	int ret;

	vmd->i915 = i915;
	spin_lock_init(&vmd->vms_lock);
	INIT_LIST_HEAD(&vmd->vms);
	init_llist_head(&vmd->closed);
	INIT_WORK(&vmd->closed_work, i915_vma_closed_work);
	init_llist_head(&vmd->pruned);
	mutex_init(&vmd->pruned_lock);

	ret = i915_vm_device_init_scratch(vmd);
	if (ret)
		return ret;

	ret = i915_pt_scratch_init(vmd);
	if (ret)
		i915_vm_device_fini_scratch(vmd);

	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_device_init);

/**
 * i915_vm_device_add - list a new address space
 * @vm: the address space, complete
 *
 * Context: process context, in the section of drm_dev_enter() that maps its root.
 */
void i915_vm_device_add(struct i915_address_space *vm)
{
	struct i915_vm_device *vmd = to_vm_device(vm->i915);

	spin_lock(&vmd->vms_lock);
	list_add(&vm->device_link, &vmd->vms);
	spin_unlock(&vmd->vms_lock);
}

/**
 * i915_vm_device_remove - remove an address space from the list
 * @vm: the address space, without references; none of its page tables is DMA mapped
 *
 * Context: process context.
 */
void i915_vm_device_remove(struct i915_address_space *vm)
{
	struct i915_vm_device *vmd = to_vm_device(vm->i915);

	spin_lock(&vmd->vms_lock);
	list_del(&vm->device_link);
	spin_unlock(&vmd->vms_lock);
}

/* The next address space, referenced and moved to @done, or NULL once all were seen */
static struct i915_address_space *i915_vm_device_next(struct i915_vm_device *vmd,
						      struct list_head *done)
{
	struct i915_address_space *vm = NULL;

	spin_lock(&vmd->vms_lock);
	while (!vm && !list_empty(&vmd->vms)) {
		vm = list_first_entry(&vmd->vms, struct i915_address_space, device_link);
		list_move(&vm->device_link, done);
		if (!kref_get_unless_zero(&vm->ref))
			vm = NULL;
	}
	if (!vm)
		list_splice_init(done, &vmd->vms);
	spin_unlock(&vmd->vms_lock);

	return vm;
}

/* Is there an address space whose last reference is gone, and which is not freed yet? */
static bool i915_vm_device_is_freeing(struct i915_vm_device *vmd)
{
	struct i915_address_space *vm;
	bool freeing = false;

	spin_lock(&vmd->vms_lock);
	list_for_each_entry(vm, &vmd->vms, device_link)
		freeing |= !kref_read(&vm->ref);
	spin_unlock(&vmd->vms_lock);

	return freeing;
}

/**
 * i915_vm_device_unmap_dma - DMA unmap every page table
 * @i915: the device
 *
 * If the device is unplugged, no page table is DMA mapped after this: none is made
 * any more, and those of an address space that is just being freed are waited for.
 *
 * Context: process context, may sleep; no address space locked.
 */
void i915_vm_device_unmap_dma(struct drm_i915_private *i915)
{
	struct i915_vm_device *vmd = to_vm_device(i915);
	struct i915_address_space *vm;
	LIST_HEAD(done);

	while ((vm = i915_vm_device_next(vmd, &done))) {
		vm->ops->unmap_dma(vm);
		i915_vm_put_sync(vm);
	}
	while (drm_dev_is_unplugged(&i915->drm) && i915_vm_device_is_freeing(vmd))
		usleep_range(100, 1000);

	i915_pt_free_pruned(i915);
	i915_pt_unmap_scratch(vmd);
	i915_vm_device_unmap_scratch(vmd);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_device_unmap_dma);

/**
 * i915_vm_device_fini - undo i915_vm_device_init()
 * @i915: the device, without address spaces
 *
 * Context: process context.
 */
void i915_vm_device_fini(struct drm_i915_private *i915)
{
	struct i915_vm_device *vmd = to_vm_device(i915);

	flush_work(&vmd->closed_work);
	i915_pt_free_pruned(i915);
	mutex_destroy(&vmd->pruned_lock);
	i915_pt_scratch_fini(vmd);
	i915_vm_device_fini_scratch(vmd);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_device_fini);

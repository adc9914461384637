// SPDX-License-Identifier: MIT

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include <drm/drm_prime.h>

#include <kunit/visibility.h>

#include "base/i915_audit.h"
#include "base/i915_drv.h"
#include "mem/i915_gem_mman.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_pages.h"
#include "mem/i915_mem_layer.h"
#include "mem/i915_mm_tlb.h"

/**
 * DOC: Pages of an object
 *
 * An object has all its pages or none. Each user of the pages pins them: a bound
 * VMA, an importer's attachment, a copy in progress. Pages are allocated with the
 * first pin and stay after the last unpin; they are given back when the object is
 * freed, under memory pressure, or after user space has said that it does not need
 * the contents any more (madvise).
 *
 * The count leaves zero only with the object locked, so a caller that holds the
 * lock and reads zero may take the pages away. User space mappings hold no pin;
 * they are zapped then, and the next access faults them in again.
 *
 * The pages are DMA mapped for as long as the object has them, but not longer than
 * the driver is bound to the device: see i915_mm_unmap_dma().
 */

static bool i915_gem_object_purgeable(const struct drm_i915_gem_object *obj)
{
	return obj->madv == I915_MADV_DONTNEED;
}

static void i915_gem_object_account(struct drm_i915_gem_object *obj, int sign)
{
	struct i915_mm *mm = to_mm(to_i915(obj->base.dev));
	long pages = obj->base.size >> PAGE_SHIFT;

	if (!obj->ops->shrinkable)
		return;

	atomic_long_add(sign * pages, &mm->shrinkable_pages);
	if (i915_gem_object_purgeable(obj))
		atomic_long_add(sign * pages, &mm->purgeable_pages);
}

/**
 * i915_gem_object_adopt_dma - set the DMA mapping of an object
 * @obj: the object, not mapped yet
 * @sgt: the mapping
 *
 * Context: object locked, or not published yet.
 */
void i915_gem_object_adopt_dma(struct drm_i915_gem_object *obj, struct sg_table *sgt)
{
	obj->pages = sgt;
	atomic_long_inc(&to_mm(to_i915(obj->base.dev))->nr_mapped);
}

/**
 * i915_gem_object_forget_dma - clear the DMA mapping of an object
 * @obj: the object; nothing happens if it has none
 *
 * Context: object locked, or without any reference left.
 */
void i915_gem_object_forget_dma(struct drm_i915_gem_object *obj)
{
	if (!obj->pages)
		return;

	obj->pages = NULL;
	atomic_long_dec(&to_mm(to_i915(obj->base.dev))->nr_mapped);
}

static struct sg_table *i915_gem_object_map_dma(struct drm_i915_gem_object *obj,
						struct page **pages)
{
	struct drm_device *drm = obj->base.dev;
	struct sg_table *sgt;
	int ret;

	sgt = drm_prime_pages_to_sg(drm, pages, obj->base.size >> PAGE_SHIFT);
	if (IS_ERR(sgt))
		return sgt;

	ret = dma_map_sgtable(drm->dev, sgt, DMA_BIDIRECTIONAL,
			      DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_NO_WARN);
	if (ret) {
		sg_free_table(sgt);
		kfree(sgt);
		return ERR_PTR(ret == -EIO ? -ENOMEM : ret);
	}

	return sgt;
}

/**
 * i915_gem_object_set_pages - DMA map pages and give them to an object
 * @obj: the object, without pages
 * @pages: base.size >> PAGE_SHIFT pages; the array belongs to the object on success
 *
 * For &i915_gem_object_ops.get_pages.
 *
 * Context: object locked, may sleep.
 * Return: 0, -ENOMEM, -ENODEV (unplugged).
 */
int i915_gem_object_set_pages(struct drm_i915_gem_object *obj, struct page **pages)
{
	struct drm_device *drm = obj->base.dev;
	struct sg_table *sgt;
	int idx;

	/* i915_mm_unmap_dma() waits for the object lock and then finds this mapping. */
	if (!drm_dev_enter(drm, &idx))
		return -ENODEV;

	sgt = i915_gem_object_map_dma(obj, pages);
	if (!IS_ERR(sgt)) {
		i915_gem_object_adopt_dma(obj, sgt);
		obj->page_array = pages;
	}
	drm_dev_exit(idx);

	return PTR_ERR_OR_ZERO(sgt);
}

/**
 * i915_gem_object_unmap_pages - undo the DMA mapping of i915_gem_object_set_pages()
 * @obj: the object; nothing happens if it has none
 *
 * For &i915_gem_object_ops.put_pages.
 *
 * Context: object locked, or without any reference left. May sleep.
 */
void i915_gem_object_unmap_pages(struct drm_i915_gem_object *obj)
{
	if (!obj->pages)
		return;

	dma_unmap_sgtable(obj->base.dev->dev, obj->pages, DMA_BIDIRECTIONAL,
			  DMA_ATTR_SKIP_CPU_SYNC);
	sg_free_table(obj->pages);
	kfree(obj->pages);
}

/**
 * i915_gem_object_unplug_pages - DMA unmap the pages of an object, but keep them
 * @obj: the object
 *
 * &i915_gem_object_ops.unplug of objects that are not imported.
 *
 * Context: process context, may sleep; takes the object lock.
 */
void i915_gem_object_unplug_pages(struct drm_i915_gem_object *obj)
{
	dma_resv_lock(obj->base.resv, NULL);
	i915_gem_object_unmap_pages(obj);
	i915_gem_object_forget_dma(obj);
	dma_resv_unlock(obj->base.resv);
}

static void i915_gem_object_vunmap_now(struct drm_i915_gem_object *obj)
{
	void *vaddr = obj->vaddr;

	obj->vaddr = NULL;
	if (!vaddr)
		return;

	if (obj->ops->vunmap)
		obj->ops->vunmap(obj, vaddr);
	else if (is_vmalloc_addr(vaddr))
		vunmap(vaddr);
}

/* Make every CPU mapping fault again. Object locked, or without any reference left. */
static void i915_gem_object_release_mmaps(struct drm_i915_gem_object *obj)
{
	struct address_space *mapping = obj->base.dev->anon_inode->i_mapping;
	enum i915_mmap_mode mode;

	if (!drm_mm_node_allocated(&obj->base.vma_node.vm_node))
		return;

	for (mode = 0; mode < I915_MMAP_MODES; mode++)
		unmap_mapping_range(mapping, i915_mmap_offset(obj, mode), obj->base.size, 1);
}

/**
 * i915_gem_object_unset_pages - release the pages of an object
 * @obj: the object, without pins
 *
 * Context: object locked, or without any reference left. May sleep.
 */
void i915_gem_object_unset_pages(struct drm_i915_gem_object *obj)
{
	struct drm_i915_private *i915 = to_i915(obj->base.dev);

	i915_gem_object_vunmap_now(obj);
	if (!i915_gem_object_has_pages(obj))
		return;

	i915_gem_object_release_mmaps(obj);

	/*
	 * The pages are in no page table any more, but a TLB may still have them,
	 * and a batch that runs in the same address space could reach them.
	 */
	i915_tlb_flush(i915, obj->tlb_stamp);
	obj->tlb_stamp = 0;

	i915_mm_remove_shrinkable(obj);
	i915_gem_object_account(obj, -1);
	obj->ops->put_pages(obj);
	i915_gem_object_forget_dma(obj);
	obj->page_array = NULL;
	if (obj->ops->shrinkable && i915_gem_object_purgeable(obj))
		obj->madv = __I915_MADV_PURGED;
	i915_audit_dec(I915_AUDIT_OBJECT_PAGES);
}

/**
 * i915_gem_object_pin_pages - pin the pages of an object
 * @obj: the object
 *
 * Allocates them first if the object has none.
 *
 * Context: object locked, may sleep.
 * Return: 0; -EFAULT if user space gave up the contents (madvise); -ENOMEM; -ENODEV if the
 * device was unplugged; -EINTR if the caller was killed.
 */
int i915_gem_object_pin_pages(struct drm_i915_gem_object *obj)
{
	int ret;

	dma_resv_assert_held(obj->base.resv);

	/*
	 * Fail even while the pages are still resident: the result must not depend on whether the
	 * shrinker ran first, or on who else has them pinned.
	 */
	if (obj->madv != I915_MADV_WILLNEED) {
		drm_dbg(obj->base.dev, "user space gave up the contents (madvise)\n");
		return -EFAULT;
	}

	if (!i915_gem_object_has_pages(obj)) {
		ret = obj->ops->get_pages(obj);
		if (ret)
			return ret;

		i915_gem_object_account(obj, 1);
		i915_mm_add_shrinkable(obj);
		i915_audit_inc(I915_AUDIT_OBJECT_PAGES);
	}
	atomic_inc(&obj->pages_pin);

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(i915_gem_object_pin_pages);

/**
 * i915_gem_object_pin_pages_unlocked - pin the pages of an object that is not locked
 * @obj: the object
 *
 * Takes no lock if the pages are pinned already.
 *
 * Context: process context, may sleep.
 * Return: as i915_gem_object_pin_pages(), or -EINTR.
 */
int i915_gem_object_pin_pages_unlocked(struct drm_i915_gem_object *obj)
{
	int ret;

	/* If the contents were given up, let the slow path return the error. */
	if (READ_ONCE(obj->madv) == I915_MADV_WILLNEED && atomic_inc_not_zero(&obj->pages_pin))
		return 0;

	ret = i915_gem_object_lock(obj);
	if (ret)
		return ret;

	ret = i915_gem_object_pin_pages(obj);
	i915_gem_object_unlock(obj);

	return ret;
}

/**
 * i915_gem_object_unpin_pages - drop a pin
 * @obj: the object
 *
 * Context: any.
 */
void i915_gem_object_unpin_pages(struct drm_i915_gem_object *obj)
{
	drm_WARN_ON(obj->base.dev, atomic_dec_return(&obj->pages_pin) < 0);
}
EXPORT_SYMBOL_IF_KUNIT(i915_gem_object_unpin_pages);

/**
 * i915_gem_object_put_pages - release the pages of an object if they are not pinned
 * @obj: the object
 *
 * shmem keeps the contents, maybe in swap, unless user space does not need them.
 *
 * Context: object locked, may sleep; also from memory reclaim.
 * Return: 0, or -EBUSY if they are pinned.
 */
int i915_gem_object_put_pages(struct drm_i915_gem_object *obj)
{
	dma_resv_assert_held(obj->base.resv);

	if (atomic_read(&obj->pages_pin))
		return -EBUSY;

	i915_gem_object_unset_pages(obj);

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(i915_gem_object_put_pages);

static void *i915_gem_object_map_pages(struct drm_i915_gem_object *obj)
{
	unsigned int count = obj->base.size >> PAGE_SHIFT;

	if (count == 1)
		return page_address(obj->page_array[0]);

	return vmap(obj->page_array, count, VM_MAP, PAGE_KERNEL);
}

/**
 * i915_gem_object_vmap - map a whole object into kernel space
 * @obj: the object
 *
 * Pins the pages until i915_gem_object_vunmap().
 *
 * Context: object locked, may sleep.
 * Return: the address, or ERR_PTR(-EFAULT, -ENOMEM).
 */
void *i915_gem_object_vmap(struct drm_i915_gem_object *obj)
{
	int ret;

	ret = i915_gem_object_pin_pages(obj);
	if (ret)
		return ERR_PTR(ret);

	if (!obj->vaddr) {
		obj->vaddr = obj->ops->vmap ? obj->ops->vmap(obj) : i915_gem_object_map_pages(obj);
		if (!obj->vaddr) {
			i915_gem_object_unpin_pages(obj);
			return ERR_PTR(-ENOMEM);
		}
	}

	return obj->vaddr;
}

/**
 * i915_gem_object_vunmap - drop the pin of i915_gem_object_vmap()
 * @obj: the object
 *
 * The mapping itself stays until the pages are released.
 *
 * Context: any.
 */
void i915_gem_object_vunmap(struct drm_i915_gem_object *obj)
{
	i915_gem_object_unpin_pages(obj);
}

/* Without pages the contents are in the backing store only. */
static void i915_gem_object_purge(struct drm_i915_gem_object *obj)
{
	obj->ops->purge(obj);
	obj->madv = __I915_MADV_PURGED;
}

/**
 * i915_gem_object_set_madv - record whether user space needs the contents
 * @obj: the object
 * @madv: I915_MADV_WILLNEED or I915_MADV_DONTNEED
 * @retained: set to whether the contents still exist
 *
 * Context: object locked.
 */
void i915_gem_object_set_madv(struct drm_i915_gem_object *obj, u32 madv, bool *retained)
{
	dma_resv_assert_held(obj->base.resv);

	if (obj->madv != __I915_MADV_PURGED) {
		if (i915_gem_object_has_pages(obj))
			i915_gem_object_account(obj, -1);
		obj->madv = madv;
		if (i915_gem_object_has_pages(obj))
			i915_gem_object_account(obj, 1);
		else if (obj->ops->shrinkable && i915_gem_object_purgeable(obj))
			i915_gem_object_purge(obj);
	}

	*retained = obj->madv != __I915_MADV_PURGED;
}

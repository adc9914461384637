// SPDX-License-Identifier: MIT

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include <drm/drm_prime.h>

#include <kunit/visibility.h>

#include "diag/i915_audit.h"
#include "i915_drv.h"
#include "mem/i915_gem_mman.h"
#include "mem/i915_gem_object.h"

/**
 * DOC: Pages of an object
 *
 * An object has all its pages or none. Who needs them pins: each bound VMA,
 * each exporter's attachment, each copy in progress. Pages come with the first
 * pin and stay when the last pin is gone; they are given back at the object's
 * end, under memory pressure, or when user space has said it does not need
 * the contents any more (madvise).
 *
 * The count leaves zero only with the object locked, so that whoever holds the
 * lock and sees zero may take the pages away. User space mappings hold no pin:
 * they are torn down then, and the next access faults them in again.
 *
 * The pages are mapped for DMA as long as the object has them, but not longer
 * than the driver is bound to the device: see i915_mm_unmap_dma().
 */

static bool i915_gem_object_purgeable(const struct drm_i915_gem_object *obj)
{
	return obj->madv == I915_MADV_DONTNEED;
}

static void i915_gem_object_account(struct drm_i915_gem_object *obj, int sign)
{
	struct i915_mm *mm = &to_i915(obj->base.dev)->mm;
	long pages = obj->base.size >> PAGE_SHIFT;

	if (!obj->ops->shrinkable)
		return;

	atomic_long_add(sign * pages, &mm->shrinkable);
	if (i915_gem_object_purgeable(obj))
		atomic_long_add(sign * pages, &mm->purgeable);
}

/**
 * i915_gem_object_adopt_dma - an object gets its DMA mapping
 * @obj: the object, without one
 * @sgt: the mapping
 *
 * Context: object locked, or not known to anybody yet.
 */
void i915_gem_object_adopt_dma(struct drm_i915_gem_object *obj, struct sg_table *sgt)
{
	obj->pages = sgt;
	atomic_long_inc(&to_i915(obj->base.dev)->mm.nr_mapped);
}

/**
 * i915_gem_object_forget_dma - the DMA mapping of an object is gone
 * @obj: the object; nothing happens if it has none
 *
 * Context: object locked, or without any reference left.
 */
void i915_gem_object_forget_dma(struct drm_i915_gem_object *obj)
{
	if (!obj->pages)
		return;

	obj->pages = NULL;
	atomic_long_dec(&to_i915(obj->base.dev)->mm.nr_mapped);
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
 * i915_gem_object_set_pages - give an object its pages, DMA mapped
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

	/* What is mapped in here is found by i915_mm_unmap_dma(), which takes the object lock. */
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
 * i915_gem_object_unplug_pages - end the DMA mapping, keep the pages
 * @obj: the object
 *
 * &i915_gem_object_ops.unplug of objects with pages of our own.
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
 * i915_gem_object_unset_pages - take the pages away that nobody has pinned
 * @obj: the object
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
	 * The GPU's page tables forgot these pages, its TLB may not have: a
	 * batch still running in the same address space could reach them.
	 */
	i915_tlb_flush(i915, obj->tlb_stamp);
	obj->tlb_stamp = 0;

	i915_gem_object_account(obj, -1);
	obj->ops->put_pages(obj);
	i915_gem_object_forget_dma(obj);
	obj->page_array = NULL;
	if (obj->ops->shrinkable && i915_gem_object_purgeable(obj))
		obj->madv = __I915_MADV_PURGED;
	i915_audit_dec(I915_AUDIT_OBJECT_PAGES);
}

/**
 * i915_gem_object_pin_pages - keep the pages of an object in place
 * @obj: the object
 *
 * Gets them first if there are none.
 *
 * Context: object locked, may sleep.
 * Return: 0; -EFAULT: user space gave up the contents; -ENOMEM; -ENODEV: unplugged.
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
		i915_audit_inc(I915_AUDIT_OBJECT_PAGES);
	}
	atomic_inc(&obj->pages_pin);

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(i915_gem_object_pin_pages);

/**
 * i915_gem_object_pin_pages_unlocked - the same for callers without the object lock
 * @obj: the object
 *
 * Takes no lock if somebody else has the pages pinned.
 *
 * Context: process context, may sleep.
 * Return: as i915_gem_object_pin_pages(), or -EINTR.
 */
int i915_gem_object_pin_pages_unlocked(struct drm_i915_gem_object *obj)
{
	int ret;

	/* With contents given up the slow path has the answer. */
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
 * i915_gem_object_unpin_pages - undo one pin
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
 * i915_gem_object_put_pages - give the pages back if nobody needs them in place
 * @obj: the object
 *
 * What becomes of the contents: kept by shmem (and maybe swapped out), unless
 * user space declared them unneeded.
 *
 * Context: object locked, may sleep; also from memory reclaim.
 * Return: 0 or -EBUSY.
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
 * i915_gem_object_vmap - a kernel address of the whole object
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
 * i915_gem_object_vunmap - done with i915_gem_object_vmap()
 * @obj: the object
 *
 * The mapping itself stays until the pages go.
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
 * i915_gem_object_set_madv - user space says whether it needs the contents
 * @obj: the object
 * @madv: I915_MADV_WILLNEED or I915_MADV_DONTNEED
 * @retained: out: the contents are still there
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

/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_OBJECT_TYPES_H_
#define _I915_GEM_OBJECT_TYPES_H_

#include <linux/atomic.h>
#include <linux/llist.h>
#include <linux/rbtree.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>

#include <drm/drm_gem.h>

#include <uapi/drm/i915_drm.h>

struct dma_buf;
struct drm_i915_gem_object;

/**
 * struct i915_gem_object_ops - callbacks of the backing store of an object
 */
struct i915_gem_object_ops {
	/** @name: for debugfs and messages */
	const char *name;
	/** @get_pages: call i915_gem_object_set_pages(). Object locked, may sleep. */
	int (*get_pages)(struct drm_i915_gem_object *obj);
	/** @put_pages: undo @get_pages, even after @unplug. May sleep. */
	void (*put_pages)(struct drm_i915_gem_object *obj);
	/**
	 * @purge: drop the contents of an object that has no pages. Object locked, may sleep. Not
	 * NULL if @shrinkable is set.
	 */
	void (*purge)(struct drm_i915_gem_object *obj);
	/**
	 * @unplug: undo the DMA mapping, if there is one, because the device goes away. The pages
	 * stay for the CPU. Takes the object lock, may sleep.
	 */
	void (*unplug)(struct drm_i915_gem_object *obj);
	/**
	 * @vmap: map the whole object into kernel space; NULL to map its page array. Object locked,
	 * pages pinned, may sleep.
	 */
	void *(*vmap)(struct drm_i915_gem_object *obj);
	/** @vunmap: undo @vmap */
	void (*vunmap)(struct drm_i915_gem_object *obj, void *vaddr);
	/** @release: release the backing store when the object is freed; may be NULL */
	void (*release)(struct drm_i915_gem_object *obj);
	/** @cpu_access: True if the object has struct pages for the CPU (pread, mmap, ...) */
	bool cpu_access;
	/** @shrinkable: True if the pages may be reclaimed while nobody has pinned them */
	bool shrinkable;
};

/**
 * struct drm_i915_gem_object - memory that user space and GPU share
 *
 * "Object locked" means: the caller holds base.resv.
 */
struct drm_i915_gem_object {
	/** @base: the DRM object: reference count, handles, name, resv */
	struct drm_gem_object base;
	/** @ops: backing store; constant */
	const struct i915_gem_object_ops *ops;

	/**
	 * @pages: DMA-mapped pages, or NULL. Changes with the object locked and @pages_pin zero, so
	 * it may be read under a pin. Exception: an unplug removes the mapping even from pinned
	 * objects, so binding reads it with the object locked.
	 */
	struct sg_table *pages;
	/**
	 * @page_array: the same pages as an array of base.size >> PAGE_SHIFT entries, for the CPU;
	 * NULL without ops->cpu_access. Set together with @pages; an unplug leaves it in place.
	 */
	struct page **page_array;
	/**
	 * @pages_pin: number of pins: one for each bound VMA, attachment and copy in progress.
	 * Leaves zero only with the object locked.
	 */
	atomic_t pages_pin;
	/**
	 * @vaddr: kernel mapping, created by the first i915_gem_object_vmap() and kept as long as
	 * @pages; object locked
	 */
	void *vaddr;
	/**
	 * @tlb_stamp: i915_tlb_stamp() of the last unbind, or 0 if no TLB can hold a translation to
	 * @pages that has left the page tables. Set with the lock of some VM held, cleared when
	 * the pages are released (object locked, no VMA bound).
	 */
	u32 tlb_stamp;

	/**
	 * @madv: I915_MADV_WILLNEED, I915_MADV_DONTNEED or __I915_MADV_PURGED; object locked
	 */
	u8 madv;
	/** @caching: I915_CACHING_NONE, _CACHED or _DISPLAY, as user space set it; object locked */
	u8 caching;
	/**
	 * @eb_index: index of the object's first entry in the list of the execbuf that has it
	 * locked; meaningless otherwise. Written with the object locked.
	 */
	u32 eb_index;
	/** @read_domains: mask of I915_GEM_DOMAIN_* the object may be read in; object locked */
	u32 read_domains;
	/** @write_domain: the domain last written in, or 0; object locked */
	u32 write_domain;

	/** @import: the dma-buf it was imported from, referenced, or NULL; constant */
	struct dma_buf *import;
	/**
	 * @exported: True once it was exported, and for imports. Never cleared: base.dma_buf is
	 * cleared with the last handle, while the dma-buf may live on and others may add fences.
	 */
	bool exported;

	/** @vma_lock: protects @vmas; the marks of each VMA leave zero only under it */
	spinlock_t vma_lock;
	/** @vmas: VMAs of the object, by owner and address space; @vma_lock */
	struct rb_root vmas;
	/** @bind_count: number of bound VMAs */
	atomic_t bind_count;
	/** @in_use: sum of the marks on @vmas; 0 if no request of this driver uses the object */
	atomic_t in_use;

	/** @mm_link: on i915_mm.objects; i915_mm.lock */
	struct list_head mm_link;
	/** @shrink_link: on i915_mm.shrinkable, if ops->shrinkable, as long as it has pages */
	struct list_head shrink_link;
	/** @free_link: on i915_mm.free_list */
	struct llist_node free_link;
};

static inline struct drm_i915_gem_object *to_i915_bo(struct drm_gem_object *gem)
{
	return container_of(gem, struct drm_i915_gem_object, base);
}

#endif

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
 * struct i915_gem_object_ops - where the pages of an object come from
 */
struct i915_gem_object_ops {
	/** @name: for debugfs and messages */
	const char *name;
	/** @get_pages: fill i915_gem_object.pages (DMA mapped). Object locked, may sleep. */
	int (*get_pages)(struct drm_i915_gem_object *obj);
	/** @put_pages: undo @get_pages, also after @unplug. May sleep. */
	void (*put_pages)(struct drm_i915_gem_object *obj);
	/**
	 * @purge: drop the contents of an object that has no pages. Object locked, may sleep. Set
	 * where @shrinkable is.
	 */
	void (*purge)(struct drm_i915_gem_object *obj);
	/**
	 * @unplug: undo the DMA mapping, if there is one: the device goes away. The CPU's side of
	 * the pages stays. Takes the object lock, may sleep.
	 */
	void (*unplug)(struct drm_i915_gem_object *obj);
	/**
	 * @vmap: a kernel address of the whole object; NULL: @page_array is mapped. Object locked,
	 * pages pinned, may sleep.
	 */
	void *(*vmap)(struct drm_i915_gem_object *obj);
	/** @vunmap: undo @vmap */
	void (*vunmap)(struct drm_i915_gem_object *obj, void *vaddr);
	/** @release: backing-specific part of the object's end; may be NULL */
	void (*release)(struct drm_i915_gem_object *obj);
	/** @cpu_access: the CPU may read and write the pages (pread, pwrite, relocations, mmap) */
	bool cpu_access;
	/** @shrinkable: pages may be given back while nobody holds them */
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
	 * @pages: DMA-mapped pages, NULL while the object has none. Changed with the object locked
	 * and @pages_pin zero; may be read by whoever holds a pin. When the device goes away the
	 * mapping goes whatever is pinned: binding looks at it with the object locked.
	 */
	struct sg_table *pages;
	/**
	 * @page_array: the same pages as an array of base.size >> PAGE_SHIFT entries, for the CPU;
	 * NULL where !ops->cpu_access. Comes with @pages, stays as long as the pin that got it.
	 */
	struct page **page_array;
	/**
	 * @pages_pin: users of @pages: one for each bound VMA, attachment and copy in progress.
	 * 0 -> 1 only with the object locked.
	 */
	atomic_t pages_pin;
	/**
	 * @vaddr: kernel mapping, see i915_gem_object_vmap(): made by the first who wants it, kept
	 * as long as @pages; object locked
	 */
	void *vaddr;
	/**
	 * @tlb_stamp: not 0 if a GPU TLB may hold translations to @pages that no page table has any
	 * more, see i915_tlb_stamp(). Stamped by unbinding (any VM's lock), cleared when the pages
	 * go (object locked, no VMA bound).
	 */
	u32 tlb_stamp;

	/**
	 * @madv: I915_MADV_WILLNEED, I915_MADV_DONTNEED or the internal "purged" of
	 * the user API; object locked
	 */
	u8 madv;
	/** @caching: I915_CACHING_NONE, _CACHED or _DISPLAY, as user space set it; object locked */
	u8 caching;
	/**
	 * @eb_index: where the execbuf that has locked the object lists it first; without meaning
	 * otherwise. Written with the object locked
	 */
	u32 eb_index;
	/** @read_domains: I915_GEM_DOMAIN_* the object may be read in; object locked */
	u32 read_domains;
	/** @write_domain: the domain last written in, or 0; object locked */
	u32 write_domain;

	/** @import: the dma-buf it is an import of, a reference; NULL otherwise. Constant. */
	struct dma_buf *import;
	/**
	 * @exported: there is, or was, a dma-buf of it, or it is an import. Never cleared:
	 * base.dma_buf is gone with the last handle, while the dma-buf may live on, and others
	 * add their fences
	 */
	bool exported;

	/** @vma_lock: guards @vmas, and the i915_vma.active of each when it leaves zero */
	spinlock_t vma_lock;
	/** @vmas: the object's VMAs by address space */
	struct rb_root vmas;
	/** @bind_count: bound VMAs among @vmas */
	atomic_t bind_count;
	/** @in_use: active marks on all of @vmas together: 0: no request of ours is unfinished */
	atomic_t in_use;

	/** @mm_link: on i915_mm.objects; i915_mm.lock */
	struct list_head mm_link;
	/** @free_link: on i915_mm.free_list */
	struct llist_node free_link;
};

static inline struct drm_i915_gem_object *to_i915_bo(struct drm_gem_object *gem)
{
	return container_of(gem, struct drm_i915_gem_object, base);
}

#endif

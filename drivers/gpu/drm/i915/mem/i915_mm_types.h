/* SPDX-License-Identifier: MIT */
#ifndef _I915_MM_TYPES_H_
#define _I915_MM_TYPES_H_

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/list_lru.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct dma_buf_ops;
struct drm_gem_object_funcs;
struct drm_i915_private;
struct file;
struct shrinker;

/**
 * struct i915_mm - the GEM objects of a device
 */
struct i915_mm {
	/**
	 * @funcs: GEM callbacks of every object; constant. Set by a layer that knows both objects
	 * and address spaces, before the first object is created.
	 */
	const struct drm_gem_object_funcs *funcs;

	/** @lock: protects @objects and drm_i915_gem_object.mm_link; innermost */
	spinlock_t lock;
	/** @objects: all objects, in order of creation */
	struct list_head objects;

	/**
	 * @shrinkable: the objects that have pages and may be shrunk, by the memory cgroup that
	 * pays for them, the one to look at next first; has its own locks, innermost
	 */
	struct list_lru shrinkable;
	/** @shrinkable_pages: number of pages held by @shrinkable */
	atomic_long_t shrinkable_pages;
	/** @purgeable_pages: number of those whose contents user space does not need */
	atomic_long_t purgeable_pages;
	/** @shrinker: gives back pages of idle objects under memory pressure, once registered */
	struct shrinker *shrinker;

	/** @nr_mapped: number of objects with a DMA mapping, drm_i915_gem_object.pages */
	atomic_long_t nr_mapped;

	/**
	 * @invalidate_tlb: invalidate the TLBs of all engines. Set by the GT; NULL if there are
	 * none. Called by i915_tlb_flush() only.
	 */
	void (*invalidate_tlb)(struct drm_i915_private *i915);
	/** @tlb_lock: held while the TLBs are invalidated; innermost mutex, nothing is allocated */
	struct mutex tlb_lock;
	/** @tlb_begun: number of invalidations begun, plus one, never 0; written under @tlb_lock */
	u32 tlb_begun;
	/** @mmap_file: file of all CPU mappings, not referenced, see get_file_active() */
	struct file *mmap_file;
	/** @dmabuf_ops: what the DRM core gives every dma-buf it exports; NULL before the first */
	const struct dma_buf_ops *dmabuf_ops;

	/** @free_list: objects whose last reference was put by i915_gem_object_put() */
	struct llist_head free_list;
	/** @free_work: frees @free_list, on drm_i915_private.wq */
	struct work_struct free_work;
};

#endif

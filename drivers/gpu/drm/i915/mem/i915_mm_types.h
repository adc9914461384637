/* SPDX-License-Identifier: MIT */
#ifndef _I915_MM_TYPES_H_
#define _I915_MM_TYPES_H_

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct drm_gem_object_funcs;
struct drm_i915_private;
struct file;
struct shrinker;

/**
 * struct i915_mm - every GEM object of a device
 */
struct i915_mm {
	/**
	 * @funcs: the GEM callbacks every object gets. Set once by the room
	 * that knows both objects and address spaces, before the first object.
	 */
	const struct drm_gem_object_funcs *funcs;

	/** @lock: guards @objects, i915_gem_object.mm_link and @walk_at; innermost */
	spinlock_t lock;
	/** @objects: all objects, in the order in which they were made */
	struct list_head objects;
	/** @walk_at: where on @objects the last i915_mm_walk() stopped */
	struct list_head *walk_at;
	/** @nr_objects: length of @objects; @lock */
	unsigned long nr_objects;

	/** @nr_mapped: objects with a DMA mapping, i915_gem_object.pages */
	atomic_long_t nr_mapped;
	/** @shrinkable: pages that shrinkable objects hold, in pages */
	atomic_long_t shrinkable;
	/** @purgeable: those among them whose contents user space does not need, in pages */
	atomic_long_t purgeable;

	/**
	 * @invalidate_tlb: make the GPU forget translations to memory that is
	 * about to be given back. Set by the room that knows the engines; NULL:
	 * there is no TLB to care for. Called by i915_tlb_flush() only.
	 */
	void (*invalidate_tlb)(struct drm_i915_private *i915);
	/** @tlb_lock: held while the TLBs are invalidated; innermost mutex, nothing is allocated */
	struct mutex tlb_lock;
	/** @tlb_begun: invalidations begun, plus one, not 0; written under @tlb_lock */
	u32 tlb_begun;
	/** @mmap_file: the file behind all CPU mappings, no reference: get_file_active() */
	struct file *mmap_file;

	/** @free_list: objects whose last reference went where sleeping is not allowed */
	struct llist_head free_list;
	/** @free_work: frees @free_list, on drm_i915_private.wq */
	struct work_struct free_work;

	/** @shrinker: gives back pages of idle objects under memory pressure */
	struct shrinker *shrinker;
};

#endif

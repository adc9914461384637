/* SPDX-License-Identifier: MIT */
#ifndef _I915_MM_TYPES_H_
#define _I915_MM_TYPES_H_

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct shrinker;
struct drm_gem_object_funcs;

/**
 * struct i915_mm - every GEM object of a device
 */
struct i915_mm {
	/**
	 * @funcs: the GEM callbacks every object gets. Set once by the room
	 * that knows both objects and address spaces, before the first object.
	 */
	const struct drm_gem_object_funcs *funcs;

	/** @lock: guards @objects and i915_gem_object.mm_link; innermost */
	spinlock_t lock;
	/** @objects: all live objects, oldest first; least recently used order is not kept */
	struct list_head objects;

	/** @free_list: objects whose last reference went where sleeping is not allowed */
	struct llist_head free_list;
	/** @free_work: frees @free_list, on drm_i915_private.wq */
	struct work_struct free_work;

	/** @shrinker: gives back pages of idle objects under memory pressure */
	struct shrinker *shrinker;
};

#endif

/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_OBJECT_H_
#define _I915_GEM_OBJECT_H_

#include <linux/dma-resv.h>

#include "mem/i915_gem_object_types.h"
#include "mem/i915_mm.h"

struct drm_file;
struct drm_i915_private;

int i915_gem_object_slab_init(void);
void i915_gem_object_slab_exit(void);
struct drm_i915_gem_object *i915_gem_object_alloc(struct drm_i915_private *i915);
void i915_gem_object_init(struct drm_i915_private *i915, struct drm_i915_gem_object *obj,
			  const struct i915_gem_object_ops *ops, u64 size);
void i915_gem_object_fini(struct drm_i915_gem_object *obj);
struct drm_i915_gem_object *i915_gem_object_lookup(struct drm_file *file, u32 handle);
long i915_gem_object_wait(struct drm_i915_gem_object *obj, bool write, bool interruptible,
			  long timeout);

static inline void i915_gem_object_get(struct drm_i915_gem_object *obj)
{
	drm_gem_object_get(&obj->base);
}

/**
 * i915_gem_object_put - drop a reference
 * @obj: the object
 *
 * The last put frees the object from drm_i915_private.wq, never from here; see
 * "Life of an object" in i915_gem_object.c.
 *
 * Context: any, including hard interrupts.
 */
static inline void i915_gem_object_put(struct drm_i915_gem_object *obj)
{
	if (!refcount_dec_not_one(&obj->base.refcount.refcount))
		i915_gem_object_put_maybe_last(obj);
}

/**
 * i915_gem_object_has_pages - test whether an object has its pages
 * @obj: the object
 *
 * Context: any. The answer stays valid only while the object is locked or pinned.
 * Return: true if it has, even if they are no longer DMA mapped after an unplug.
 */
static inline bool i915_gem_object_has_pages(const struct drm_i915_gem_object *obj)
{
	return READ_ONCE(obj->pages) || READ_ONCE(obj->page_array);
}

/**
 * i915_gem_object_is_private - test whether an object was never shared through dma-buf
 * @obj: the object; the caller holds a reference
 *
 * If so, its fences are those of requests that have marked one of its VMAs, and
 * &drm_i915_gem_object.in_use replaces a walk of the fences.
 *
 * With the object locked the answer stays valid until it is unlocked, because whoever
 * gets hold of its dma-buf needs the lock to add a fence.
 *
 * Context: any.
 * Return: true if it was neither exported nor imported.
 */
static inline bool i915_gem_object_is_private(const struct drm_i915_gem_object *obj)
{
	return !READ_ONCE(obj->exported);
}

/**
 * i915_gem_object_is_idle - test cheaply whether an object is idle
 * @obj: the object; the caller holds a reference
 *
 * Context: any.
 * Return: true if all its fences have signalled; false if they have to be checked.
 */
static inline bool i915_gem_object_is_idle(const struct drm_i915_gem_object *obj)
{
	/* Pairs with i915_vma_put_active(): the caller sees what the GPU wrote. */
	return !atomic_read_acquire(&obj->in_use) && i915_gem_object_is_private(obj);
}

static inline int i915_gem_object_trylock(struct drm_i915_gem_object *obj)
{
	return dma_resv_trylock(obj->base.resv);
}

static inline int i915_gem_object_lock(struct drm_i915_gem_object *obj)
{
	return dma_resv_lock_interruptible(obj->base.resv, NULL);
}

static inline void i915_gem_object_unlock(struct drm_i915_gem_object *obj)
{
	dma_resv_unlock(obj->base.resv);
}

#endif

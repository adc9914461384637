// SPDX-License-Identifier: MIT

#include <linux/dma-resv.h>
#include <linux/slab.h>

#include <kunit/visibility.h>

#include "base/i915_audit.h"
#include "base/i915_drv.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_pages.h"
#include "mem/i915_mem_layer.h"
#include "mem/i915_mm.h"

/**
 * DOC: Life of an object
 *
 * An object is cheap until it is used: one slab object, no shmem file, no pages.
 * The backing store is created with the first pin of its pages.
 *
 * Freeing an object sleeps, because address spaces are locked to unbind it. There
 * are two ways to put a reference, which differ in where the object is freed:
 *
 * - drm_gem_object_put(), which the DRM core calls when handles are closed and
 *   dma-bufs released. That is process context; the last put frees the object
 *   before it returns.
 * - i915_gem_object_put(), which the driver calls, also when it retires a request
 *   in a hard interrupt. It never frees: the last put adds the object to
 *   i915_mm.free_list, and i915_mm.free_work frees it.
 *
 * So &drm_gem_object_funcs.free always runs in process context and need not find
 * out whether it may sleep, which it could not on a kernel without preemption
 * counting. A caller that needs the memory back calls i915_mm_flush_free().
 */

static struct kmem_cache *i915_gem_object_slab;

/**
 * i915_gem_object_slab_init - create the slab of objects
 *
 * Return: 0 or -ENOMEM.
 */
int i915_gem_object_slab_init(void)
{
	i915_gem_object_slab = KMEM_CACHE(drm_i915_gem_object,
					  SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT);

	return i915_gem_object_slab ? 0 : -ENOMEM;
}

/**
 * i915_gem_object_slab_exit - destroy the slab of objects
 */
void i915_gem_object_slab_exit(void)
{
	kmem_cache_destroy(i915_gem_object_slab);
	i915_gem_object_slab = NULL;
}

/**
 * i915_gem_object_alloc - allocate an object
 * @i915: the device
 *
 * Its memory cgroup is the caller's from here on, for the shrinker, too.
 *
 * Return: zeroed, for i915_gem_object_init(), or NULL.
 */
struct drm_i915_gem_object *i915_gem_object_alloc(struct drm_i915_private *i915)
{
	return kmem_cache_alloc_lru(i915_gem_object_slab, &to_mm(i915)->shrinkable,
				    GFP_KERNEL | __GFP_ZERO);
}

/**
 * i915_gem_object_init - initialise an object
 * @i915: the device
 * @obj: from i915_gem_object_alloc()
 * @ops: callbacks of its backing store
 * @size: bytes, a multiple of the page size
 *
 * The caller gets the first reference.
 */
void i915_gem_object_init(struct drm_i915_private *i915, struct drm_i915_gem_object *obj,
			  const struct i915_gem_object_ops *ops, u64 size)
{
	struct i915_mm *mm = to_mm(i915);

	obj->base.funcs = mm->funcs;
	drm_gem_private_object_init(&i915->drm, &obj->base, size);
	obj->ops = ops;
	obj->madv = I915_MADV_WILLNEED;
	obj->caching = I915_CACHING_CACHED;
	obj->read_domains = I915_GEM_DOMAIN_CPU;
	obj->write_domain = I915_GEM_DOMAIN_CPU;
	spin_lock_init(&obj->vma_lock);
	obj->vmas = RB_ROOT;
	INIT_LIST_HEAD(&obj->shrink_link);

	i915_mm_add(obj);
	i915_audit_inc(I915_AUDIT_OBJECT);
}

/**
 * i915_gem_object_fini - free an object
 * @obj: the object, without references and VMAs
 *
 * Context: process context, may sleep.
 */
void i915_gem_object_fini(struct drm_i915_gem_object *obj)
{
	struct drm_device *drm = obj->base.dev;

	drm_WARN_ON(drm, !RB_EMPTY_ROOT(&obj->vmas));
	drm_WARN_ON(drm, atomic_read(&obj->pages_pin));

	i915_mm_remove(obj);
	i915_gem_object_unset_pages(obj);
	if (obj->ops->release)
		obj->ops->release(obj);
	drm_gem_object_release(&obj->base);

	i915_audit_dec(I915_AUDIT_OBJECT);
	kmem_cache_free(i915_gem_object_slab, obj);
}
EXPORT_SYMBOL_IF_KUNIT(i915_gem_object_fini);

/**
 * i915_gem_object_lookup - look up the object of a handle
 * @file: the file that owns the handle
 * @handle: GEM handle
 *
 * Return: the object, referenced, or NULL.
 */
struct drm_i915_gem_object *i915_gem_object_lookup(struct drm_file *file, u32 handle)
{
	struct drm_gem_object *gem;

	/* drm_gem_object_lookup() is made for lists of handles and costs twice as much for one. */
	spin_lock(&file->table_lock);
	gem = idr_find(&file->object_idr, handle);
	if (gem)
		drm_gem_object_get(gem);
	spin_unlock(&file->table_lock);

	return gem ? to_i915_bo(gem) : NULL;
}

/**
 * i915_gem_object_wait - wait for the fences of an object
 * @obj: the object
 * @write: the caller is going to write, so also wait for readers
 * @interruptible: signals interrupt the wait
 * @timeout: jiffies; 0 polls; MAX_SCHEDULE_TIMEOUT waits forever
 *
 * Context: process context, the caller holds a reference.
 * Return: jiffies left (>= 0), -ETIME or -ERESTARTSYS.
 */
long i915_gem_object_wait(struct drm_i915_gem_object *obj, bool write, bool interruptible,
			  long timeout)
{
	enum dma_resv_usage usage = dma_resv_usage_rw(write);
	long ret;

	if (i915_gem_object_is_idle(obj) || dma_resv_test_signaled(obj->base.resv, usage))
		return timeout;

	if (!timeout)
		return -ETIME;

	ret = dma_resv_wait_timeout(obj->base.resv, usage, interruptible, timeout);

	return ret ?: -ETIME;
}

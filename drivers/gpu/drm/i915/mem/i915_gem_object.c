// SPDX-License-Identifier: MIT

#include <linux/dma-resv.h>
#include <linux/slab.h>

#include <kunit/visibility.h>

#include "diag/i915_audit.h"
#include "i915_drv.h"
#include "mem/i915_gem_object.h"

/**
 * DOC: Life of an object
 *
 * An object is cheap until it is used: one slab object, no shmem file, no
 * pages. The backing store comes with the first pin of its pages.
 *
 * Its end needs to sleep: address spaces are locked to unbind it. There are two
 * ways to drop a reference, and which one is used decides where that happens:
 *
 * - drm_gem_object_put(), which the DRM core calls where handles are closed and
 *   dma-bufs released. That is process context; the last reference frees the
 *   object before the call returns.
 * - i915_gem_object_put(), which the driver itself calls, also when it retires
 *   a request in hard interrupt. It never frees: the last reference puts the
 *   object on i915_mm.free_list and i915_mm.free_work goes on from there.
 *
 * So &drm_gem_object_funcs.free runs in process context without asking what
 * context it is in, which cannot be answered on a kernel that does not count
 * preemption. Who needs memory back now calls i915_mm_flush_free().
 */

static struct kmem_cache *i915_gem_object_slab;

/**
 * i915_gem_object_slab_init - make the slab of objects
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
 * i915_gem_object_slab_exit - destroy the slab; no object may be left
 */
void i915_gem_object_slab_exit(void)
{
	kmem_cache_destroy(i915_gem_object_slab);
	i915_gem_object_slab = NULL;
}

/**
 * i915_gem_object_alloc - memory for an object
 *
 * Return: zeroed, for i915_gem_object_init(), or NULL.
 */
struct drm_i915_gem_object *i915_gem_object_alloc(void)
{
	return kmem_cache_zalloc(i915_gem_object_slab, GFP_KERNEL);
}

/**
 * i915_gem_object_init - bring an object to life
 * @i915: the device
 * @obj: from i915_gem_object_alloc()
 * @ops: its backing store
 * @size: bytes, a multiple of the page size
 *
 * The caller gets the first reference.
 */
void i915_gem_object_init(struct drm_i915_private *i915, struct drm_i915_gem_object *obj,
			  const struct i915_gem_object_ops *ops, u64 size)
{
	struct i915_mm *mm = &i915->mm;

	obj->base.funcs = mm->funcs;
	drm_gem_private_object_init(&i915->drm, &obj->base, size);
	obj->ops = ops;
	obj->madv = I915_MADV_WILLNEED;
	obj->caching = I915_CACHING_CACHED;
	obj->read_domains = I915_GEM_DOMAIN_CPU;
	obj->write_domain = I915_GEM_DOMAIN_CPU;
	spin_lock_init(&obj->vma_lock);
	obj->vmas = RB_ROOT;

	i915_mm_add(obj);
	i915_audit_inc(I915_AUDIT_OBJECT);
}

/**
 * i915_gem_object_fini - the object's own share of its end
 * @obj: an object without references and without VMAs; freed on return
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
 * i915_gem_object_lookup - the object behind a handle
 * @file: whose handle
 * @handle: GEM handle
 *
 * Return: the object with a reference, or NULL.
 */
struct drm_i915_gem_object *i915_gem_object_lookup(struct drm_file *file, u32 handle)
{
	struct drm_gem_object *gem;

	/* drm_gem_object_lookup() is made for lists of handles: twice the price for one */
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
 * @write: the caller is going to write: wait for readers too
 * @interruptible: signals end the wait
 * @timeout: jiffies; 0 looks and does not wait; MAX_SCHEDULE_TIMEOUT for ever
 *
 * Context: process context, the caller holds a reference.
 * Return: jiffies left (0 and more), -ETIME or -ERESTARTSYS.
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

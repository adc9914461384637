// SPDX-License-Identifier: MIT

#include <linux/delay.h>
#include <linux/list_lru.h>
#include <linux/shrinker.h>

#include <kunit/visibility.h>

#include "base/i915_drv.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_mem_layer.h"
#include "mem/i915_mm.h"

/**
 * DOC: All objects of a device
 *
 * A list of every object, for unbinding the driver; the objects that have pages, for
 * the shrinker; and the list of objects whose last reference was put where they could
 * not be freed, with the worker that frees them.
 *
 * What has pages is listed by memory cgroup (list_lru). So a client that reaches the
 * limit of its cgroup gets back pages of its own objects, and the others keep theirs;
 * and reclaim never passes by the objects that have nothing to give.
 *
 * Files, mappings and dma-bufs keep objects alive after the driver was unbound from
 * the device. Their memory stays, with its contents for the CPU. Their DMA mapping
 * does not: by the time the last file is closed, the IOMMU's page tables may be
 * gone, or belong to another driver.
 */

static void i915_mm_free_work(struct work_struct *work)
{
	struct i915_mm *mm = container_of(work, struct i915_mm, free_work);
	struct drm_i915_gem_object *obj, *next;

	llist_for_each_entry_safe(obj, next, llist_del_all(&mm->free_list), free_link) {
		mm->funcs->free(&obj->base);
		cond_resched();
	}
}

static int i915_mm_init_shrinkable(struct drm_i915_private *i915)
{
	struct i915_mm *mm = to_mm(i915);
	int ret;

	/* A list_lru by cgroup belongs to a shrinker; i915_shrinker_register() completes it. */
	mm->shrinker = shrinker_alloc(SHRINKER_NUMA_AWARE | SHRINKER_MEMCG_AWARE, "drm-i915:%s",
				      i915->drm.unique);
	if (!mm->shrinker)
		return -ENOMEM;

	ret = list_lru_init_memcg(&mm->shrinkable, mm->shrinker);
	if (ret)
		shrinker_free(mm->shrinker);

	return ret;
}

/**
 * i915_mm_init - prepare a device for objects
 * @i915: the device
 * @funcs: GEM callbacks of every object; free() is only called in process context
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int i915_mm_init(struct drm_i915_private *i915, const struct drm_gem_object_funcs *funcs)
{
	struct i915_mm *mm = to_mm(i915);
	int ret;

	ret = i915_mm_init_shrinkable(i915);
	if (ret)
		return ret;

	mm->funcs = funcs;
	spin_lock_init(&mm->lock);
	INIT_LIST_HEAD(&mm->objects);
	init_llist_head(&mm->free_list);
	INIT_WORK(&mm->free_work, i915_mm_free_work);
	mutex_init(&mm->tlb_lock);
	mm->tlb_begun = 1;

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(i915_mm_init);

static void i915_gem_object_defer_free(struct kref *ref)
{
	struct drm_i915_gem_object *obj =
		container_of(ref, struct drm_i915_gem_object, base.refcount);
	struct drm_i915_private *i915 = to_i915(obj->base.dev);

	if (llist_add(&obj->free_link, &to_mm(i915)->free_list))
		queue_work(i915->wq, &to_mm(i915)->free_work);
}

/**
 * i915_gem_object_put_maybe_last - slow path of i915_gem_object_put()
 * @obj: the object
 *
 * Context: any.
 */
void i915_gem_object_put_maybe_last(struct drm_i915_gem_object *obj)
{
	kref_put(&obj->base.refcount, i915_gem_object_defer_free);
}
EXPORT_SYMBOL_IF_KUNIT(i915_gem_object_put_maybe_last);

/**
 * i915_mm_flush_free - free what i915_gem_object_put() left to the worker
 * @i915: the device
 *
 * Context: process context, no object or address space locked.
 */
void i915_mm_flush_free(struct drm_i915_private *i915)
{
	while (!llist_empty(&to_mm(i915)->free_list)) {
		queue_work(i915->wq, &to_mm(i915)->free_work);
		flush_work(&to_mm(i915)->free_work);
	}
	flush_work(&to_mm(i915)->free_work);
}
EXPORT_SYMBOL_IF_KUNIT(i915_mm_flush_free);

/**
 * i915_mm_flush - finish the work on drm_i915_private.wq
 * @i915: the device
 *
 * Freeing a context puts objects, which are queued to be freed and whose freeing
 * may queue that of an address space: hence three steps.
 *
 * Context: process context, not on that workqueue; no object and no address
 * space locked.
 */
void i915_mm_flush(struct drm_i915_private *i915)
{
	flush_workqueue(i915->wq);
	i915_mm_flush_free(i915);
	flush_workqueue(i915->wq);
}

/**
 * i915_mm_fini - undo i915_mm_init(); all objects must have been freed
 * @i915: the device
 */
void i915_mm_fini(struct drm_i915_private *i915)
{
	struct i915_mm *mm = to_mm(i915);

	i915_mm_flush_free(i915);
	drm_WARN_ON(&i915->drm, !list_empty(&mm->objects));
	shrinker_free(mm->shrinker);
	list_lru_destroy(&mm->shrinkable);
	mutex_destroy(&mm->tlb_lock);
}
EXPORT_SYMBOL_IF_KUNIT(i915_mm_fini);

/**
 * i915_mm_add - add an object to the list
 * @obj: the object
 */
void i915_mm_add(struct drm_i915_gem_object *obj)
{
	struct i915_mm *mm = to_mm(to_i915(obj->base.dev));

	spin_lock(&mm->lock);
	list_add_tail(&obj->mm_link, &mm->objects);
	spin_unlock(&mm->lock);
}

/**
 * i915_mm_remove - remove an object from the list
 * @obj: the object, without references
 */
void i915_mm_remove(struct drm_i915_gem_object *obj)
{
	struct i915_mm *mm = to_mm(to_i915(obj->base.dev));

	spin_lock(&mm->lock);
	list_del(&obj->mm_link);
	spin_unlock(&mm->lock);
}

/**
 * i915_mm_next_object - walk all objects without holding a lock
 * @i915: the device
 * @prev: the object returned last, or NULL to start; its reference is consumed
 *
 * Visits each object that exists during the whole walk exactly once.
 *
 * Context: process context.
 * Return: the next object, referenced, or NULL at the end.
 */
struct drm_i915_gem_object *i915_mm_next_object(struct drm_i915_private *i915,
						struct drm_i915_gem_object *prev)
{
	struct i915_mm *mm = to_mm(i915);
	struct list_head *at = prev ? &prev->mm_link : &mm->objects;
	struct drm_i915_gem_object *obj = NULL;

	spin_lock(&mm->lock);
	while (!obj && (at = at->next) != &mm->objects) {
		/* An object leaves the list before it is freed. */
		obj = list_entry(at, struct drm_i915_gem_object, mm_link);
		if (!kref_get_unless_zero(&obj->base.refcount))
			obj = NULL;
	}
	spin_unlock(&mm->lock);

	if (prev)
		i915_gem_object_put(prev);

	return obj;
}

/**
 * i915_mm_add_shrinkable - an object has got pages
 * @obj: the object; nothing happens if it cannot be shrunk
 *
 * Context: object locked.
 */
void i915_mm_add_shrinkable(struct drm_i915_gem_object *obj)
{
	if (obj->ops->shrinkable)
		list_lru_add_obj(&to_mm(to_i915(obj->base.dev))->shrinkable, &obj->shrink_link);
}

/**
 * i915_mm_remove_shrinkable - an object loses its pages
 * @obj: the object; nothing happens if it cannot be shrunk
 *
 * Context: object locked, or without any reference left.
 */
void i915_mm_remove_shrinkable(struct drm_i915_gem_object *obj)
{
	if (obj->ops->shrinkable)
		list_lru_del_obj(&to_mm(to_i915(obj->base.dev))->shrinkable, &obj->shrink_link);
}

static enum lru_status i915_mm_pick(struct list_head *item, struct list_lru_one *list,
				    spinlock_t *lock, void *arg)
{
	struct drm_i915_gem_object *obj =
		list_entry(item, struct drm_i915_gem_object, shrink_link);
	struct drm_i915_gem_object **picked = arg;

	/* An object leaves the list before it is freed. */
	if (kref_get_unless_zero(&obj->base.refcount))
		*picked = obj;

	return LRU_ROTATE;
}

/**
 * i915_mm_next_shrinkable - the next object of a cgroup to look at for pages
 * @i915: the device
 * @nid: node of the memory the object itself is in
 * @memcg: the memory cgroup, see &struct shrink_control
 *
 * One call after the other walks round and round. Concurrent callers share the walk:
 * each object is visited by one of them.
 *
 * Context: process context, also memory reclaim.
 * Return: the object, referenced; NULL if it is just being freed, or there is none.
 */
struct drm_i915_gem_object *i915_mm_next_shrinkable(struct drm_i915_private *i915, int nid,
						    struct mem_cgroup *memcg)
{
	struct drm_i915_gem_object *obj = NULL;
	unsigned long one = 1;

	list_lru_walk_one(&to_mm(i915)->shrinkable, nid, memcg, i915_mm_pick, &obj, &one);

	return obj;
}

/**
 * i915_mm_unmap_dma - DMA unmap every object
 * @i915: the device; the GPU is idle for good
 *
 * If the device is unplugged, no object is DMA mapped after this, see
 * i915_gem_object_set_pages().
 *
 * Context: process context, may sleep; no object locked.
 */
void i915_mm_unmap_dma(struct drm_i915_private *i915)
{
	struct drm_i915_gem_object *obj = NULL;

	while ((obj = i915_mm_next_object(i915, obj))) {
		obj->ops->unplug(obj);
		cond_resched();
	}

	/* What is still mapped has no reference and is being freed. */
	i915_mm_flush_free(i915);
	while (drm_dev_is_unplugged(&i915->drm) && atomic_long_read(&to_mm(i915)->nr_mapped))
		usleep_range(100, 1000);
}
EXPORT_SYMBOL_IF_KUNIT(i915_mm_unmap_dma);

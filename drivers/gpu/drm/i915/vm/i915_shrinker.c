// SPDX-License-Identifier: MIT

#include <linux/shrinker.h>
#include <linux/swap.h>

#include "i915_drv.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_shrinker.h"
#include "vm/i915_vma.h"

/**
 * DOC: Shrinker
 *
 * Under memory pressure idle objects are unbound and their pages go back to
 * shmem, which swaps them out, or are dropped if user space does not need
 * their contents (madvise). Without swap only the latter frees anything.
 *
 * Reclaim may strike while any lock of the driver is held, so everything here
 * is tried and nothing waited for.
 */

struct i915_vm_shrink {
	unsigned long target;
	unsigned long freed;
	bool dontneed_only;
};

static void i915_vm_shrink_locked(struct drm_i915_gem_object *obj, struct i915_vm_shrink *shrink)
{
	if (!obj->pages)
		return;

	if (shrink->dontneed_only && obj->madv != I915_MADV_DONTNEED)
		return;

	if (atomic_read(&obj->bind_count) && i915_vma_try_unbind_object(obj))
		return;

	if (!i915_gem_object_put_pages(obj))
		shrink->freed += obj->base.size >> PAGE_SHIFT;
}

static bool i915_vm_shrink_one(struct drm_i915_gem_object *obj, void *data)
{
	struct i915_vm_shrink *shrink = data;

	if (obj->ops->shrinkable && READ_ONCE(obj->pages) && i915_gem_object_trylock(obj)) {
		i915_vm_shrink_locked(obj, shrink);
		i915_gem_object_unlock(obj);
	}

	return shrink->freed < shrink->target;
}

/**
 * i915_vm_shrink - unbind idle objects and give back their pages
 * @i915: the device
 * @target: stop after so many pages
 * @dontneed_only: only contents user space does not need
 *
 * Context: process context, also memory reclaim.
 * Return: pages given back.
 */
unsigned long i915_vm_shrink(struct drm_i915_private *i915, unsigned long target,
			     bool dontneed_only)
{
	struct i915_vm_shrink shrink = {
		.target = target,
		.dontneed_only = dontneed_only,
	};

	i915_mm_walk(i915, i915_vm_shrink_one, &shrink);

	return shrink.freed;
}

static bool i915_shrinker_can_swap(void)
{
	return get_nr_swap_pages() > 0;
}

static unsigned long i915_shrinker_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct drm_i915_private *i915 = shrinker->private_data;
	struct i915_mm *mm = &i915->mm;
	long count = atomic_long_read(i915_shrinker_can_swap() ? &mm->shrinkable : &mm->purgeable);

	return count > 0 ? count : SHRINK_EMPTY;
}

static unsigned long i915_shrinker_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct drm_i915_private *i915 = shrinker->private_data;
	unsigned long freed = 0;

	if (atomic_long_read(&i915->mm.purgeable) > 0)
		freed = i915_vm_shrink(i915, sc->nr_to_scan, true);
	if (freed < sc->nr_to_scan && i915_shrinker_can_swap())
		freed += i915_vm_shrink(i915, sc->nr_to_scan - freed, false);

	return freed ?: SHRINK_STOP;
}

/**
 * i915_shrinker_register - take part in memory reclaim
 * @i915: the device
 *
 * Return: 0 or -ENOMEM.
 */
int i915_shrinker_register(struct drm_i915_private *i915)
{
	struct shrinker *shrinker = shrinker_alloc(0, "drm-i915:%s", i915->drm.unique);

	if (!shrinker)
		return -ENOMEM;

	shrinker->count_objects = i915_shrinker_count;
	shrinker->scan_objects = i915_shrinker_scan;
	shrinker->private_data = i915;
	i915->mm.shrinker = shrinker;
	shrinker_register(shrinker);

	return 0;
}

/**
 * i915_shrinker_unregister - undo i915_shrinker_register()
 * @i915: the device; nothing happens if it has no shrinker
 */
void i915_shrinker_unregister(struct drm_i915_private *i915)
{
	shrinker_free(i915->mm.shrinker);
	i915->mm.shrinker = NULL;
}

// SPDX-License-Identifier: MIT

#include <linux/list_lru.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/shrinker.h>
#include <linux/swap.h>

#include "base/i915_drv.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_pages.h"
#include "mem/i915_mem_layer.h"
#include "mem/i915_mm.h"
#include "vm/i915_shrinker.h"
#include "vm/i915_vma_unbind.h"

/**
 * DOC: Shrinker
 *
 * Under memory pressure idle objects are unbound, and their pages are returned
 * to shmem, which swaps them out, or dropped if user space does not need their
 * contents (madvise). Without swap only the latter frees anything.
 *
 * Reclaim may run while the caller holds an object lock or vm->lock, so both are
 * only trylocked and nothing is waited for. The walk looks at no more pages than
 * it was asked to. An object that a request or an importer uses is skipped before
 * anything is undone for it, and the next walk continues behind it.
 *
 * Reclaim for a memory cgroup that is at its limit comes here, too, and takes from
 * the objects that were created in it. Their pages are unevictable, so nobody else
 * could give them back: buffers that are only cached would make a client fail, or the
 * OOM killer come for it.
 */

/**
 * struct i915_shrink_walk - one walk over objects
 * @flags: I915_SHRINK_*
 * @target: stop once this many pages are freed
 * @budget: stop once this many pages were looked at
 * @freed: pages freed so far
 * @seen: pages looked at so far; an object that cannot be shrunk counts as one
 */
struct i915_shrink_walk {
	unsigned int flags;
	unsigned long target;
	unsigned long budget;
	unsigned long freed;
	unsigned long seen;
};

/* Without a lock: is the object worth locking? */
static bool i915_vm_shrinkable(const struct drm_i915_gem_object *obj, unsigned int flags)
{
	int bound = atomic_read(&obj->bind_count);

	if (!obj->ops->shrinkable || !i915_gem_object_has_pages(obj))
		return false;
	if (flags & I915_SHRINK_DONTNEED && READ_ONCE(obj->madv) != I915_MADV_DONTNEED)
		return false;
	if (bound && !(flags & I915_SHRINK_BOUND))
		return false;

	/* Each bound VMA has a pin, and those without marks can be unbound. */
	return !atomic_read(&obj->in_use) && atomic_read(&obj->pages_pin) <= bound;
}

static bool i915_vm_shrink_locked(struct drm_i915_gem_object *obj, unsigned int flags)
{
	if (!i915_vm_shrinkable(obj, flags))
		return false;
	if (atomic_read(&obj->bind_count) && i915_vma_try_unbind_object(obj))
		return false;

	return !i915_gem_object_put_pages(obj);
}

/* Return: whether to go on. */
static bool i915_vm_shrink_one(struct drm_i915_gem_object *obj, struct i915_shrink_walk *shrink)
{
	unsigned long pages = obj->base.size >> PAGE_SHIFT;

	if (!i915_vm_shrinkable(obj, shrink->flags) || !i915_gem_object_trylock(obj)) {
		shrink->seen++;
	} else {
		shrink->seen += pages;
		if (i915_vm_shrink_locked(obj, shrink->flags))
			shrink->freed += pages;
		i915_gem_object_unlock(obj);
	}

	return shrink->freed < shrink->target && shrink->seen < shrink->budget;
}

/**
 * i915_vm_shrink - unbind idle objects and free their pages
 * @i915: the device
 * @target: stop once this many pages are freed
 * @flags: I915_SHRINK_*, which objects
 *
 * Context: process context, also memory reclaim.
 * Return: number of pages freed.
 */
unsigned long i915_vm_shrink(struct drm_i915_private *i915, unsigned long target,
			     unsigned int flags)
{
	struct i915_shrink_walk shrink = {
		.flags = flags,
		.target = target,
		.budget = ULONG_MAX,
	};
	struct drm_i915_gem_object *obj = NULL;

	while ((obj = i915_mm_next_object(i915, obj))) {
		if (!i915_vm_shrink_one(obj, &shrink)) {
			i915_gem_object_put(obj);
			break;
		}
		cond_resched();
	}

	return shrink.freed;
}

static bool i915_shrinker_can_swap(void)
{
	return get_nr_swap_pages() > 0;
}

/* Pages are counted for the device only: to each cgroup by the number of its objects. */
static unsigned long i915_shrinker_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct drm_i915_private *i915 = shrinker->private_data;
	struct i915_mm *mm = to_mm(i915);
	unsigned long count, all;
	long pages;

	/* Only then: it would not be asked again before the cgroup gets its first object. */
	count = list_lru_shrink_count(&mm->shrinkable, sc);
	if (!count)
		return SHRINK_EMPTY;

	all = max(list_lru_count(&mm->shrinkable), count);
	pages = atomic_long_read(i915_shrinker_can_swap() ? &mm->shrinkable_pages :
							     &mm->purgeable_pages);

	return pages > 0 ? max(mult_frac((unsigned long)pages, count, all), 1ul) : 0;
}

/* One round over the objects of a cgroup, or less */
static void i915_shrinker_walk(struct drm_i915_private *i915, const struct shrink_control *sc,
			       struct i915_shrink_walk *shrink)
{
	unsigned long left = list_lru_count_one(&to_mm(i915)->shrinkable, sc->nid, sc->memcg);
	struct drm_i915_gem_object *obj;
	bool go_on = true;

	for (; left && go_on; left--) {
		obj = i915_mm_next_shrinkable(i915, sc->nid, sc->memcg);
		if (obj) {
			go_on = i915_vm_shrink_one(obj, shrink);
			i915_gem_object_put(obj);
		}
		cond_resched();
	}
}

static unsigned long i915_shrinker_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct drm_i915_private *i915 = shrinker->private_data;
	struct i915_shrink_walk shrink = {
		.flags = I915_SHRINK_BOUND | I915_SHRINK_DONTNEED,
		.target = sc->nr_to_scan,
		.budget = sc->nr_to_scan,
	};

	if (atomic_long_read(&to_mm(i915)->purgeable_pages) > 0)
		i915_shrinker_walk(i915, sc, &shrink);

	if (shrink.freed < shrink.target && i915_shrinker_can_swap()) {
		shrink.flags = I915_SHRINK_BOUND;
		shrink.budget += shrink.seen;
		i915_shrinker_walk(i915, sc, &shrink);
	}

	if (!shrink.seen)
		return SHRINK_STOP;

	sc->nr_scanned = shrink.seen;

	return shrink.freed;
}

/**
 * i915_shrinker_register - let memory reclaim take pages
 * @i915: the device
 *
 * Context: process context.
 */
void i915_shrinker_register(struct drm_i915_private *i915)
{
	struct shrinker *shrinker = to_mm(i915)->shrinker;

	shrinker->count_objects = i915_shrinker_count;
	shrinker->scan_objects = i915_shrinker_scan;
	shrinker->private_data = i915;
	shrinker_register(shrinker);
}

/**
 * i915_shrinker_unregister - undo i915_shrinker_register(), for good
 * @i915: the device
 *
 * Waits for reclaim that is under way.
 *
 * Context: process context, may sleep.
 */
void i915_shrinker_unregister(struct drm_i915_private *i915)
{
	shrinker_free(to_mm(i915)->shrinker);
	to_mm(i915)->shrinker = NULL;
}

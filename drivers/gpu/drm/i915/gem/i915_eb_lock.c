// SPDX-License-Identifier: MIT

#include <linux/minmax.h>

#include "base/i915_drv.h"
#include "gem/i915_eb.h"
#include "gem/i915_eb_lock.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_vma.h"

/**
 * DOC: Locked objects of an execbuffer
 *
 * All objects of the list are locked together, in any order, backing off when two
 * lists conflict (drm_exec).
 *
 * An object may be listed many times. While it is locked it stores the index of its
 * first entry, so a later entry is recognised in constant time. Its requirements
 * are merged into the first entry, which alone is marked, waited for and handed to
 * the request. So a request has one mark and one reference per object, and their
 * number is bounded by the number of requests and not by what user space writes in
 * its lists.
 *
 * Marks are only held with the objects locked, and dropped before the locks. A
 * caller that waits for the GPU holds neither.
 */

/* Flags that hold for an object only if all its entries have them; of others, one is enough */
#define I915_EB_FLAGS_OF_ALL	(EXEC_OBJECT_SUPPORTS_48B_ADDRESS | EXEC_OBJECT_ASYNC)

/* Merge the requirements of entry @i into entry @first, which names the same object. */
static int i915_eb_merge(struct i915_execbuffer *eb, u32 first, unsigned int i)
{
	struct drm_i915_gem_exec_object2 *all = &eb->exec[first];
	const struct drm_i915_gem_exec_object2 *entry = &eb->exec[i];
	struct i915_eb_vma *ev = &eb->ev[first];
	const u64 flags = all->flags & entry->flags & I915_EB_FLAGS_OF_ALL;

	if (entry->flags & EXEC_OBJECT_PINNED && all->offset != entry->offset) {
		if (all->flags & EXEC_OBJECT_PINNED) {
			drm_dbg(&eb->i915->drm, "entries %u and %u: one object at two offsets\n",
				first, i);
			return -EINVAL;
		}
		all->offset = entry->offset;
		ev->moved = true;
		eb->any_moved = true;
	}

	all->pad_to_size = max(i915_eb_size(all, ev->obj), i915_eb_size(entry, ev->obj));
	all->alignment = max(all->alignment, entry->alignment);
	all->flags = ((all->flags | entry->flags) & ~(u64)I915_EB_FLAGS_OF_ALL) | flags;
	ev->flags = all->flags | ((ev->flags | eb->ev[i].flags) & EXEC_OBJECT_WRITE);

	eb->ev[i].first = first;
	eb->repeated++;
	return 0;
}

static int i915_eb_lock_entry(struct i915_execbuffer *eb, unsigned int i)
{
	struct drm_i915_gem_object *obj = eb->ev[i].obj;
	u32 first = READ_ONCE(obj->eb_index);
	int ret;

	/* From an earlier attempt to lock */
	if (!i915_eb_is_first(eb, i))
		return 0;

	/* If the object was listed before, it is locked, and nobody else writes its index. */
	if (first < i && eb->ev[first].obj == obj)
		return i915_eb_merge(eb, first, i);

	ret = drm_exec_lock_obj(&eb->locks, &obj->base);
	if (!ret)
		WRITE_ONCE(obj->eb_index, i);

	return ret ?: i915_eb_breathe(i);
}

static int i915_eb_lock_many(struct i915_execbuffer *eb)
{
	unsigned int i;
	int ret = 0;

	/* Repeated entries are skipped, but imports of one dma-buf share a lock. */
	drm_exec_init(&eb->locks, DRM_EXEC_INTERRUPTIBLE_WAIT | DRM_EXEC_IGNORE_DUPLICATES,
		      eb->count);
	drm_exec_until_all_locked(&eb->locks) {
		for (i = 0; i < eb->count; i++) {
			ret = i915_eb_lock_entry(eb, i);
			drm_exec_retry_on_contention(&eb->locks);
			if (ret)
				break;
		}
		if (ret)
			break;
	}

	if (ret)
		drm_exec_fini(&eb->locks);

	return ret;
}

/**
 * i915_eb_lock - lock all objects of the list
 * @eb: the execbuffer
 *
 * Afterwards i915_eb_is_first() tells which entries are repetitions.
 *
 * Context: process context, sleeps interruptibly.
 * Return: 0; -EINVAL if entries of one object contradict each other; -ERESTARTSYS,
 * -ENOMEM.
 */
int i915_eb_lock(struct i915_execbuffer *eb)
{
	int ret;

	if (eb->count == 1)
		ret = i915_gem_object_lock(eb->ev[0].obj);
	else
		ret = i915_eb_lock_many(eb);

	eb->locked = !ret;
	/* A lock that was interrupted may be taken again by a restart. */
	return ret == -EINTR ? -ERESTARTSYS : ret;
}

/**
 * i915_eb_drop_marks - drop the marks on the VMAs of the list
 * @eb: the execbuffer
 *
 * Context: process context; objects locked.
 */
void i915_eb_drop_marks(struct i915_execbuffer *eb)
{
	unsigned int i;

	for (i = 0; i < eb->count; i++) {
		struct i915_eb_vma *ev = &eb->ev[i];

		if (ev->vma && i915_eb_is_first(eb, i))
			i915_vma_put_active(ev->vma);
		ev->vma = NULL;
	}
	eb->marked = false;
}

/**
 * i915_eb_unlock - unlock the objects of the list, if they are locked
 * @eb: the execbuffer
 *
 * Marks that were not handed over are dropped.
 *
 * Context: process context.
 */
void i915_eb_unlock(struct i915_execbuffer *eb)
{
	if (!eb->locked)
		return;

	if (unlikely(eb->marked))
		i915_eb_drop_marks(eb);

	eb->locked = false;
	if (eb->count == 1)
		i915_gem_object_unlock(eb->ev[0].obj);
	else
		drm_exec_fini(&eb->locks);
}

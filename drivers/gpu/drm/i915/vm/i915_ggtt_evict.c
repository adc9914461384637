// SPDX-License-Identifier: MIT

#include <linux/jiffies.h>

#include "base/i915_drv.h"
#include "vm/i915_ggtt_evict.h"
#include "vm/i915_ggtt_types.h"

/**
 * DOC: Room in the global address space
 *
 * A context needs its image and ring in the GGTT while it runs, and 40,000
 * contexts fill it. Idle ones are evicted, the longest idle first: they lose
 * their address and keep their memory, which is charged to whoever created them,
 * and get another address with their next request. So contexts that one client
 * does not use cannot keep another client out, and those it does use cost it as
 * much memory as address space.
 *
 * Nobody reports the use of a buffer, since that would take a lock or a list
 * operation per request. Instead the list is ordered by when each buffer was last
 * seen in use, which is never later than its real last use. A buffer at the head
 * that has been used since is moved to its new place; the first one that has not
 * is the longest idle.
 */

/* How far to search for the place of a buffer; beyond that, an approximate one is good enough */
#define I915_GGTT_SORT_STEPS	32

/* Used since it was last looked at: move it to its place, searching from the most recent end. */
static void i915_ggtt_sort(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf, unsigned long since)
{
	struct i915_ggtt_buf *other;
	unsigned int steps = 0;

	buf->since = since;
	list_del(&buf->lru);
	list_for_each_entry_reverse(other, &ggtt->evictable, lru) {
		if (!time_after(other->since, since) || ++steps == I915_GGTT_SORT_STEPS)
			break;
	}
	list_add(&buf->lru, &other->lru);
}

/*
 * Ask drm_mm which of the longest idle buffers make a hole together, and move
 * them to @victims.
 */
static bool i915_ggtt_scan(struct i915_ggtt *ggtt, struct drm_mm_scan *scan,
			   struct list_head *victims)
{
	struct i915_ggtt_buf *buf, *next;
	unsigned long since;
	LIST_HEAD(busy);
	LIST_HEAD(seen);
	bool found = false;

	while (!found && !list_empty(&ggtt->evictable)) {
		cond_resched();
		buf = list_first_entry(&ggtt->evictable, struct i915_ggtt_buf, lru);
		if (!buf->ops->idle(buf, &since)) {
			buf->since = jiffies;
			list_move_tail(&buf->lru, &busy);
		} else if (time_after(since, buf->since)) {
			i915_ggtt_sort(ggtt, buf, since);
		} else {
			/* Newest first: drm_mm wants its blocks back in reverse order. */
			list_move(&buf->lru, &seen);
			found = drm_mm_scan_add_block(scan, &buf->node);
		}
	}

	list_for_each_entry_safe(buf, next, &seen, lru) {
		bool needed = drm_mm_scan_remove_block(scan, &buf->node);

		list_move(&buf->lru, found && needed ? victims : &ggtt->evictable);
	}
	list_splice_tail(&busy, &ggtt->evictable);

	return found;
}

/**
 * i915_ggtt_evict - unbind idle buffers until there is a hole
 * @ggtt: the global address space
 * @size: bytes wanted
 *
 * Context: i915_ggtt.lock held; does not wait for the GPU.
 * Return: 0 if there is a hole now (use DRM_MM_INSERT_EVICT); -ENOSPC if buffers in use are in
 * the way.
 */
int i915_ggtt_evict(struct i915_ggtt *ggtt, u64 size)
{
	struct i915_ggtt_buf *buf, *next;
	struct drm_mm_scan scan;
	LIST_HEAD(victims);
	int ret = 0;

	lockdep_assert_held(&ggtt->lock);

	drm_mm_scan_init(&scan, &ggtt->mm, size, 0, 0, DRM_MM_INSERT_BEST);
	if (!i915_ggtt_scan(ggtt, &scan, &victims))
		return -ENOSPC;

	/* A buffer that is in use again returns to the end of the list. */
	list_for_each_entry_safe(buf, next, &victims, lru) {
		if (!buf->ops->evict(buf)) {
			buf->since = jiffies;
			list_move_tail(&buf->lru, &ggtt->evictable);
			ret = -ENOSPC;
		}
	}

	return ret;
}

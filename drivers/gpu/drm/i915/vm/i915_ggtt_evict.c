// SPDX-License-Identifier: MIT

#include <linux/jiffies.h>

#include "i915_drv.h"
#include "vm/i915_ggtt_evict.h"

/**
 * DOC: Room in the global address space
 *
 * A context needs image and ring in the GGTT while it runs, and 40,000 contexts
 * fill it. Those that are idle make room, the longest idle first: they lose the
 * address and keep the memory, which is charged to whoever made them, and get
 * another address with their next request. So what one client does not use
 * cannot keep another one out, and what it uses costs it as much memory as
 * address space.
 *
 * Nobody tells this file when a buffer is used: that would be a lock or a list
 * for each request. The list is ordered by what was known when a buffer was last
 * looked at, which is never later than the truth; a buffer that turns out to have
 * been used since goes to its place behind, and only what is where it belongs
 * can be the longest idle.
 */

/* How far back a buffer looks for its place; beyond that about right will do */
#define I915_GGTT_SORT_STEPS	32

/* Used since it was looked at last: to its place, counted from the most recent. */
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
 * Ask drm_mm for the longest idle buffers that make a hole together, and put
 * them on @victims.
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
 * i915_ggtt_evict - take the addresses of idle buffers until there is a hole
 * @ggtt: the global address space
 * @size: bytes wanted
 *
 * Context: i915_ggtt.lock held; does not wait for the GPU.
 * Return: 0: there is a hole now (DRM_MM_INSERT_EVICT); -ENOSPC: what is not idle
 * is in the way.
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

	/* One that is in use again goes back, behind all others. */
	list_for_each_entry_safe(buf, next, &victims, lru) {
		if (!buf->ops->evict(buf)) {
			buf->since = jiffies;
			list_move_tail(&buf->lru, &ggtt->evictable);
			ret = -ENOSPC;
		}
	}

	return ret;
}

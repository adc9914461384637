/* SPDX-License-Identifier: MIT */
#ifndef _I915_GGTT_TYPES_H_
#define _I915_GGTT_TYPES_H_

#include <linux/io.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include <drm/drm_mm.h>

struct drm_i915_private;
struct i915_ggtt_buf;
struct page;

/**
 * struct i915_ggtt - the global address space
 *
 * Maps context images, rings and status pages. User objects are never bound here.
 */
struct i915_ggtt {
	/** @i915: the device */
	struct drm_i915_private *i915;
	/** @ptes: the page table in BAR0, 8 bytes per page; not used on the mock device */
	u64 __iomem *ptes;
	/** @mock_ptes: the page table of the mock device, in memory; else NULL */
	u64 *mock_ptes;
	/** @total: bytes of address space */
	u64 total;
	/** @mappable_end: end of the part behind the aperture (BAR2), which is left alone; bytes */
	u64 mappable_end;
	/** @clear_unused: True if an IOMMU would report a prefetch of freed pages */
	bool clear_unused;

	/** @lock: protects @mm, @evictable, @bufs, @used and the PTEs */
	struct mutex lock;
	/** @mm: allocator of addresses */
	struct drm_mm mm;
	/**
	 * @evictable: bound buffers that may be evicted while idle, in the order of
	 * &i915_ggtt_buf.since
	 */
	struct list_head evictable;
	/** @bufs: every buffer, bound or not */
	struct list_head bufs;
	/** @used: bytes of address space allocated; READ_ONCE without @lock */
	u64 used;
};

/**
 * struct i915_ggtt_buf_ops - callbacks of a buffer that may be evicted while it is idle
 *
 * Called with i915_ggtt.lock held, on behalf of another buffer: the owner's
 * locks may only be trylocked.
 */
struct i915_ggtt_buf_ops {
	/** @idle: True if the buffer is not in use; @since: when that began, jiffies. A hint. */
	bool (*idle)(struct i915_ggtt_buf *buf, unsigned long *since);
	/** @evict: call i915_ggtt_buf_unbind_locked() if it is not in use. False if it is. */
	bool (*evict)(struct i915_ggtt_buf *buf);
};

/**
 * struct i915_ggtt_buf - kernel memory that the engines access at a GGTT address
 *
 * For context images, rings and status pages. It is neither an object nor a VMA.
 */
struct i915_ggtt_buf {
	/** @node: address range while @bound; i915_ggtt.lock */
	struct drm_mm_node node;
	/** @pages: @count pages */
	struct page **pages;
	/** @dma: DMA address of each page */
	dma_addr_t *dma;
	/** @count: number of pages */
	unsigned int count;
	/** @tail: number of pages at the end that are one contiguous allocation */
	unsigned int tail;
	/**
	 * @bound: True while it has an address and PTEs. Written under i915_ggtt.lock and the lock
	 * that the owner takes in &i915_ggtt_buf_ops.evict.
	 */
	bool bound;
	/** @ops: callbacks of an owner that can be evicted, or NULL; set before binding */
	const struct i915_ggtt_buf_ops *ops;
	/** @lru: on i915_ggtt.evictable; i915_ggtt.lock */
	struct list_head lru;
	/** @since: the last use is no earlier than this, jiffies; i915_ggtt.lock */
	unsigned long since;
	/** @unmapped: True once the @dma addresses are no longer valid; i915_ggtt.lock */
	bool unmapped;
	/** @link: on i915_ggtt.bufs; i915_ggtt.lock */
	struct list_head link;
};

#endif

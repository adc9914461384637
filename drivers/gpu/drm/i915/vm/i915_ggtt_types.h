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
 * Holds what the engines need whatever context runs: context images, rings,
 * status pages. User objects do not live here.
 */
struct i915_ggtt {
	/** @i915: the device */
	struct drm_i915_private *i915;
	/** @ptes: upper half of BAR0, one 8-byte PTE per page; plain memory on the mock device */
	u64 __iomem *ptes;
	/** @mock_ptes: backing of @ptes on the mock device, else NULL */
	u64 *mock_ptes;
	/** @total: bytes of address space */
	u64 total;
	/** @mappable_end: bytes of it seen through the aperture (BAR2), which are left alone */
	u64 mappable_end;
	/** @clear_unused: True where an IOMMU would report a prefetch of freed pages */
	bool clear_unused;

	/** @lock: guards @mm, @evictable, @bufs, @used and the PTEs */
	struct mutex lock;
	/** @mm: which addresses are taken */
	struct drm_mm mm;
	/**
	 * @evictable: bound buffers whose owner can do without an address while it is idle, in the
	 * order of &i915_ggtt_buf.since
	 */
	struct list_head evictable;
	/** @bufs: every buffer, bound or not */
	struct list_head bufs;
	/** @used: bytes of addresses taken; READ_ONCE without @lock */
	u64 used;
};

/**
 * struct i915_ggtt_buf_ops - the owner of a buffer that can do without an address while it is idle
 *
 * Called with i915_ggtt.lock held, by whoever wants the address for another
 * buffer: the owner's locks are only tried.
 */
struct i915_ggtt_buf_ops {
	/** @idle: True if the buffer is not in use, and since when (jiffies). A look, no more. */
	bool (*idle)(struct i915_ggtt_buf *buf, unsigned long *since);
	/** @evict: if it is not in use, i915_ggtt_buf_unbind_locked(). False: it is in use. */
	bool (*evict)(struct i915_ggtt_buf *buf);
};

/**
 * struct i915_ggtt_buf - kernel memory the engines see at a GGTT address
 *
 * For context images, rings and status pages: no object, no VMA.
 */
struct i915_ggtt_buf {
	/** @node: address range, while @bound; i915_ggtt.lock */
	struct drm_mm_node node;
	/** @pages: @count pages */
	struct page **pages;
	/** @dma: DMA address of each page */
	dma_addr_t *dma;
	/** @count: pages */
	unsigned int count;
	/** @tail: so many of them at the end are one physically contiguous allocation */
	unsigned int tail;
	/**
	 * @bound: True while it has an address and PTEs. Written under i915_ggtt.lock and whatever
	 * lock the owner takes in &i915_ggtt_buf_ops.evict.
	 */
	bool bound;
	/** @ops: of an owner that can do without an address, or NULL; set before binding */
	const struct i915_ggtt_buf_ops *ops;
	/** @lru: on i915_ggtt.evictable; i915_ggtt.lock */
	struct list_head lru;
	/** @since: not in use since then at the earliest, jiffies; i915_ggtt.lock */
	unsigned long since;
	/** @unmapped: True once the @dma addresses are not valid any more; i915_ggtt.lock */
	bool unmapped;
	/** @link: on i915_ggtt.bufs; i915_ggtt.lock */
	struct list_head link;
};

#endif

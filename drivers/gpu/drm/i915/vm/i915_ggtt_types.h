/* SPDX-License-Identifier: MIT */
#ifndef _I915_GGTT_TYPES_H_
#define _I915_GGTT_TYPES_H_

#include <linux/io.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include <drm/drm_mm.h>

struct drm_i915_private;
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
	/** @mappable_end: bytes of it seen through the aperture (BAR2) */
	u64 mappable_end;

	/** @lock: guards @mm, @used and the PTEs */
	struct mutex lock;
	/** @mm: which addresses are taken */
	struct drm_mm mm;
	/** @used: bytes of addresses taken; READ_ONCE without @lock */
	u64 used;
};

/**
 * struct i915_ggtt_buf - kernel memory mapped in the GGTT for its whole life
 *
 * For context images, rings and status pages: no object, no VMA, no eviction.
 */
struct i915_ggtt_buf {
	/** @node: address range */
	struct drm_mm_node node;
	/** @pages: @count pages; where @contiguous one allocation */
	struct page **pages;
	/** @dma: DMA address of each page */
	dma_addr_t *dma;
	/** @count: pages */
	unsigned int count;
	/** @contiguous: one physically contiguous allocation, see i915_ggtt_buf_vaddr() */
	bool contiguous;
};

#endif

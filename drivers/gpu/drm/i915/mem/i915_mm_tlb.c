// SPDX-License-Identifier: MIT

#include <linux/mutex.h>

#include <kunit/visibility.h>

#include "base/i915_drv.h"
#include "mem/i915_mem_layer.h"
#include "mem/i915_mm_tlb.h"

/**
 * DOC: Memory that a TLB may still translate to
 *
 * Page tables change while batches run. The TLB of an engine may still translate
 * to memory that was removed from them, both pages of objects and page tables,
 * until its next request begins. So no such memory may be freed before a TLB
 * invalidation.
 *
 * Invalidations are counted. Whoever removes memory from the page tables stores
 * the count with it, as a stamp; whoever frees it needs an invalidation that began
 * after the stamp. One invalidation serves everything stamped before it, so
 * freeing many things that were unbound together costs one.
 */

/**
 * i915_tlb_stamp - record that memory was removed from the page tables
 * @mm: to_mm() of the device
 * @stamp: stamp of the memory, 0 if it was in no page table; only ever moves forward
 *
 * Context: any; called after the page tables were written.
 */
void i915_tlb_stamp(struct i915_mm *mm, u32 *stamp)
{
	u32 old = READ_ONCE(*stamp);
	u32 now;

	/* The page tables first: pairs with i915_tlb_flush(). */
	smp_mb();
	now = READ_ONCE(mm->tlb_begun);

	while ((!old || (s32)(now - old) > 0) && !try_cmpxchg(stamp, &old, now))
		;
}

/**
 * i915_tlb_flush - invalidate TLBs before memory is freed
 * @i915: the device
 * @stamp: i915_tlb_stamp() of the memory; nothing happens if it is 0
 *
 * Context: process context, also memory reclaim; sleeps only for another
 * invalidation.
 */
void i915_tlb_flush(struct drm_i915_private *i915, u32 stamp)
{
	struct i915_mm *mm = to_mm(i915);

	if (!stamp || !mm->invalidate_tlb)
		return;

	mutex_lock(&mm->tlb_lock);
	/* Invalidations run under the lock, so every one that began has ended. */
	if ((s32)(mm->tlb_begun - stamp) <= 0) {
		WRITE_ONCE(mm->tlb_begun, mm->tlb_begun + 1 ?: 1);
		/* Whoever read the old count has written the page tables: i915_tlb_stamp(). */
		smp_mb();
		mm->invalidate_tlb(i915);
	}
	mutex_unlock(&mm->tlb_lock);
}

// SPDX-License-Identifier: MIT

#include <linux/mutex.h>

#include <kunit/visibility.h>

#include "i915_drv.h"
#include "mem/i915_gem_object.h"

/**
 * DOC: Memory the GPU may still know
 *
 * Page tables change while batches run. What they led to before, pages of
 * objects and tables alike, may be remembered by an engine's TLB until its next
 * request begins, so none of it may go back to the system before the TLBs were
 * told to forget.
 *
 * Invalidations are counted. Whoever has taken memory out of the page tables
 * notes the count, a stamp; whoever gives it back asks for an invalidation that
 * began after the stamp. One does for everything stamped before it: freeing
 * many things that were unbound together costs one.
 */

/**
 * i915_tlb_stamp - note that memory was taken out of the page tables
 * @mm: the objects of the device
 * @stamp: with the memory, 0 while it was in no page table; made later, never earlier
 *
 * Context: any; after the page tables were written.
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
 * i915_tlb_flush - make the GPU forget what is about to be given back
 * @i915: the device
 * @stamp: of the memory, see i915_tlb_stamp(); 0: it was in no page table
 *
 * Context: process context, also memory reclaim; sleeps only for another
 * invalidation.
 */
void i915_tlb_flush(struct drm_i915_private *i915, u32 stamp)
{
	struct i915_mm *mm = &i915->mm;

	if (!stamp || !mm->invalidate_tlb)
		return;

	mutex_lock(&mm->tlb_lock);
	/* All that have begun are over: they hold the lock. */
	if ((s32)(mm->tlb_begun - stamp) <= 0) {
		WRITE_ONCE(mm->tlb_begun, mm->tlb_begun + 1 ?: 1);
		/* Whoever did not see the count wrote the page tables before: i915_tlb_stamp(). */
		smp_mb();
		mm->invalidate_tlb(i915);
	}
	mutex_unlock(&mm->tlb_lock);
}

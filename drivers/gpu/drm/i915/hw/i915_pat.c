// SPDX-License-Identifier: MIT

#include "hw/i915_gt_regs.h"
#include "hw/i915_pat.h"
#include "hw/i915_uncore.h"

/**
 * DOC: Page attribute table
 *
 * Bits 7, 4 and 3 of a page table entry are an index into eight attributes,
 * private to the GPU. What the firmware leaves there is not documented, so they
 * are written before the first page is used. The driver's own entries use index
 * 4, cached as far as memory is shared with the processor, and index 0 where
 * the bits are zero; the others mean what the bits say on a processor, at
 * rising ages in the cache.
 */

/* memory type 1:0, target cache 3:2, age 5:4 */
#define PAT_UC		0x0
#define PAT_WC		0x1
#define PAT_WT		0x2
#define PAT_WB		0x3
#define PAT_LLC		0x4
#define PAT_LLC_ELLC	0x8
#define PAT_AGE(age)	((age) << 4)

static const u8 pat[] = {
	PAT_WB | PAT_LLC,
	PAT_WC | PAT_LLC_ELLC,
	PAT_WT | PAT_LLC_ELLC,
	PAT_UC,
	PAT_WB | PAT_LLC_ELLC | PAT_AGE(0),
	PAT_WB | PAT_LLC_ELLC | PAT_AGE(1),
	PAT_WB | PAT_LLC_ELLC | PAT_AGE(2),
	PAT_WB | PAT_LLC_ELLC | PAT_AGE(3),
};

/**
 * i915_pat_init - write the attributes
 * @uncore: the GPU, awake
 *
 * A reset keeps them, sleep does not.
 *
 * Context: any.
 */
void i915_pat_init(struct i915_uncore *uncore)
{
	unsigned int half, n;

	for (half = 0; half < 2; half++) {
		u32 value = 0;

		for (n = 0; n < 4; n++)
			value |= (u32)pat[4 * half + n] << (8 * n);
		i915_write(uncore, GEN8_PRIVATE_PAT(half), value);
	}
}

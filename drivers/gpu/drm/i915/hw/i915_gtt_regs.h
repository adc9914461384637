/* SPDX-License-Identifier: MIT */
#ifndef _I915_GTT_REGS_H_
#define _I915_GTT_REGS_H_

#include <linux/bits.h>

/* Page table entries, Broadwell PRM vol 5 "Memory Views", "Page Walk" */
#define I915_PTE_PRESENT	BIT_ULL(0)
#define I915_PTE_WRITE		BIT_ULL(1)
#define I915_PTE_PWT		BIT_ULL(3)
#define I915_PTE_PCD		BIT_ULL(4)
#define I915_PTE_PAT		BIT_ULL(7)
#define I915_PTE_ADDR		GENMASK_ULL(38, 12)

/* A write makes all earlier writes to GGTT PTEs visible to the engines. */
#define I915_GFX_FLSH_CNTL	0x101008
#define   I915_GFX_FLSH_CNTL_EN	BIT(0)

#endif

/* SPDX-License-Identifier: MIT */
#ifndef _I915_GT_REGS_H_
#define _I915_GT_REGS_H_

#include <linux/bits.h>
#include <linux/types.h>

/*
 * Registers that the engines share; byte offsets in BAR0. The upper half of a "masked" register
 * is a mask of the bits to change.
 */
static inline u32 i915_masked_enable(u32 bits)
{
	return bits << 16 | bits;
}

static inline u32 i915_masked_disable(u32 bits)
{
	return bits << 16;
}

/* forcewake: request (masked) and acknowledge */
#define GEN8_FORCEWAKE_RENDER_REQ	0x0a188
#define GEN8_FORCEWAKE_RENDER_ACK	0x130044
#define GEN9_FORCEWAKE_RENDER_REQ	0x0a278
#define GEN9_FORCEWAKE_RENDER_ACK	0x00d84
#define GEN9_FORCEWAKE_GT_REQ		0x0a188
#define GEN9_FORCEWAKE_GT_ACK		0x130044
#define GEN9_FORCEWAKE_MEDIA_REQ	0x0a270
#define GEN9_FORCEWAKE_MEDIA_ACK	0x00d88
#define   FORCEWAKE_KERNEL		BIT(0)
#define   FORCEWAKE_FALLBACK		BIT(15)
#define GEN8_GT_THREAD_STATUS		0x13805c
#define   GT_THREAD_STATUS_CORE_MASK	GENMASK(2, 0)

/* fuses */
#define GEN8_FUSE2			0x09120
#define   FUSE2_SLICE_MASK		GENMASK(27, 25)
#define   GEN8_FUSE2_SS_DISABLE_MASK	GENMASK(23, 21)
#define   GEN9_FUSE2_SS_DISABLE_MASK	GENMASK(23, 20)
#define GEN8_EU_DISABLE(n)		(0x09134 + 4 * (n))

/* reset */
#define GEN6_GDRST			0x0941c
#define   GDRST_FULL			BIT(0)
#define   GDRST_RENDER			BIT(1)
#define   GDRST_MEDIA			BIT(2)
#define   GDRST_BLT			BIT(3)
#define   GDRST_VECS			BIT(4)

/* faults */
#define GEN8_RING_FAULT			0x04094
#define   RING_FAULT_VALID		BIT(0)
#define   RING_FAULT_ENGINE(v)		(((v) >> 12) & 7)
#define   RING_FAULT_TYPE(v)		(((v) >> 1) & 3)
#define GEN8_FAULT_TLB_DATA0		0x04b10
#define GEN8_FAULT_TLB_DATA1		0x04b14
#define   FAULT_VA_HIGH_MASK		GENMASK(3, 0)
#define   FAULT_GGTT			BIT(4)

/* cacheability of pages, four indices a register */
#define GEN8_PRIVATE_PAT(half)		(0x040e0 + 4 * (half))

/* TLB invalidation, one per engine */
#define GEN8_RTCR			0x04260
#define GEN8_M1TCR			0x04264
#define GEN8_BTCR			0x0426c
#define GEN8_VTCR			0x04270

/* interrupts: master and four GT banks */
#define GEN8_MASTER_IRQ			0x44200
#define   MASTER_IRQ_ENABLE		BIT(31)
#define   MASTER_IRQ_RCS		BIT(0)
#define   MASTER_IRQ_BCS		BIT(1)
#define   MASTER_IRQ_VCS0		BIT(2)
#define   MASTER_IRQ_VCS1		BIT(3)
#define   MASTER_IRQ_VECS		BIT(6)
#define GEN8_GT_IMR(bank)		(0x44304 + 0x10 * (bank))
#define GEN8_GT_IIR(bank)		(0x44308 + 0x10 * (bank))
#define GEN8_GT_IER(bank)		(0x4430c + 0x10 * (bank))
/* other sources, not used; IIR and IER follow IMR */
#define GEN8_DE_PIPE_IMR(pipe)		(0x44404 + 0x10 * (pipe))
#define GEN8_DE_PORT_IMR		0x44444
#define GEN8_DE_MISC_IMR		0x44464
#define GEN8_PCU_IMR			0x444e4
#define GEN8_SDE_IMR			0xc4004
#define   GT_IRQ_USER			BIT(0)
#define   GT_IRQ_CS_ERROR		BIT(3)
#define   GT_IRQ_CONTEXT_SWITCH		BIT(8)

/* memory object control state (gen9) */
#define GEN9_RCS_MOCS			0x0c800
#define GEN9_VCS0_MOCS			0x0c900
#define GEN9_VECS0_MOCS			0x0cb00
#define GEN9_BCS0_MOCS			0x0cc00
#define GEN9_LNCFCMOCS(i)		(0x0b020 + 4 * (i))

#endif

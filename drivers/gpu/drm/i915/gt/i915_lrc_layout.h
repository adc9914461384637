/* SPDX-License-Identifier: MIT */
#ifndef _I915_LRC_LAYOUT_H_
#define _I915_LRC_LAYOUT_H_

#include <linux/types.h>

struct i915_engine_desc;

/* Value dwords of the register state page; the dword before names the register */
#define LRC_CONTEXT_CONTROL	0x03
#define LRC_RING_HEAD		0x05
#define LRC_RING_TAIL		0x07
#define LRC_RING_START		0x09
#define LRC_RING_CTL		0x0b
#define LRC_BB_ADDR_UDW		0x0d
#define LRC_BB_ADDR		0x0f
#define LRC_BB_STATE		0x11
#define LRC_SBB_STATE		0x17
#define LRC_TIMESTAMP		0x23
#define LRC_PDP0_UDW		0x31
#define LRC_PDP0_LDW		0x33
#define GEN9_LRC_MI_MODE	0x55

/* masked: no wait at a switch, no restore of a state that was never saved */
#define CONTEXT_CONTROL_NO_SYNC_SWITCH	BIT(3)
#define CONTEXT_CONTROL_NO_RESTORE	BIT(0)

/* ELSP descriptor, lower half */
#define LRC_DESC_VALID		BIT(0)
#define LRC_DESC_FORCE_RESTORE	BIT(2)
#define LRC_DESC_PPGTT_4LEVEL	(3 << 3)
#define LRC_DESC_GEN8_COHERENT	BIT(5)
#define LRC_DESC_PRIVILEGE	BIT(8)

/**
 * struct i915_lrc_state - what a fresh context image says
 */
struct i915_lrc_state {
	/** @ring_start: GGTT address of the ring */
	u32 ring_start;
	/** @ring_size: bytes */
	u32 ring_size;
	/** @head: first command, ring offset, bytes; TAIL is the same: nothing to do */
	u32 head;
	/** @root: DMA address of the top page table */
	u64 root;
};

void i915_lrc_layout_init(u32 *regs, const struct i915_engine_desc *desc, unsigned int gen,
			  const struct i915_lrc_state *state);
void i915_lrc_layout_adopt(u32 *regs, unsigned int gen, const struct i915_lrc_state *state);
void i915_lrc_layout_rewind(u32 *regs, u32 head);
u32 i915_lrc_layout_desc(u32 image, unsigned int gen);

#endif

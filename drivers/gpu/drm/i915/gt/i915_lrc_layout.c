// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <kunit/visibility.h>

#include "gt/i915_gpu_commands.h"
#include "gt/i915_gt_types.h"
#include "gt/i915_lrc_layout.h"
#include "hw/i915_engine_regs.h"
#include "hw/i915_gt_regs.h"

/**
 * DOC: Layout of the context image
 *
 * Page 0 of a logical ring context is its status page (PPHWSP), page 1 the
 * register state: a list of MI_LOAD_REGISTER_IMM commands at fixed offsets,
 * which the hardware executes to load a context and rewrites to save it. The
 * driver writes this page only for the first context of an engine, with its
 * ring and page table, and inhibits the restore of the rest of an image that
 * was never saved. After the hardware has saved it, it is the template of every
 * other image.
 *
 * The offsets differ by generation and between the render engine and the
 * others; the tables below are the whole difference. Nothing here accesses the
 * hardware.
 */

struct lri_block {
	u8 dword;		/* of the LRI header */
	u8 count;		/* registers */
	bool posted;
	const u16 *regs;	/* offsets from the engine's base */
};

struct lrc_layout {
	u8 end;			/* dword of MI_BATCH_BUFFER_END */
	u8 count;
	const struct lri_block *blocks;
};

static const u16 ring_regs[] = {
	0x244, 0x034, 0x030, 0x038, 0x03c, 0x168, 0x140, 0x110, 0x11c, 0x114, 0x118,
	/* not on gen8 engines other than render: per-context and indirect batches */
	0x1c0, 0x1c4, 0x1c8,
};

static const u16 pdp_regs[] = {
	0x3a8, 0x28c, 0x288, 0x284, 0x280, 0x27c, 0x278, 0x274, 0x270,
};

static const u16 power_regs[] = { 0x0c8 };
static const u16 gen8_other_regs[] = { 0x200, 0x028 };
static const u16 gen9_other_regs[] = { 0x200 };

static const u16 gen9_state_regs[] = {
	0x028, 0x09c, 0x0c0, 0x178, 0x17c, 0x358, 0x170, 0x150, 0x154, 0x158, 0x41c,
	0x600, 0x604, 0x608, 0x60c, 0x610, 0x614, 0x618, 0x61c,
	0x620, 0x624, 0x628, 0x62c, 0x630, 0x634, 0x638, 0x63c,
	0x640, 0x644, 0x648, 0x64c, 0x650, 0x654, 0x658, 0x65c,
	0x660, 0x664, 0x668, 0x66c, 0x670, 0x674, 0x678, 0x67c,
	0x068,
};

static const struct lri_block gen8_render_blocks[] = {
	{ 0x01, 14, true, ring_regs },
	{ 0x21, 9, true, pdp_regs },
	{ 0x41, 1, false, power_regs },
};

static const struct lri_block gen8_other_blocks[] = {
	{ 0x01, 11, false, ring_regs },
	{ 0x21, 9, false, pdp_regs },
	{ 0x41, 2, false, gen8_other_regs },
};

static const struct lri_block gen9_render_blocks[] = {
	{ 0x01, 14, true, ring_regs },
	{ 0x21, 9, true, pdp_regs },
	{ 0x41, 1, false, power_regs },
	{ 0x51, ARRAY_SIZE(gen9_state_regs), true, gen9_state_regs },
};

static const struct lri_block gen9_other_blocks[] = {
	{ 0x01, 14, true, ring_regs },
	{ 0x21, 9, true, pdp_regs },
	{ 0x41, 1, true, gen9_other_regs },
	{ 0x51, ARRAY_SIZE(gen9_state_regs), true, gen9_state_regs },
};

/* by generation (gen8, gen9) and by engine (others, render) */
static const struct lrc_layout layouts[2][2] = {
	{
		{ 0x46, ARRAY_SIZE(gen8_other_blocks), gen8_other_blocks },
		{ 0x44, ARRAY_SIZE(gen8_render_blocks), gen8_render_blocks },
	}, {
		{ 0xaa, ARRAY_SIZE(gen9_other_blocks), gen9_other_blocks },
		{ 0xaa, ARRAY_SIZE(gen9_render_blocks), gen9_render_blocks },
	},
};

static void i915_lrc_fill_block(u32 *regs, const struct lri_block *block, u32 mmio_base)
{
	unsigned int i;
	u32 *out = regs + block->dword;

	*out++ = MI_LOAD_REGISTER_IMM(block->count) | (block->posted ? MI_LRI_FORCE_POSTED : 0);
	for (i = 0; i < block->count; i++) {
		*out++ = mmio_base + block->regs[i];
		*out++ = 0;
	}
}

static void i915_lrc_set_state(u32 *regs, unsigned int gen, const struct i915_lrc_state *state)
{
	regs[LRC_RING_HEAD] = state->head;
	regs[LRC_RING_TAIL] = state->head;
	regs[LRC_RING_START] = state->ring_start;
	regs[LRC_RING_CTL] = (state->ring_size - SZ_4K) | RING_CTL_VALID;
	regs[LRC_PDP0_UDW] = upper_32_bits(state->root);
	regs[LRC_PDP0_LDW] = lower_32_bits(state->root);
	if (gen >= 9)
		regs[GEN9_LRC_MI_MODE] = i915_masked_disable(MI_MODE_STOP_RING);
}

/**
 * i915_lrc_layout_init - fill the register state page of an engine's first context
 * @regs: the page, zeroed
 * @desc: the engine
 * @gen: graphics generation, 8 or 9
 * @state: ring and page table
 *
 * Context: any.
 */
void i915_lrc_layout_init(u32 *regs, const struct i915_engine_desc *desc, unsigned int gen,
			  const struct i915_lrc_state *state)
{
	const struct lrc_layout *layout = &layouts[gen >= 9][desc->is_render];
	unsigned int i;

	for (i = 0; i < layout->count; i++)
		i915_lrc_fill_block(regs, &layout->blocks[i], desc->mmio_base);
	regs[layout->end] = MI_BATCH_BUFFER_END;

	regs[LRC_CONTEXT_CONTROL] = 0xf << 16 | CONTEXT_CONTROL_NO_SYNC_SWITCH |
				    CONTEXT_CONTROL_NO_RESTORE;
	i915_lrc_set_state(regs, gen, state);
}
EXPORT_SYMBOL_IF_KUNIT(i915_lrc_layout_init);

/**
 * i915_lrc_layout_adopt - turn a copied register state into that of a new context
 * @regs: register state page, a copy of one that the hardware saved on the same
 *	engine
 * @gen: graphics generation, 8 or 9
 * @state: ring and page table
 *
 * Context: any.
 */
void i915_lrc_layout_adopt(u32 *regs, unsigned int gen, const struct i915_lrc_state *state)
{
	i915_lrc_layout_rewind(regs, state->head);
	regs[LRC_CONTEXT_CONTROL] = 0xf << 16 | CONTEXT_CONTROL_NO_SYNC_SWITCH;
	regs[LRC_TIMESTAMP] = 0;
	i915_lrc_set_state(regs, gen, state);
}
EXPORT_SYMBOL_IF_KUNIT(i915_lrc_layout_adopt);

/**
 * i915_lrc_layout_rewind - make a context restart at a ring offset
 * @regs: register state page of a context that is not running
 * @head: offset in the ring of the first command to execute, in bytes
 *
 * Clears the batch state in case the context was saved within a batch.
 *
 * Context: any.
 */
void i915_lrc_layout_rewind(u32 *regs, u32 head)
{
	regs[LRC_RING_HEAD] = head;
	regs[LRC_BB_ADDR_UDW] = 0;
	regs[LRC_BB_ADDR] = 0;
	regs[LRC_BB_STATE] = 0;
	regs[LRC_SBB_STATE] = 0;
}
EXPORT_SYMBOL_IF_KUNIT(i915_lrc_layout_rewind);

/**
 * i915_lrc_layout_desc - get the lower half of the ELSP descriptor of a context
 * @image: GGTT address of its image
 * @gen: graphics generation, 8 or 9
 *
 * Context: any.
 * Return: the descriptor.
 */
u32 i915_lrc_layout_desc(u32 image, unsigned int gen)
{
	return image | LRC_DESC_VALID | LRC_DESC_PPGTT_4LEVEL | LRC_DESC_PRIVILEGE |
	       (gen == 8 ? LRC_DESC_GEN8_COHERENT : 0);
}
EXPORT_SYMBOL_IF_KUNIT(i915_lrc_layout_desc);

// SPDX-License-Identifier: MIT

#include <linux/sizes.h>

#include <kunit/test.h>

#include "gt/i915_gt_types.h"
#include "gt/i915_lrc_layout.h"

/**
 * DOC: Context image tests
 *
 * The expected numbers are the hardware's (Broadwell and Skylake PRM, "Logical
 * Ring Context Format"), spelled out and not taken from the driver's tables.
 */

/* Dwords of the register state page */
#define REGS	1024

struct lrc_entry {
	u16 dword;
	u32 value;
};

struct lrc_case {
	const char *name;
	unsigned int gen;
	u32 mmio_base;
	bool is_render;
	u16 end;
	/* Headers, and the register of some entries; ended by dword 0 */
	struct lrc_entry entries[12];
};

static const struct lrc_case lrc_cases[] = {
	{
		"gen8 render", 8, 0x2000, true, 0x44, {
			{ 0x01, 0x1100101b }, { 0x02, 0x2244 }, { 0x04, 0x2034 }, { 0x06, 0x2030 },
			{ 0x08, 0x2038 }, { 0x0a, 0x203c }, { 0x1c, 0x21c8 }, { 0x21, 0x11001011 },
			{ 0x22, 0x23a8 }, { 0x32, 0x2270 }, { 0x41, 0x11000001 },
		},
	}, {
		"gen8 blitter", 8, 0x22000, false, 0x46, {
			{ 0x01, 0x11000015 }, { 0x02, 0x22244 }, { 0x04, 0x22034 },
			{ 0x06, 0x22030 }, { 0x16, 0x22118 }, { 0x18, 0 }, { 0x21, 0x11000011 },
			{ 0x32, 0x22270 }, { 0x41, 0x11000003 }, { 0x42, 0x22200 },
			{ 0x44, 0x22028 },
		},
	}, {
		"gen9 render", 9, 0x2000, true, 0xaa, {
			{ 0x01, 0x1100101b }, { 0x1c, 0x21c8 }, { 0x21, 0x11001011 },
			{ 0x41, 0x11000001 }, { 0x42, 0x20c8 }, { 0x51, 0x11001057 },
			{ 0x54, 0x209c }, { 0x64, 0x2158 }, { 0x68, 0x2600 }, { 0xa6, 0x267c },
			{ 0xa8, 0x2068 },
		},
	}, {
		"gen9 video", 9, 0x12000, false, 0xaa, {
			{ 0x01, 0x1100101b }, { 0x1c, 0x121c8 }, { 0x21, 0x11001011 },
			{ 0x41, 0x11001001 }, { 0x42, 0x12200 }, { 0x51, 0x11001057 },
			{ 0x54, 0x1209c }, { 0xa8, 0x12068 },
		},
	},
};

static void lrc_case_desc(const struct lrc_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(lrc, lrc_cases, lrc_case_desc);

static u32 *fill(struct kunit *test, const struct lrc_case *c)
{
	struct i915_engine_desc desc = {
		.mmio_base = c->mmio_base,
		.is_render = c->is_render,
	};
	struct i915_lrc_state state = {
		.ring_start = 0x00123000,
		.ring_size = SZ_16K,
		.head = 0x40,
		.root = 0x1234567000,
	};
	u32 *regs = kunit_kcalloc(test, REGS, sizeof(*regs), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, regs);
	i915_lrc_layout_init(regs, &desc, c->gen, &state);

	return regs;
}

static void layout(struct kunit *test)
{
	const struct lrc_case *c = test->param_value;
	const struct lrc_entry *e;
	u32 *regs = fill(test, c);
	unsigned int n;

	for (e = c->entries; e->dword; e++)
		KUNIT_EXPECT_EQ_MSG(test, regs[e->dword], e->value, "dword %#x", e->dword);

	KUNIT_EXPECT_EQ(test, regs[c->end], 0x05000000);
	for (n = c->end + 1; n < REGS; n++)
		KUNIT_ASSERT_EQ_MSG(test, regs[n], 0, "dword %#x, behind the end", n);
}

static void values(struct kunit *test)
{
	const struct lrc_case *c = test->param_value;
	u32 *regs = fill(test, c);

	KUNIT_EXPECT_EQ(test, regs[0x03], 0x000f0009);
	KUNIT_EXPECT_EQ(test, regs[0x05], 0x40);
	KUNIT_EXPECT_EQ(test, regs[0x07], 0x40);
	KUNIT_EXPECT_EQ(test, regs[0x09], 0x00123000);
	KUNIT_EXPECT_EQ(test, regs[0x0b], (SZ_16K - SZ_4K) | 1);
	KUNIT_EXPECT_EQ(test, regs[0x31], 0x12);
	KUNIT_EXPECT_EQ(test, regs[0x33], 0x34567000);
	/* MI_MODE: clear STOP_RING, masked */
	if (c->gen >= 9)
		KUNIT_EXPECT_EQ(test, regs[0x55], 0x01000000);
}

static void rewind(struct kunit *test)
{
	const struct lrc_case *c = test->param_value;
	u32 *regs = fill(test, c);

	/* As saved in the middle of a batch */
	regs[0x0d] = 1;
	regs[0x0f] = 0x1001;
	regs[0x11] = 0x20;

	i915_lrc_layout_rewind(regs, 0x80);
	KUNIT_EXPECT_EQ(test, regs[0x05], 0x80);
	KUNIT_EXPECT_EQ(test, regs[0x0d], 0);
	KUNIT_EXPECT_EQ(test, regs[0x0f], 0);
	KUNIT_EXPECT_EQ(test, regs[0x11], 0);
	KUNIT_EXPECT_EQ(test, regs[0x09], 0x00123000);
}

/* A copy of a saved page with the ring and page table of another context */
static void adopt(struct kunit *test)
{
	const struct lrc_case *c = test->param_value;
	const struct i915_lrc_state state = {
		.ring_start = 0x00456000,
		.ring_size = SZ_16K,
		.head = 0x80,
		.root = 0x0000abcdef000,
	};
	u32 *regs = fill(test, c);
	unsigned int n;

	/* As saved: engine state, in the middle of a batch, a clock that ran */
	regs[0x0d] = 1;
	regs[0x0f] = 0x1001;
	regs[0x23] = 0x1234;
	for (n = 0x200; n < REGS; n++)
		regs[n] = n;

	i915_lrc_layout_adopt(regs, c->gen, &state);
	KUNIT_EXPECT_EQ_MSG(test, regs[0x03], 0x000f0008, "restore is not inhibited");
	KUNIT_EXPECT_EQ(test, regs[0x05], 0x80);
	KUNIT_EXPECT_EQ(test, regs[0x07], 0x80);
	KUNIT_EXPECT_EQ(test, regs[0x09], 0x00456000);
	KUNIT_EXPECT_EQ(test, regs[0x0d], 0);
	KUNIT_EXPECT_EQ(test, regs[0x0f], 0);
	KUNIT_EXPECT_EQ(test, regs[0x23], 0);
	KUNIT_EXPECT_EQ(test, regs[0x31], 0xa);
	KUNIT_EXPECT_EQ(test, regs[0x33], 0xbcdef000);
	for (n = 0x200; n < REGS; n++)
		KUNIT_ASSERT_EQ_MSG(test, regs[n], n, "dword %#x, engine state", n);
}

static void descriptor(struct kunit *test)
{
	/* valid, 4-level PPGTT, privileged; coherent on gen8 */
	KUNIT_EXPECT_EQ(test, i915_lrc_layout_desc(0x00456000, 8), 0x00456139);
	KUNIT_EXPECT_EQ(test, i915_lrc_layout_desc(0x00456000, 9), 0x00456119);
}

static struct kunit_case i915_lrc_cases[] = {
	KUNIT_CASE_PARAM(layout, lrc_gen_params),
	KUNIT_CASE_PARAM(values, lrc_gen_params),
	KUNIT_CASE_PARAM(rewind, lrc_gen_params),
	KUNIT_CASE_PARAM(adopt, lrc_gen_params),
	KUNIT_CASE(descriptor),
	{}
};

static struct kunit_suite i915_lrc_suite = {
	.name = "i915_lrc",
	.test_cases = i915_lrc_cases,
};

kunit_test_suite(i915_lrc_suite);

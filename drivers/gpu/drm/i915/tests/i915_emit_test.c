// SPDX-License-Identifier: MIT

#include <linux/array_size.h>

#include <kunit/test.h>

#include "base/i915_drv.h"
#include "gt/i915_emit.h"
#include "hw/i915_device_info.h"
#include "i915_kunit_device.h"

/**
 * DOC: Tests of the commands of a request
 *
 * Lengths, because room in the ring is reserved before it is known what goes
 * there, and alignment, because TAIL has to be a multiple of 8.
 */

#define RING_DWORDS	1024

struct emit_case {
	const char *name;
	unsigned int gen, gt;
	bool is_render, has_preemption;
};

static const struct emit_case emit_cases[] = {
	{ "gen8 GT2 render", 8, 2, true, false },
	{ "gen8 GT3 render", 8, 3, true, false },
	{ "gen8 other", 8, 2, false, false },
	{ "gen9 GT2 render", 9, 2, true, true },
	{ "gen9 GT4 render", 9, 4, true, true },
	{ "gen9 other", 9, 2, false, true },
};

static void emit_case_desc(const struct emit_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(emit, emit_cases, emit_case_desc);

/* All of a GPU that the commands depend on */
struct emit_fake {
	struct i915_device_info info;
	struct i915_engine_desc desc;
	struct i915_gt gt;
	struct i915_engine engine;
	struct i915_lrc lrc;
	struct i915_request rq;
	u32 ring[RING_DWORDS];
};

static struct emit_fake *fake(struct kunit *test)
{
	const struct emit_case *c = test->param_value;
	struct emit_fake *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct drm_i915_private *i915 = i915_kunit_device(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->info.gen = c->gen;
	f->info.gt = c->gt;
	f->info.has_preemption = c->has_preemption;
	i915->info = &f->info;
	f->desc.is_render = c->is_render;
	f->gt.i915 = i915;
	f->engine.gt = &f->gt;
	f->engine.desc = &f->desc;
	f->engine.id = c->is_render ? I915_RCS0 : I915_VCS0;
	f->lrc.hwsp_seqno_ggtt = 0x00abc100;
	f->rq.engine = &f->engine;
	f->rq.lrc = &f->lrc;
	f->rq.fence.seqno = 0x1234;
	memset32(f->ring, 0xdeadbeef, RING_DWORDS);

	return f;
}

/* The longest request there is: all parts */
static void longest(struct kunit *test)
{
	struct emit_fake *f = fake(test);
	u32 *tail, *cs = f->ring;

	cs = i915_emit_invalidate(&f->rq, cs);
	cs = i915_emit_context_wa(&f->rq, cs);
	cs = i915_emit_batch_start(&f->rq, cs, 0xffff800000001000, 0);
	tail = i915_emit_breadcrumb(&f->rq, cs);
	cs = i915_emit_wa_tail(tail);

	KUNIT_EXPECT_EQ_MSG(test, (tail - f->ring) % 2, 0, "TAIL in dwords: %td", tail - f->ring);
	KUNIT_EXPECT_EQ_MSG(test, (cs - f->ring) % 2, 0, "end in dwords: %td", cs - f->ring);
	KUNIT_EXPECT_GT(test, cs - tail, 0);
	KUNIT_EXPECT_LE(test, (cs - f->ring) * sizeof(u32), I915_EMIT_MAX_BYTES);
	/* nothing is written beyond what is said to be the end, and nothing left out */
	KUNIT_EXPECT_EQ(test, *cs, 0xdeadbeef);
	KUNIT_EXPECT_NE(test, cs[-1], 0xdeadbeef);
}

/* Every part leaves the next one aligned. */
static void aligned(struct kunit *test)
{
	struct emit_fake *f = fake(test);

	KUNIT_EXPECT_EQ(test, (i915_emit_invalidate(&f->rq, f->ring) - f->ring) % 2, 0);
	KUNIT_EXPECT_EQ(test, (i915_emit_context_wa(&f->rq, f->ring) - f->ring) % 2, 0);
	KUNIT_EXPECT_EQ(test, (i915_emit_batch_start(&f->rq, f->ring, 0, 0) - f->ring) % 2, 0);
	KUNIT_EXPECT_EQ(test, (i915_emit_breadcrumb(&f->rq, f->ring) - f->ring) % 2, 0);
	KUNIT_EXPECT_EQ(test, (i915_emit_wa_tail(f->ring) - f->ring) % 2, 0);
}

/* The seqno goes to the status page of the context, by its GGTT address. */
static void breadcrumb(struct kunit *test)
{
	const struct emit_case *c = test->param_value;
	struct emit_fake *f = fake(test);

	i915_emit_breadcrumb(&f->rq, f->ring);
	if (c->is_render) {
		/* PIPE_CONTROL: flags, address, upper half, value */
		KUNIT_EXPECT_EQ(test, f->ring[0], 0x7a000004);
		KUNIT_EXPECT_EQ(test, f->ring[1] & (1 << 24 | 1 << 20 | 1 << 14),
				1 << 24 | 1 << 20 | 1 << 14);
		KUNIT_EXPECT_EQ(test, f->ring[2], 0x00abc100);
		KUNIT_EXPECT_EQ(test, f->ring[4], 0x1234);
	} else {
		/* MI_FLUSH_DW with a write: address with bit 2 for the GGTT, upper half, value */
		KUNIT_EXPECT_EQ(test, f->ring[0], 0x13004002);
		KUNIT_EXPECT_EQ(test, f->ring[1], 0x00abc104);
		KUNIT_EXPECT_EQ(test, f->ring[3], 0x1234);
	}
}

/* Arbitration is on in a batch only where batches can be preempted, unless told otherwise. */
static void arbitration(struct kunit *test)
{
	const struct emit_case *c = test->param_value;
	struct emit_fake *f = fake(test);

	i915_emit_batch_start(&f->rq, f->ring, 0, 0);
	KUNIT_EXPECT_EQ(test, f->ring[0], c->has_preemption ? 0x04000001 : 0x04000000);
	i915_emit_batch_start(&f->rq, f->ring, 0, I915_BATCH_NO_PREEMPT);
	KUNIT_EXPECT_EQ(test, f->ring[0], 0x04000000);
}

static struct kunit_case i915_emit_cases[] = {
	KUNIT_CASE_PARAM(longest, emit_gen_params),
	KUNIT_CASE_PARAM(aligned, emit_gen_params),
	KUNIT_CASE_PARAM(breadcrumb, emit_gen_params),
	KUNIT_CASE_PARAM(arbitration, emit_gen_params),
	{}
};

static struct kunit_suite i915_emit_suite = {
	.name = "i915_emit",
	.test_cases = i915_emit_cases,
};

kunit_test_suite(i915_emit_suite);

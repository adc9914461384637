// SPDX-License-Identifier: MIT

#include <linux/sizes.h>

#include <kunit/test.h>

#include "gt/i915_ring.h"

#define RING	SZ_4K

static void space(struct kunit *test)
{
	/* Nothing needed any more: all but the gap */
	KUNIT_EXPECT_EQ(test, i915_ring_space(0, 0, RING), RING - I915_RING_GAP);
	KUNIT_EXPECT_EQ(test, i915_ring_space(0x800, 0x800, RING), RING - I915_RING_GAP);
	/* 256 bytes in use, not wrapped and wrapped */
	KUNIT_EXPECT_EQ(test, i915_ring_space(0x100, 0x200, RING), RING - I915_RING_GAP - 0x100);
	KUNIT_EXPECT_EQ(test, i915_ring_space(0xf80, 0x080, RING), RING - I915_RING_GAP - 0x100);
	/* Full: what is left of the ring is the gap */
	KUNIT_EXPECT_EQ(test, i915_ring_space(0x100, 0x100 - I915_RING_GAP, RING), 0);
}

/* Whatever space says may be written never reaches the oldest command. */
static void space_never_reaches_head(struct kunit *test)
{
	u32 head, emit;

	for (head = 0; head < RING; head += 64) {
		for (emit = 0; emit < RING; emit += 64) {
			u32 used = (emit - head) & (RING - 1);
			u32 room = i915_ring_space(head, emit, RING);

			KUNIT_ASSERT_LE_MSG(test, room, RING - I915_RING_GAP,
					    "head %#x emit %#x", head, emit);
			if (used <= RING - I915_RING_GAP)
				KUNIT_ASSERT_EQ_MSG(test, used + room, RING - I915_RING_GAP,
						    "head %#x emit %#x", head, emit);
		}
	}
}

static void pad(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, i915_ring_pad(0, 0x100, RING), 0);
	KUNIT_EXPECT_EQ(test, i915_ring_pad(RING - 0x100, 0x100, RING), 0);
	KUNIT_EXPECT_EQ(test, i915_ring_pad(RING - 0x100, 0x108, RING), 0x100);
	KUNIT_EXPECT_EQ(test, i915_ring_pad(RING - 8, 0x100, RING), 8);
}

static void wrap(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, i915_ring_wrap(0, RING), 0);
	KUNIT_EXPECT_EQ(test, i915_ring_wrap(RING - 8, RING), RING - 8);
	KUNIT_EXPECT_EQ(test, i915_ring_wrap(RING, RING), 0);
	KUNIT_EXPECT_EQ(test, i915_ring_wrap(RING + 8, RING), 8);
}

static void within(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, i915_ring_within(0x100, 0x100, 0x200, RING));
	KUNIT_EXPECT_TRUE(test, i915_ring_within(0x1f8, 0x100, 0x200, RING));
	KUNIT_EXPECT_FALSE(test, i915_ring_within(0x200, 0x100, 0x200, RING));
	KUNIT_EXPECT_FALSE(test, i915_ring_within(0x0f8, 0x100, 0x200, RING));
	/* A stretch that goes round the end */
	KUNIT_EXPECT_TRUE(test, i915_ring_within(RING - 8, RING - 0x100, 0x100, RING));
	KUNIT_EXPECT_TRUE(test, i915_ring_within(0, RING - 0x100, 0x100, RING));
	KUNIT_EXPECT_FALSE(test, i915_ring_within(0x100, RING - 0x100, 0x100, RING));
}

static struct kunit_case i915_ring_cases[] = {
	KUNIT_CASE(space),
	KUNIT_CASE(space_never_reaches_head),
	KUNIT_CASE(pad),
	KUNIT_CASE(wrap),
	KUNIT_CASE(within),
	{}
};

static struct kunit_suite i915_ring_suite = {
	.name = "i915_ring",
	.test_cases = i915_ring_cases,
};

kunit_test_suite(i915_ring_suite);

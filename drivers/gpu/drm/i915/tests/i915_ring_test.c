// SPDX-License-Identifier: MIT

#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/string.h>

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

#define LIVE	16		/* requests in the ring at a time, at most */
#define SLOT	8		/* bytes */
#define ROUNDS	20000

/* A ring as seen by who keeps book of every byte: true where something needed stands */
struct ring_book {
	bool used[RING / SLOT];
	u32 head[LIVE], end[LIVE];	/* of the requests, oldest first */
	unsigned int count;
	u32 emit;
};

static void book_set(struct ring_book *book, u32 from, u32 to, bool used)
{
	for (; from < to; from += SLOT)
		book->used[from / SLOT] = used;
}

/* Between what is written and the oldest request a gap stays free, round the end, too. */
static void book_check_gap(struct kunit *test, struct ring_book *book, u32 end)
{
	u32 at;

	if (!book->count)
		return;

	for (at = 0; at < I915_RING_GAP; at += SLOT)
		KUNIT_ASSERT_FALSE_MSG(test, book->used[(end + at) % RING / SLOT],
				       "end %#x, oldest at %#x", end, book->head[0]);
}

static void book_retire(struct ring_book *book)
{
	book_set(book, book->head[0], book->end[0], false);
	book->count--;
	memmove(book->head, book->head + 1, book->count * sizeof(*book->head));
	memmove(book->end, book->end + 1, book->count * sizeof(*book->end));
}

static void book_write(struct kunit *test, struct ring_book *book, u32 bytes)
{
	u32 start = book->emit + i915_ring_pad(book->emit, bytes, RING);
	u32 at;

	start = start == RING ? 0 : start;
	for (at = start; at < start + bytes; at += SLOT)
		KUNIT_ASSERT_FALSE_MSG(test, book->used[at / SLOT], "%#x is overwritten", at);
	book_check_gap(test, book, start + bytes);

	book_set(book, start, start + bytes, true);
	book->head[book->count] = start;
	book->end[book->count++] = start + bytes;
	book->emit = i915_ring_wrap(start + bytes, RING);
}

/* Requests of all lengths come and go: nothing that is needed is ever written to. */
static void space_is_free(struct kunit *test)
{
	struct ring_book *book = kunit_kzalloc(test, sizeof(*book), GFP_KERNEL);
	unsigned int round, refused = 0;
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, book);
	prandom_seed_state(&rnd, 1);

	for (round = 0; round < ROUNDS; round++) {
		u32 bytes = SLOT + prandom_u32_state(&rnd) % 64 * SLOT;
		u32 oldest = book->count ? book->head[0] : book->emit;
		u32 need = bytes + i915_ring_pad(book->emit, bytes, RING);

		if (book->count == LIVE ||
		    i915_ring_space(oldest, book->emit, RING) < need) {
			refused++;
			book_retire(book);
		} else {
			book_write(test, book, bytes);
		}
	}
	/* it did come to a full ring, and did not only see that */
	KUNIT_EXPECT_GT(test, refused, ROUNDS / 10);
	KUNIT_EXPECT_LT(test, refused, ROUNDS * 9 / 10);
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
	KUNIT_CASE(space_is_free),
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

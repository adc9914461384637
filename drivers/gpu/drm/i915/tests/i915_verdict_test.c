// SPDX-License-Identifier: MIT

#include <kunit/test.h>

#include "gt/i915_verdict.h"

#define CAUSES		(I915_RESET_ASKED + 1)
#define EVIDENCES	BIT(4)

static struct i915_evidence evidence(unsigned int bits)
{
	return (struct i915_evidence){
		.concerned = bits & BIT(0),
		.suspect = bits & BIT(1),
		.begun = bits & BIT(2),
		.dead = bits & BIT(3),
	};
}

/* Engines the cause is not about, and requests it does not suspect, go free, whatever they did */
static void bystanders_go_free(struct kunit *test)
{
	unsigned int cause, bits;

	for (cause = 0; cause < CAUSES; cause++) {
		for (bits = 0; bits < EVIDENCES; bits++) {
			struct i915_evidence found = evidence(bits);

			if (found.dead || (found.concerned && found.suspect))
				continue;
			KUNIT_EXPECT_EQ_MSG(test, i915_reach_verdict(cause, &found),
					    I915_VERDICT_INNOCENT, "cause %u, evidence %#x",
					    cause, bits);
		}
	}
}

/* Nothing of a dead context runs again, and nobody is left to be blamed */
static void dead_ones_end(struct kunit *test)
{
	unsigned int cause, bits;

	for (cause = 0; cause < CAUSES; cause++) {
		for (bits = 0; bits < EVIDENCES; bits++) {
			struct i915_evidence found = evidence(bits);

			if (!found.dead)
				continue;
			KUNIT_EXPECT_EQ_MSG(test, i915_reach_verdict(cause, &found),
					    I915_VERDICT_ENDED, "cause %u, evidence %#x",
					    cause, bits);
		}
	}
}

static void suspects(struct kunit *test)
{
	static const struct {
		enum i915_reset_cause cause;
		enum i915_verdict begun;
		enum i915_verdict before;	/* the engine was not in its batch yet */
	} right[] = {
		{ I915_RESET_HANG, I915_VERDICT_GUILTY, I915_VERDICT_GUILTY },
		{ I915_RESET_FAULT, I915_VERDICT_INNOCENT, I915_VERDICT_INNOCENT },
		{ I915_RESET_CANCEL, I915_VERDICT_ENDED, I915_VERDICT_ENDED },
		{ I915_RESET_EXPIRED, I915_VERDICT_EXPIRED, I915_VERDICT_EXPIRED },
		{ I915_RESET_ASKED, I915_VERDICT_GUILTY, I915_VERDICT_INNOCENT },
	};
	struct i915_evidence found = { .concerned = true, .suspect = true };
	unsigned int n;

	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(right), CAUSES);
	for (n = 0; n < ARRAY_SIZE(right); n++) {
		found.begun = true;
		KUNIT_EXPECT_EQ_MSG(test, i915_reach_verdict(right[n].cause, &found),
				    right[n].begun, "cause %u, in its batch", right[n].cause);
		found.begun = false;
		KUNIT_EXPECT_EQ_MSG(test, i915_reach_verdict(right[n].cause, &found),
				    right[n].before, "cause %u, before its batch", right[n].cause);
	}
}

/* Where HEAD is while a batch runs; a request without a batch is never in one, wherever HEAD is */
static void begun(struct kunit *test)
{
	enum { RING = 4096, BATCH = 256, DWORDS = 4 };
	struct i915_request *rq = kunit_kzalloc(test, sizeof(*rq), GFP_KERNEL);
	struct i915_lrc *lrc = kunit_kzalloc(test, sizeof(*lrc), GFP_KERNEL);
	unsigned int in_batch = 0, in_none = 0;
	u32 head;

	KUNIT_ASSERT_NOT_NULL(test, rq);
	KUNIT_ASSERT_NOT_NULL(test, lrc);
	lrc->ring.size = RING;
	rq->lrc = lrc;
	rq->batch = BATCH;
	for (head = 0; head < RING; head += 4) {
		rq->batch_dwords = DWORDS;
		in_batch += i915_request_begun(rq, head);
		rq->batch_dwords = 0;
		in_none += i915_request_begun(rq, head);
	}
	KUNIT_EXPECT_EQ(test, in_batch, DWORDS - 1);
	KUNIT_EXPECT_EQ(test, in_none, 0);
}

static struct kunit_case i915_verdict_cases[] = {
	KUNIT_CASE(bystanders_go_free),
	KUNIT_CASE(dead_ones_end),
	KUNIT_CASE(suspects),
	KUNIT_CASE(begun),
	{}
};

static struct kunit_suite i915_verdict_suite = {
	.name = "i915_verdict",
	.test_cases = i915_verdict_cases,
};

kunit_test_suite(i915_verdict_suite);

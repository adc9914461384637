// SPDX-License-Identifier: MIT

#include <linux/array_size.h>

#include "base/i915_drv.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_mock_engine.h"
#include "gt/i915_request.h"
#include "gt/i915_request_add.h"
#include "gt/i915_request_end.h"
#include "gt/i915_retire.h"
#include "gt/i915_ring_room.h"
#include "gt/i915_verdict.h"
#include "gt/i915_wedge.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_util.h"

/**
 * DOC: mock wedge
 *
 * A GPU that is given up: what becomes of what it has, in which order, and of
 * what comes meanwhile and afterwards. What must not get lost before that.
 */

static void wedge_and_check(struct i915_st *st, struct i915_request **rq, unsigned int count)
{
	unsigned int n;

	i915_gt_set_wedged(to_gt(st->i915));
	i915_gt_retire(to_gt(st->i915));
	for (n = 0; n < count; n++)
		st_eq(st, "how a request in flight ended", dma_fence_get_status(&rq[n]->fence),
		      -EIO);
	st_alive_eq(st, "wedged", I915_AUDIT_REQUEST, 0);
}

/* A wedged GPU ends what it has, wherever that is, takes no work, and works again afterwards. */
static void refused_when_wedged(struct i915_st *st)
{
	struct i915_engine *engine = to_gt(st->i915)->engine[I915_RCS0];
	struct i915_request *rq[4] = {}, *again;
	struct mock_client client, other;
	struct dma_fence *fence;
	unsigned int n;

	if (!mock_client_open(st, &client))
		return;
	if (!mock_client_open(st, &other))
		goto out_client;

	/* running, behind it in the same port, queued, blocked */
	i915_mock_engine_hold(engine);
	fence = mock_fence_create();
	rq[0] = mock_request(st, &client, NULL, NULL);
	i915_mock_engine_acknowledge(engine);
	rq[1] = mock_request(st, &client, NULL, NULL);
	rq[2] = mock_request(st, &other, NULL, NULL);
	rq[3] = mock_request(st, &other, NULL, fence);
	if (st_true(st, "all were made", rq[0] && rq[1] && rq[2] && rq[3]))
		wedge_and_check(st, rq, ARRAY_SIZE(rq));

	again = i915_request_create(client.lrc, 0);
	st_eq(st, "making a request when wedged", PTR_ERR_OR_ZERO(again), -EIO);
	if (!IS_ERR(again))
		i915_request_abandon(again);

	mock_fence_signal(fence);
	i915_mock_engine_let_run(engine);
	st_ok(st, "giving the GPU another chance", i915_gt_unset_wedged(to_gt(st->i915)));
	again = mock_request(st, &client, NULL, NULL);
	if (again) {
		dma_fence_get(&again->fence);
		mock_request_finish(st, again);
		st_eq(st, "how a request ended afterwards", dma_fence_get_status(&again->fence), 1);
		i915_request_put(again);
	}

	for (n = 0; n < ARRAY_SIZE(rq); n++) {
		if (rq[n])
			i915_request_put(rq[n]);
	}
	mock_client_close(&other);
out_client:
	mock_client_close(&client);
}

/* The GPU is given up while a request is built: whoever adds it learns of it. */
static void given_up_while_built(struct i915_st *st)
{
	struct i915_gt *gt = to_gt(st->i915);
	struct mock_client client;
	struct i915_request *rq;

	if (!mock_client_open(st, &client))
		return;

	rq = i915_request_create(client.lrc, 0);
	if (st_ptr(st, "making a request", rq)) {
		i915_gt_set_wedged(gt);
		st_eq(st, "adding it", i915_request_add(rq), -EIO);
		st_eq(st, "how it ended", dma_fence_get_status(&rq->fence), -EIO);
		st_alive_eq(st, "given up", I915_AUDIT_REQUEST, 0);
		i915_request_put(rq);
		set_bit(I915_GT_UNPLUGGED, &gt->flags);
		st_eq(st, "another chance for a device on its way out",
		      i915_gt_unset_wedged(gt), -ENODEV);
		clear_bit(I915_GT_UNPLUGGED, &gt->flags);
		st_ok(st, "giving the GPU another chance", i915_gt_unset_wedged(gt));
	}

	mock_client_close(&client);
}

/* Added before the engines are silent, it has to wait for that as older ones do. */
static void added_while_given_up(struct i915_st *st)
{
	struct i915_gt *gt = to_gt(st->i915);
	struct mock_client client;
	struct i915_request *rq;

	if (!mock_client_open(st, &client))
		return;

	i915_mock_engine_hold(gt->engine[I915_RCS0]);
	rq = i915_request_create(client.lrc, 0);
	if (st_ptr(st, "making a request", rq)) {
		/* the first of three steps */
		set_bit(I915_GT_WEDGED, &gt->flags);
		st_ok(st, "adding it", i915_request_add(rq));
		st_true(st, "it has not ended", !dma_fence_is_signaled(&rq->fence));
		clear_bit(I915_GT_WEDGED, &gt->flags);
		i915_gt_set_wedged(gt);
		st_eq(st, "how it ended", dma_fence_get_status(&rq->fence), -EIO);
		i915_request_put(rq);
		st_ok(st, "giving the GPU another chance", i915_gt_unset_wedged(gt));
	}
	i915_mock_engine_let_run(gt->engine[I915_RCS0]);

	mock_client_close(&client);
}

/* What state its engine was in when a request ended */
struct end_note {
	struct dma_fence_cb cb;
	struct i915_engine *engine;
	bool stopped;
	bool silent;
};

static void note_end(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct end_note *note = container_of(cb, struct end_note, cb);

	note->stopped = note->engine->stopped;
	note->silent = test_bit(I915_GT_GIVEN_UP, &note->engine->gt->flags);
}

/* What a request keeps goes when it ends: by then no engine can write there any more. */
static void silent_before_the_end(struct i915_st *st)
{
	struct i915_engine *engine = to_gt(st->i915)->engine[I915_RCS0];
	struct end_note note = { .engine = engine };
	struct mock_client client;
	struct i915_request *rq;

	if (!mock_client_open(st, &client))
		return;

	i915_mock_engine_hold(engine);
	rq = mock_request(st, &client, NULL, NULL);
	if (rq) {
		st_ok(st, "watching it", dma_fence_add_callback(&rq->fence, &note.cb, note_end));
		i915_gt_set_wedged(engine->gt);
		i915_gt_retire(engine->gt);
		st_eq(st, "how it ended", dma_fence_get_status(&rq->fence), -EIO);
		st_true(st, "nothing is submitted any more", note.stopped);
		st_true(st, "the engines are silent", note.silent);
		i915_request_put(rq);
		st_ok(st, "giving the GPU another chance", i915_gt_unset_wedged(engine->gt));
	}
	i915_mock_engine_let_run(engine);

	mock_client_close(&client);
}

/* A context that was in a port has not been saved, also if all of its requests had ended. */
static void port_starts_over(struct i915_st *st)
{
	struct i915_engine *engine = to_gt(st->i915)->engine[I915_RCS0];
	struct mock_client client;
	struct i915_request *rq;

	if (!mock_client_open(st, &client))
		return;

	i915_mock_engine_hold(engine);
	rq = mock_request(st, &client, NULL, NULL);
	if (rq) {
		i915_mock_engine_acknowledge(engine);
		WRITE_ONCE(*client.lrc->hwsp_seqno, rq->fence.seqno);
		i915_gt_retire(engine->gt);
		st_eq(st, "how it ended", dma_fence_get_status(&rq->fence), 1);
		i915_gt_set_wedged(engine->gt);
		st_true(st, "its context starts over", client.lrc->rewind);
		i915_request_put(rq);
		st_ok(st, "giving the GPU another chance", i915_gt_unset_wedged(engine->gt));
	}
	i915_mock_engine_let_run(engine);

	mock_client_close(&client);
}

/* It did not come back from a sleep of the system: there is nothing to give a chance to. */
static void asleep_for_good(struct i915_st *st)
{
	struct i915_gt *gt = to_gt(st->i915);

	set_bit(I915_GT_ASLEEP, &gt->flags);
	i915_gt_set_wedged(gt);
	st_eq(st, "another chance for a GPU that did not wake up", i915_gt_unset_wedged(gt), -EIO);
	st_true(st, "it stays wedged", test_bit(I915_GT_WEDGED, &gt->flags));
	clear_bit(I915_GT_ASLEEP, &gt->flags);
	st_ok(st, "and for one that did at the next sleep", i915_gt_unset_wedged(gt));
}

static void judge_hang(struct i915_engine *engine, struct i915_request *rq)
{
	const struct i915_reset hang = {
		.cause = I915_RESET_HANG,
		.engines = BIT(engine->id),
		.why = "selftest",
	};

	mutex_lock(&engine->gt->reset_mutex);
	spin_lock_irq(&engine->lock);
	i915_judge(&hang, rq, rq->head);
	spin_unlock_irq(&engine->lock);
	mutex_unlock(&engine->gt->reset_mutex);
}

/* The driver's own requests may be what hangs, and it goes on making them all the same. */
static void own_context_is_not_banned(struct i915_st *st)
{
	struct i915_engine *engine = to_gt(st->i915)->engine[I915_RCS0];
	struct i915_request *rq;
	unsigned int n;

	i915_mock_engine_hold(engine);
	for (n = 0; n < 4; n++) {
		rq = i915_request_create(engine->kernel_lrc, 0);
		if (!st_ptr(st, "making a request of the driver", rq))
			break;
		i915_request_add(rq);
		judge_hang(engine, rq);
		i915_request_put(rq);
	}
	i915_mock_engine_let_run(engine);
	st_ok(st, "they end", i915_gt_wait_for_idle(engine->gt, 10 * HZ));
	st_true(st, "its context is not banned", !i915_gt_context_is_dead(&engine->kernel_ctx));
}

static const struct i915_subtest wedge_subtests[] = {
	I915_SUBTEST(refused_when_wedged),
	I915_SUBTEST(given_up_while_built),
	I915_SUBTEST(added_while_given_up),
	I915_SUBTEST(silent_before_the_end),
	I915_SUBTEST(port_starts_over),
	I915_SUBTEST(asleep_for_good),
	I915_SUBTEST(own_context_is_not_banned),
};

const struct i915_suite i915_mock_wedge_suite = {
	.name = "wedge",
	.tests = wedge_subtests,
	.count = ARRAY_SIZE(wedge_subtests),
};

// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/slab.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_lrc.h"
#include "gt/i915_lrc_layout.h"
#include "gt/i915_mock_engine.h"
#include "gt/i915_ports.h"
#include "gt/i915_priority.h"
#include "gt/i915_request.h"
#include "gt/i915_request_add.h"
#include "gt/i915_request_await.h"
#include "gt/i915_request_end.h"
#include "gt/i915_retire.h"
#include "gt/i915_ring_room.h"
#include "gt/i915_sched.h"
#include "gt/i915_watch.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_order.h"
#include "selftests/mock_util.h"

/**
 * DOC: mock scheduler
 *
 * What goes into the ports and when, on an engine that is stepped by the test:
 * order, priorities, preemption, turns. Requests are letters; those of one
 * client have the same letter in the comments, and numbers.
 */

#define CLIENTS	4

struct sched_test {
	struct i915_st *st;
	struct mock_client client[CLIENTS];
	struct i915_engine *engine;
	struct mock_order order;
	/* of a GPU that can preempt */
	struct i915_device_info info;
	const struct i915_device_info *saved_info;
};

static bool sched_begin(struct sched_test *t, struct i915_st *st, bool preempts)
{
	unsigned int n;

	t->st = st;
	t->engine = to_gt(st->i915)->engine[I915_RCS0];
	t->saved_info = st->i915->info;
	t->info = *st->i915->info;
	t->info.has_preemption = preempts;
	mock_order_init(&t->order, st);

	for (n = 0; n < CLIENTS; n++) {
		if (!mock_client_open(st, &t->client[n]))
			goto err_close;
	}

	st->i915->info = &t->info;
	i915_mock_engine_hold(t->engine);

	return true;

err_close:
	while (n--)
		mock_client_close(&t->client[n]);
	return false;
}

/* Runs what is left, too: the order that was seen is checked before */
static void sched_end(struct sched_test *t)
{
	unsigned int n;

	mock_run_all(t->engine);
	i915_mock_engine_let_run(t->engine);
	st_eq(t->st, "misuse of the ports", i915_mock_engine_misuse(t->engine), 0);
	mock_order_fini(&t->order);
	for (n = 0; n < CLIENTS; n++)
		mock_client_close(&t->client[n]);
	t->st->i915->info = t->saved_info;
}

static struct sched_test *sched_alloc(struct i915_st *st, bool preempts)
{
	struct sched_test *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!st_ptr(st, "memory", t))
		return NULL;
	if (sched_begin(t, st, preempts))
		return t;

	kfree(t);
	return NULL;
}

static void sched_free(struct sched_test *t)
{
	sched_end(t);
	kfree(t);
}

static struct i915_request *submit(struct sched_test *t, unsigned int client, char name,
				   int priority, struct dma_fence *fence)
{
	return mock_order_submit(&t->order, t->client[client].lrc, name, priority, fence);
}

/* Equals run in the order they came, whoever they are from. */
static void equals_in_order(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, false);

	if (!t)
		return;

	submit(t, 0, 'a', 0, NULL);
	submit(t, 1, 'b', 0, NULL);
	submit(t, 2, 'c', 0, NULL);
	submit(t, 0, 'd', 0, NULL);
	submit(t, 1, 'e', 0, NULL);
	mock_order_eq(&t->order, "nothing was stepped", "");
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "abcde");

	sched_free(t);
}

/* Two contexts are in the ports, the third waits for room. */
static void two_ports(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, false);

	if (!t)
		return;

	submit(t, 0, 'a', 0, NULL);
	st_true(st, "the first is written at once", t->engine->pending_ack);
	st_true(st, "with the second port empty", !t->engine->pending[1].rq);
	submit(t, 1, 'b', 0, NULL);
	submit(t, 2, 'c', 0, NULL);
	i915_mock_engine_acknowledge(t->engine);
	st_true(st, "more is written after the acknowledge", t->engine->pending_ack);
	st_true(st, "the first goes on",
		i915_port_lrc(&t->engine->pending[0]) == t->client[0].lrc);
	st_true(st, "the second is behind it",
		i915_port_lrc(&t->engine->pending[1]) == t->client[1].lrc);
	i915_mock_engine_acknowledge(t->engine);
	st_true(st, "the third waits for room", !t->engine->pending_ack);
	i915_mock_engine_complete(t->engine);
	mock_order_eq(&t->order, "one was stepped", "a");
	st_true(st, "the third is behind the second",
		i915_port_lrc(&t->engine->pending[1]) == t->client[2].lrc);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "abc");

	sched_free(t);
}

/* Without preemption, what runs goes on; of what waits the more important goes first. */
static void important_first(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, false);

	if (!t)
		return;

	submit(t, 0, 'a', 0, NULL);
	submit(t, 1, 'b', 1, NULL);
	submit(t, 2, 'c', 3, NULL);
	submit(t, 3, 'd', 2, NULL);
	i915_mock_engine_acknowledge(t->engine);
	st_true(st, "what runs goes on",
		i915_port_lrc(&t->engine->pending[0]) == t->client[0].lrc);
	st_true(st, "the most important is behind it",
		i915_port_lrc(&t->engine->pending[1]) == t->client[2].lrc);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "acdb");

	sched_free(t);
}

/* With preemption it takes the place of what runs, which goes on behind it. */
static void preempts(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, true);

	if (!t)
		return;

	submit(t, 0, 'a', 0, NULL);
	submit(t, 0, 'b', 0, NULL);
	submit(t, 1, 'c', 0, NULL);
	i915_mock_engine_acknowledge(t->engine);
	i915_mock_engine_acknowledge(t->engine);
	submit(t, 2, 'd', 1, NULL);
	st_true(st, "the important one is to run first",
		i915_port_lrc(&t->engine->pending[0]) == t->client[2].lrc);
	/* it is not acknowledged yet: what ran may still get on */
	i915_mock_engine_complete(t->engine);
	mock_order_eq(&t->order, "before the acknowledge", "a");
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "adbc");

	sched_free(t);
}

/* What completes before the preemption is acknowledged is not run again. */
static void completes_while_preempted(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, true);

	if (!t)
		return;

	submit(t, 0, 'a', 0, NULL);
	i915_mock_engine_acknowledge(t->engine);
	submit(t, 1, 'b', 1, NULL);
	i915_mock_engine_complete(t->engine);
	mock_order_eq(&t->order, "its end came first", "a");
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "ab");
	st_true(st, "the engine is idle", !t->engine->active[0].rq && !t->engine->pending_ack);

	sched_free(t);
}

/* End of a turn: an equal goes first, and then the other goes on. */
static void takes_turns(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, true);

	if (!t)
		return;

	submit(t, 0, 'a', 0, NULL);
	submit(t, 0, 'b', 0, NULL);
	submit(t, 1, 'c', 0, NULL);
	i915_mock_engine_acknowledge(t->engine);
	i915_mock_engine_acknowledge(t->engine);
	i915_mock_engine_complete(t->engine);
	mock_order_eq(&t->order, "one was stepped", "a");
	i915_ports_timeslice(&t->engine->timeslice);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "the turn was over", "acb");

	sched_free(t);
}

/* Nobody takes the turn of a context whose requests others have to follow. */
static void followed_keeps_its_turn(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, true);
	struct i915_request *rq;

	if (!t)
		return;

	rq = submit(t, 0, 'a', 0, NULL);
	if (rq)
		submit(t, 1, 'b', 0, &rq->fence);
	i915_mock_engine_acknowledge(t->engine);
	i915_mock_engine_acknowledge(t->engine);
	i915_ports_timeslice(&t->engine->timeslice);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "the turn was over", "ab");

	sched_free(t);
}

/* What waits for a request lends it its priority: it passes by others in the queue. */
static void inherits(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, false);
	struct i915_request *rq;

	if (!t)
		return;

	submit(t, 0, 'a', 0, NULL);
	rq = submit(t, 1, 'b', 0, NULL);
	submit(t, 2, 'c', 5, NULL);
	if (rq)
		submit(t, 3, 'd', 9, &rq->fence);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "abdc");

	sched_free(t);
}

/* Through a chain: d waits for c, c for b and for a fence of somebody else. */
static void inherits_through_others(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, false);
	struct i915_request *b, *c = NULL, *rq;
	struct dma_fence *fence;

	if (!t)
		return;

	fence = mock_fence_create();
	submit(t, 0, 'a', 0, NULL);
	b = submit(t, 1, 'b', 0, NULL);
	rq = b ? i915_request_create(t->client[2].lrc, 0) : NULL;
	if (rq && st_ptr(st, "making a request", rq)) {
		st_ok(st, "waiting for a request", i915_request_await(rq, &b->fence));
		st_ok(st, "waiting for a fence", i915_request_await(rq, fence));
		i915_request_emit_batch(rq, 0, 0);
		mock_order_watch(&t->order, &rq->fence, 'c');
		i915_request_add(rq);
		c = rq;
	}
	if (c) {
		submit(t, 3, 'd', 5, &c->fence);
		st_eq(st, "priority of what is waited for", c->priority, 5);
		st_eq(st, "priority of what that waits for", b->priority, 5);
		i915_request_put(c);
	}
	mock_fence_signal(fence);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "abcd");

	sched_free(t);
}

/* A request that is raised takes those before it on its timeline along. */
static void raises_its_timeline(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, false);
	struct i915_request *rq;

	if (!t)
		return;

	submit(t, 0, 'a', 0, NULL);
	submit(t, 1, 'b', 0, NULL);
	rq = submit(t, 1, 'c', 0, NULL);
	submit(t, 2, 'd', 2, NULL);
	submit(t, 3, 'e', 1, NULL);
	if (rq)
		i915_request_set_priority(rq, 7);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "abcde");

	sched_free(t);
}

/* The same for a request that is important from the beginning, and then an equal goes last. */
static void predecessor_is_raised(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, false);
	struct i915_request *rq;

	if (!t)
		return;

	submit(t, 0, 'a', 0, NULL);
	rq = submit(t, 1, 'b', 0, NULL);
	submit(t, 2, 'c', 1, NULL);
	submit(t, 1, 'd', 2, NULL);
	if (rq)
		st_eq(st, "priority of the one before it", rq->priority, 2);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "abdc");

	sched_free(t);
}

/* A port is not written again for a context whose requests have all failed. */
static void failed_in_port(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, false);
	struct i915_lrc *lrc;
	unsigned long flags;
	u32 seqno;

	if (!t)
		return;

	lrc = t->client[0].lrc;
	submit(t, 0, 'a', 0, NULL);
	submit(t, 0, 'b', 0, NULL);
	i915_mock_engine_acknowledge(t->engine);
	i915_mock_engine_acknowledge(t->engine);
	seqno = READ_ONCE(*lrc->hwsp_seqno);

	spin_lock_irqsave(&t->engine->lock, flags);
	i915_sched_fail_all(lrc);
	i915_sched_unlock(t->engine, flags);
	mock_order_eq(&t->order, "failed", "ab");
	st_eq(st, "the seqno only hardware writes", READ_ONCE(*lrc->hwsp_seqno), seqno);

	submit(t, 1, 'c', 0, NULL);
	st_true(st, "the port of the failed one is not written again", !t->engine->pending_ack);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "abc");

	sched_free(t);
}

/* Something important comes while an acknowledge is due, which must not take for ever. */
static void due_in_time(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, true);
	unsigned long ms;

	if (!t)
		return;

	ms = t->engine->props.preempt_timeout_ms;
	t->engine->props.preempt_timeout_ms = 60000;
	submit(t, 0, 'a', 0, NULL);
	i915_mock_engine_acknowledge(t->engine);
	submit(t, 0, 'b', 0, NULL);
	st_true(st, "an acknowledge is due", t->engine->pending_ack);
	st_true(st, "which may take its time", !timer_pending(&t->engine->preempt_timer));

	submit(t, 1, 'c', 1, NULL);
	st_true(st, "with something important behind it, it may not",
		timer_pending(&t->engine->preempt_timer));
	i915_mock_engine_acknowledge(t->engine);
	st_true(st, "the important one is to run first",
		i915_port_lrc(&t->engine->pending[0]) == t->client[1].lrc);
	st_true(st, "and soon", timer_pending(&t->engine->preempt_timer));
	i915_mock_engine_acknowledge(t->engine);
	st_true(st, "nobody is waited for any more", !timer_pending(&t->engine->preempt_timer));

	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "cab");
	t->engine->props.preempt_timeout_ms = ms;
	sched_free(t);
}

/* Two that were in a port together are raised together, with what either of them follows. */
static void raised_with_its_port(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, true);
	struct i915_request *a, *b = NULL;

	if (!t)
		return;

	a = submit(t, 0, 'a', 0, NULL);
	if (a)
		b = submit(t, 1, 'b', 0, NULL);
	if (b)
		submit(t, 1, 'c', 0, &a->fence);
	i915_mock_engine_acknowledge(t->engine);
	i915_mock_engine_acknowledge(t->engine);
	st_true(st, "both are behind what one of them follows", t->engine->active[1].rq &&
		t->engine->active[1].rq->lrc == t->client[1].lrc);
	if (b)
		submit(t, 2, 'd', 5, &b->fence);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "abcd");

	sched_free(t);
}

/* One less important does not share a port: it would have to go along from then on. */
static void one_priority_in_a_port(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, true);
	struct dma_fence *fence;
	unsigned int n;

	if (!t)
		return;

	fence = mock_fence_create();
	submit(t, 0, 'a', 9, NULL);
	i915_mock_engine_acknowledge(t->engine);
	submit(t, 1, 'b', 5, fence);
	submit(t, 1, 'c', 0, NULL);
	mock_fence_signal(fence);
	i915_mock_engine_acknowledge(t->engine);
	st_true(st, "the first of two is in the second port",
		t->engine->active[1].rq && t->engine->active[1].rq->priority == 5);
	submit(t, 2, 'd', 3, NULL);
	for (n = 0; n < 5; n++)
		i915_mock_engine_acknowledge(t->engine);
	st_true(st, "the ports are not written for ever", !t->engine->pending_ack);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "abdc");

	sched_free(t);
}

/* The first port holds a request that others follow, and then one that nobody does. */
static void turn_ends_after_all(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, true);
	struct i915_request *rq;
	unsigned long ms;

	if (!t)
		return;

	ms = t->engine->props.timeslice_duration_ms;
	t->engine->props.timeslice_duration_ms = 60000;
	rq = submit(t, 0, 'a', 0, NULL);
	submit(t, 0, 'b', 0, NULL);
	if (rq)
		submit(t, 1, 'c', 0, &rq->fence);
	i915_mock_engine_acknowledge(t->engine);
	i915_mock_engine_acknowledge(t->engine);
	timer_delete(&t->engine->timeslice);
	i915_ports_timeslice(&t->engine->timeslice);
	st_true(st, "it will be looked at again", timer_pending(&t->engine->timeslice));
	i915_mock_engine_complete(t->engine);
	i915_ports_timeslice(&t->engine->timeslice);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "acb");
	t->engine->props.timeslice_duration_ms = ms;

	sched_free(t);
}

/* What is in the second port becomes more important than what runs. */
static void second_port_preempts(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, true);
	struct i915_request *rq;

	if (!t)
		return;

	submit(t, 0, 'a', 0, NULL);
	rq = submit(t, 1, 'b', 0, NULL);
	i915_mock_engine_acknowledge(t->engine);
	i915_mock_engine_acknowledge(t->engine);
	st_true(st, "nothing is left in the queue", list_empty(&t->engine->queue));
	if (rq)
		i915_request_set_priority(rq, 5);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "ba");

	sched_free(t);
}

/* A report of an end that has not come: the port keeps its request, so that it is looked for. */
static void end_that_has_not_come(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, false);
	unsigned long flags;

	if (!t)
		return;

	submit(t, 0, 'a', 0, NULL);
	i915_mock_engine_acknowledge(t->engine);

	spin_lock_irqsave(&t->engine->lock, flags);
	i915_ports_complete(t->engine);
	st_true(st, "the port is as before",
		i915_port_lrc(&t->engine->active[0]) == t->client[0].lrc);
	st_eq(st, "what is asked for", t->engine->ask, I915_ASK_STRAY_END);
	t->engine->ask = I915_ASK_NOTHING;
	spin_unlock_irqrestore(&t->engine->lock, flags);

	submit(t, 0, 'b', 0, NULL);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "ab");

	sched_free(t);
}

/* Taken back, but still running because it cannot be preempted: it is the suspect. */
static void suspect_is_what_runs(struct i915_st *st)
{
	struct sched_test *t = sched_alloc(st, true);
	struct i915_request *a, *rq;
	struct dma_fence *fence;
	unsigned long flags;

	if (!t)
		return;

	fence = mock_fence_create();
	a = submit(t, 0, 'a', 0, NULL);
	i915_mock_engine_acknowledge(t->engine);
	rq = submit(t, 1, 'b', 1, fence);
	if (rq)
		submit(t, 2, 'c', 1, &rq->fence);
	mock_fence_signal(fence);
	st_true(st, "two others are to take its place", t->engine->pending[1].rq &&
		t->engine->pending[1].rq->lrc == t->client[2].lrc);

	spin_lock_irqsave(&t->engine->lock, flags);
	i915_engine_want_reset(t->engine, I915_ASK_PREEMPT);
	if (a)
		st_eq(st, "the suspect", t->engine->suspect.seqno, (u32)a->fence.seqno);
	t->engine->ask = I915_ASK_NOTHING;
	spin_unlock_irqrestore(&t->engine->lock, flags);

	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all was stepped", "bca");

	sched_free(t);
}

struct resubmission {
	const char *what;
	/* behind the padding of the request */
	bool wa_tail;
	bool restore;
};

/* Without a request it starts over where it is to end: there is nothing to run. */
static void check_starts_over(struct i915_st *st, struct i915_lrc *lrc, struct i915_request *rq)
{
	spin_lock_irq(&lrc->engine->lock);
	lrc->rewind = true;
	i915_lrc_update(lrc, rq);
	spin_unlock_irq(&lrc->engine->lock);
	st_eq(st, "where it starts over", lrc->regs[LRC_RING_HEAD], rq->tail);
}

/* The hardware must see a TAIL that differs, or be told to load the image (WaIdleLiteRestore). */
static void tail_differs(struct i915_st *st)
{
	static const struct resubmission times[] = {
		{ "the first time", false, false },
		{ "the second time", true, false },
		{ "the third time", true, true },
		{ "the fourth time", true, true },
	};
	struct sched_test *t = sched_alloc(st, true);
	struct i915_request *rq;
	struct i915_lrc *lrc;
	unsigned int n;
	u32 before;

	if (!t)
		return;

	lrc = t->client[0].lrc;
	submit(t, 0, 'a', 0, NULL);
	mock_run_all(t->engine);
	rq = i915_request_create(lrc, 0);
	if (st_ptr(st, "making a request", rq)) {
		dma_fence_get(&rq->fence);
		i915_request_abandon(rq);
		before = lrc->regs[LRC_RING_TAIL];
		rq->tail = 2048;
		rq->wa_tail = 2056;
		for (n = 0; n < ARRAY_SIZE(times); n++) {
			u32 desc;

			spin_lock_irq(&t->engine->lock);
			desc = i915_lrc_update(lrc, rq);
			spin_unlock_irq(&t->engine->lock);
			st_eq(st, times[n].what, lrc->regs[LRC_RING_TAIL],
			      times[n].wa_tail ? rq->wa_tail : rq->tail);
			st_eq(st, times[n].what, !!(desc & LRC_DESC_FORCE_RESTORE),
			      times[n].restore);
		}
		check_starts_over(st, lrc, rq);
		lrc->regs[LRC_RING_TAIL] = before;
		lrc->regs[LRC_RING_HEAD] = before;
		dma_fence_put(&rq->fence);
	}
	sched_free(t);
}

static const struct i915_subtest sched_subtests[] = {
	I915_SUBTEST(equals_in_order),
	I915_SUBTEST(two_ports),
	I915_SUBTEST(important_first),
	I915_SUBTEST(preempts),
	I915_SUBTEST(completes_while_preempted),
	I915_SUBTEST(takes_turns),
	I915_SUBTEST(followed_keeps_its_turn),
	I915_SUBTEST(inherits),
	I915_SUBTEST(inherits_through_others),
	I915_SUBTEST(raises_its_timeline),
	I915_SUBTEST(predecessor_is_raised),
	I915_SUBTEST(failed_in_port),
	I915_SUBTEST(due_in_time),
	I915_SUBTEST(raised_with_its_port),
	I915_SUBTEST(one_priority_in_a_port),
	I915_SUBTEST(turn_ends_after_all),
	I915_SUBTEST(second_port_preempts),
	I915_SUBTEST(end_that_has_not_come),
	I915_SUBTEST(suspect_is_what_runs),
	I915_SUBTEST(tail_differs),
};

const struct i915_suite i915_mock_sched_suite = {
	.name = "sched",
	.tests = sched_subtests,
	.count = ARRAY_SIZE(sched_subtests),
};

// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/dma-fence-array.h>
#include <linux/dma-fence-chain.h>
#include <linux/slab.h>

#include "base/i915_drv.h"
#include "gem/i915_gem_context.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_mock_engine.h"
#include "gt/i915_priority.h"
#include "gt/i915_request.h"
#include "gt/i915_request_add.h"
#include "gt/i915_request_await.h"
#include "gt/i915_request_end.h"
#include "gt/i915_retire.h"
#include "gt/i915_ring_room.h"
#include "gt/i915_sched.h"
#include "gt/i915_wedge.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_order.h"
#include "selftests/mock_util.h"

/**
 * DOC: mock awaits
 *
 * What a request waits for: other engines, fences of others, arrays and chains
 * of them. Both engines are stepped by the test.
 */

struct awaits_test {
	struct i915_st *st;
	struct mock_client client;
	/* the engines: a client's first one, and another */
	struct i915_engine *engine, *other;
	struct i915_lrc *lrc, *other_lrc;
	struct mock_order order;
};

static struct awaits_test *awaits_begin(struct i915_st *st)
{
	struct awaits_test *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!st_ptr(st, "memory", t))
		return NULL;

	t->st = st;
	mock_order_init(&t->order, st);
	if (!mock_client_open(st, &t->client))
		goto err_free;

	t->lrc = t->client.lrc;
	t->other_lrc = i915_gem_context_lrc(t->client.ctx, I915_BCS0);
	if (!st_ptr(st, "making a context image", t->other_lrc))
		goto err_close;

	t->engine = to_gt(st->i915)->engine[I915_RCS0];
	t->other = to_gt(st->i915)->engine[I915_BCS0];
	i915_mock_engine_hold(t->engine);
	i915_mock_engine_hold(t->other);

	return t;

err_close:
	mock_client_close(&t->client);
err_free:
	kfree(t);
	return NULL;
}

static void awaits_end(struct awaits_test *t)
{
	mock_run_all(t->other);
	mock_run_all(t->engine);
	i915_mock_engine_let_run(t->engine);
	i915_mock_engine_let_run(t->other);
	mock_order_fini(&t->order);
	mock_client_close(&t->client);
	kfree(t);
}

/* A request of another engine has to be complete, not only to be queued. */
static void another_engine(struct i915_st *st)
{
	struct awaits_test *t = awaits_begin(st);
	struct i915_request *a;

	if (!t)
		return;

	a = mock_order_submit(&t->order, t->other_lrc, 'a', 0, NULL);
	if (a)
		mock_order_submit(&t->order, t->lrc, 'b', 0, &a->fence);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "what it waits for does not run", "");
	mock_run_all(t->other);
	mock_order_eq(&t->order, "what it waits for ran", "a");
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "it ran", "ab");

	awaits_end(t);
}

#define SAME_TIMELINE	16

/* However often it waits for a timeline, it is one await, and the latest counts. */
static void merged(struct i915_st *st)
{
	struct i915_request *a[SAME_TIMELINE], *rq;
	struct awaits_test *t = awaits_begin(st);
	unsigned int n;

	if (!t)
		return;

	for (n = 0; n < SAME_TIMELINE; n++) {
		a[n] = mock_order_submit(&t->order, t->other_lrc, 'a' + n, 0, NULL);
		if (!a[n])
			goto out;
	}
	rq = i915_request_create(t->lrc, 0);
	if (!st_ptr(st, "making a request", rq))
		goto out;

	/* neither in order nor each once */
	for (n = 0; n < 4 * SAME_TIMELINE; n++)
		st_ok(st, "waiting for a fence",
		      i915_request_await(rq, &a[n * 7 % SAME_TIMELINE]->fence));
	st_eq(st, "awaits for one timeline", rq->nr_awaits, 1);
	i915_request_emit_batch(rq, 0, 0);
	mock_order_watch(&t->order, &rq->fence, 'z');
	i915_request_add(rq);

	/* all but the last */
	i915_mock_engine_acknowledge(t->other);
	i915_mock_engine_acknowledge(t->other);
	for (n = 0; n < SAME_TIMELINE - 1; n++)
		i915_mock_engine_complete(t->other);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all but the last it waits for", "abcdefghijklmno");
	mock_run_all(t->other);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "all", "abcdefghijklmnopz");
	i915_request_put(rq);
out:
	awaits_end(t);
}

/* It follows a request of its engine that cannot run yet, and then a later one of that timeline. */
static void follows_the_latest(struct i915_st *st)
{
	struct awaits_test *t = awaits_begin(st);
	struct i915_request *first, *second, *rq = NULL;
	struct dma_fence *fence;
	struct mock_client other;

	if (!t)
		return;
	if (!mock_client_open(st, &other))
		goto out;

	fence = mock_fence_create();
	first = mock_order_submit(&t->order, other.lrc, 'a', 0, fence);
	second = mock_order_submit(&t->order, other.lrc, 'b', 0, NULL);
	if (first && second)
		rq = i915_request_create(t->lrc, 0);
	if (rq && st_ptr(st, "making a request", rq)) {
		st_ok(st, "following one", i915_request_await(rq, &first->fence));
		st_ok(st, "following the next", i915_request_await(rq, &second->fence));
		st_eq(st, "awaits for one timeline", rq->nr_awaits, 1);
		i915_request_emit_batch(rq, 0, 0);
		mock_order_watch(&t->order, &rq->fence, 'c');
		i915_request_add(rq);
		i915_request_put(rq);
	}
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "the first of all waits", "");
	mock_fence_signal(fence);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "it ran", "abc");
	mock_client_close(&other);
out:
	awaits_end(t);
}

/* One that waits holds up those behind it on its timeline, which wait for nothing. */
static void holds_up_its_timeline(struct i915_st *st)
{
	struct awaits_test *t = awaits_begin(st);
	struct dma_fence *fence;

	if (!t)
		return;

	fence = mock_fence_create();
	mock_order_submit(&t->order, t->lrc, 'a', 0, fence);
	mock_order_submit(&t->order, t->lrc, 'b', 0, NULL);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "the first of them waits", "");
	mock_fence_signal(fence);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "they ran", "ab");

	awaits_end(t);
}

/* What it follows fails before it could run: it goes on. */
static void follows_the_failed(struct i915_st *st)
{
	struct awaits_test *t = awaits_begin(st);
	struct i915_request *first;
	struct dma_fence *fence;
	struct mock_client other;
	unsigned long flags;

	if (!t)
		return;
	if (!mock_client_open(st, &other))
		goto out;

	fence = mock_fence_create();
	first = mock_order_submit(&t->order, other.lrc, 'a', 0, fence);
	if (first)
		mock_order_submit(&t->order, t->lrc, 'b', 0, &first->fence);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "the first of them waits", "");

	spin_lock_irqsave(&t->engine->lock, flags);
	i915_sched_fail_all(other.lrc);
	i915_sched_unlock(t->engine, flags);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "the first of them failed", "ab");

	mock_fence_signal(fence);
	mock_client_close(&other);
out:
	awaits_end(t);
}

/* Of its own timeline there is nothing to wait for. */
static void own_timeline(struct i915_st *st)
{
	struct awaits_test *t = awaits_begin(st);
	struct i915_request *a, *rq;

	if (!t)
		return;

	a = mock_order_submit(&t->order, t->lrc, 'a', 0, NULL);
	rq = a ? i915_request_create(t->lrc, 0) : NULL;
	if (rq && st_ptr(st, "making a request", rq)) {
		st_ok(st, "waiting for its predecessor", i915_request_await(rq, &a->fence));
		st_eq(st, "awaits for the own timeline", rq->nr_awaits, 0);
		i915_request_abandon(rq);
	}

	awaits_end(t);
}

/* All fences of an array, of whatever kind */
static void array(struct i915_st *st)
{
	struct awaits_test *t = awaits_begin(st);
	struct dma_fence **fences;
	struct dma_fence_array *all;
	struct dma_fence *fence;
	struct i915_request *a;

	if (!t)
		return;

	fence = mock_fence_create();
	a = mock_order_submit(&t->order, t->other_lrc, 'a', 0, NULL);
	fences = kcalloc(2, sizeof(*fences), GFP_KERNEL);
	if (!st_true(st, "there is memory", a && fence && fences)) {
		kfree(fences);
		goto out;
	}

	fences[0] = dma_fence_get(fence);
	fences[1] = dma_fence_get(&a->fence);
	all = dma_fence_array_create(2, fences, dma_fence_context_alloc(1), 1, false);
	if (st_ptr(st, "making one fence of two", all)) {
		mock_order_submit(&t->order, t->lrc, 'b', 0, &all->base);
		dma_fence_put(&all->base);
	}
	mock_run_all(t->other);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "one of two signalled", "a");
	mock_fence_signal(fence);
	fence = NULL;
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "both signalled", "ab");
out:
	mock_fence_signal(fence);
	awaits_end(t);
}

/* All links of a chain */
static void chain(struct i915_st *st)
{
	struct awaits_test *t = awaits_begin(st);
	struct dma_fence_chain *first, *second;
	struct dma_fence *fence;
	struct i915_request *a;

	if (!t)
		return;

	fence = mock_fence_create();
	first = dma_fence_chain_alloc();
	second = dma_fence_chain_alloc();
	a = mock_order_submit(&t->order, t->other_lrc, 'a', 0, NULL);
	if (!st_true(st, "there is memory", a && fence && first && second)) {
		dma_fence_chain_free(first);
		dma_fence_chain_free(second);
		goto out;
	}

	dma_fence_chain_init(first, NULL, dma_fence_get(fence), 1);
	dma_fence_chain_init(second, &first->base, dma_fence_get(&a->fence), 2);
	mock_order_submit(&t->order, t->lrc, 'b', 0, &second->base);
	dma_fence_put(&second->base);
	mock_run_all(t->other);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "the later of two signalled", "a");
	mock_fence_signal(fence);
	fence = NULL;
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "both signalled", "ab");
out:
	mock_fence_signal(fence);
	awaits_end(t);
}

/* Fences that are asked whether they have signalled: that is what walking a chain costs. */
#define COUNTED_FENCES	48
#define COUNTED_ADDS	1000

struct counted_fence {
	/* first: freed as a dma_fence */
	struct dma_fence base;
	spinlock_t lock; /* of @base */
};

static unsigned int counted;

static const char *counted_name(struct dma_fence *fence)
{
	return "i915-mock";
}

static bool counted_signaled(struct dma_fence *fence)
{
	counted++;
	return false;
}

static const struct dma_fence_ops counted_ops = {
	.get_driver_name = counted_name,
	.get_timeline_name = counted_name,
	.signaled = counted_signaled,
};

/* A chain whose links have a timeline each; the references to their fences are in @fences. */
static struct dma_fence *counted_chain(struct dma_fence **fences, unsigned int count)
{
	struct dma_fence *head = NULL;
	unsigned int n;

	for (n = 0; n < count; n++) {
		struct counted_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);
		struct dma_fence_chain *link = dma_fence_chain_alloc();

		if (!fence || !link) {
			kfree(fence);
			dma_fence_chain_free(link);
			break;
		}
		spin_lock_init(&fence->lock);
		dma_fence_init(&fence->base, &counted_ops, &fence->lock,
			       dma_fence_context_alloc(1), 1);
		fences[n] = dma_fence_get(&fence->base);
		dma_fence_chain_init(link, head, &fence->base, n + 1);
		head = &link->base;
	}

	return head;
}

/* However often a chain is named, and however many of its links, each is visited once. */
static void long_chain(struct i915_st *st)
{
	struct i915_awaits awaits = { .tree = RB_ROOT };
	struct dma_fence *fences[COUNTED_FENCES] = {}, *head, *middle;
	struct awaits_test *t = awaits_begin(st);
	struct i915_request *rq;
	unsigned int n;

	if (!t)
		return;

	head = counted_chain(fences, COUNTED_FENCES);
	middle = dma_fence_get(head);
	for (n = 0; n < COUNTED_FENCES / 2 && middle; n++)
		middle = dma_fence_chain_walk(middle);
	if (!st_ptr(st, "memory", middle))
		goto out;

	counted = 0;
	for (n = 0; n < COUNTED_ADDS; n++)
		st_ok(st, "adding half of a chain", i915_awaits_add(&awaits, middle));
	for (n = 0; n < COUNTED_ADDS; n++)
		st_ok(st, "adding a chain", i915_awaits_add(&awaits, head));
	/* the walk asks as well as who walks, and the head and the middle are asked each time */
	st_true(st, "fences asked, a few for each link and add",
		counted <= 4 * (COUNTED_FENCES + 2 * COUNTED_ADDS));

	rq = i915_request_create(t->lrc, 0);
	if (st_ptr(st, "making a request", rq)) {
		st_ok(st, "waiting for all", i915_request_await_all(rq, &awaits));
		st_eq(st, "awaits", rq->nr_awaits, COUNTED_FENCES);
		i915_request_abandon(rq);
	}
out:
	i915_awaits_free(&awaits);
	dma_fence_put(middle);
	dma_fence_put(head);
	for (n = 0; n < COUNTED_FENCES; n++) {
		if (fences[n])
			dma_fence_signal(fences[n]);
		dma_fence_put(fences[n]);
	}
	awaits_end(t);
}

#define ENGINES_APART	8

/* A priority goes from engine to engine, as far as somebody waits. */
static void raises_other_engines(struct i915_st *st)
{
	struct awaits_test *t = awaits_begin(st);
	struct i915_request *rq[ENGINES_APART], *last = NULL;
	unsigned int n;

	if (!t)
		return;

	for (n = 0; n < ENGINES_APART; n++) {
		last = mock_order_submit(&t->order, n % 2 ? t->lrc : t->other_lrc, 'a' + n, 0,
					 last ? &last->fence : NULL);
		if (!last)
			goto out;
		rq[n] = last;
	}
	i915_request_set_priority(last, 5);
	for (n = 0; n < ENGINES_APART; n++)
		st_eq(st, "priority of what is waited for", rq[n]->priority, 5);
	st_true(st, "nothing is left to be raised", list_empty(&to_gt(st->i915)->raise));
	while (atomic_read(&t->order.signalled) < ENGINES_APART) {
		n = atomic_read(&t->order.signalled);
		mock_run_all(t->other);
		mock_run_all(t->engine);
		if (!st_true(st, "something ran", atomic_read(&t->order.signalled) > n))
			break;
	}
	mock_order_eq(&t->order, "all ran", "abcdefgh");
out:
	awaits_end(t);
}

/* Given up with its awaits: nothing comes of their fences any more. */
static void abandoned(struct i915_st *st)
{
	struct awaits_test *t = awaits_begin(st);
	struct dma_fence *fence;
	struct i915_request *a, *rq;

	if (!t)
		return;

	fence = mock_fence_create();
	a = mock_order_submit(&t->order, t->lrc, 'a', 0, NULL);
	rq = a ? i915_request_create(t->other_lrc, 0) : NULL;
	if (rq && st_ptr(st, "making a request", rq)) {
		st_ok(st, "waiting for a fence", i915_request_await(rq, fence));
		st_ok(st, "waiting for another engine", i915_request_await(rq, &a->fence));
		st_eq(st, "awaits", rq->nr_awaits, 2);
		i915_request_abandon(rq);
		st_alive_eq(st, "one was given up", I915_AUDIT_REQUEST, 1);
	}
	mock_fence_signal(fence);
	mock_run_all(t->engine);
	mock_order_eq(&t->order, "what it waited for", "a");

	awaits_end(t);
}

/* Failed while it waits: nothing comes of their fences any more. */
static void wedged(struct i915_st *st)
{
	struct awaits_test *t = awaits_begin(st);
	struct i915_request *a, *b = NULL;
	struct dma_fence *fence;

	if (!t)
		return;

	fence = mock_fence_create();
	a = mock_order_submit(&t->order, t->lrc, 'a', 0, NULL);
	if (a)
		b = mock_order_submit(&t->order, t->other_lrc, 'b', 0, &a->fence);
	mock_order_submit(&t->order, t->other_lrc, 'c', 0, fence);
	i915_gt_set_wedged(to_gt(st->i915));
	i915_gt_retire(to_gt(st->i915));
	st_eq(st, "fences that signalled", atomic_read(&t->order.signalled), 3);
	if (b)
		st_eq(st, "how a request ended that waited", b->fence.error, -EIO);
	st_alive_eq(st, "wedged", I915_AUDIT_REQUEST, 0);
	mock_fence_signal(fence);
	st_ok(st, "giving the GPU another chance", i915_gt_unset_wedged(to_gt(st->i915)));

	awaits_end(t);
}

static const struct i915_subtest awaits_subtests[] = {
	I915_SUBTEST(another_engine),
	I915_SUBTEST(merged),
	I915_SUBTEST(follows_the_latest),
	I915_SUBTEST(holds_up_its_timeline),
	I915_SUBTEST(follows_the_failed),
	I915_SUBTEST(own_timeline),
	I915_SUBTEST(array),
	I915_SUBTEST(chain),
	I915_SUBTEST(long_chain),
	I915_SUBTEST(raises_other_engines),
	I915_SUBTEST(abandoned),
	I915_SUBTEST(wedged),
};

const struct i915_suite i915_mock_awaits_suite = {
	.name = "awaits",
	.tests = awaits_subtests,
	.count = ARRAY_SIZE(awaits_subtests),
};

// SPDX-License-Identifier: MIT

#include <linux/string.h>

#include "base/i915_drv.h"
#include "gt/i915_mock_engine.h"
#include "gt/i915_priority.h"
#include "gt/i915_request.h"
#include "gt/i915_request_add.h"
#include "gt/i915_request_await.h"
#include "gt/i915_ring_room.h"
#include "selftests/i915_st.h"
#include "selftests/mock_order.h"

/*
 * Order is what callbacks saw: asking fences afterwards whether they signalled
 * tells nothing, because the answer comes from the seqno of the latest.
 */

static void mock_order_signalled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct mock_watch *watch = container_of(cb, struct mock_watch, cb);
	struct mock_order *order = watch->order;

	order->seen[atomic_inc_return(&order->signalled) - 1] = watch->name;
}

/**
 * mock_order_init - nothing is watched yet
 * @order: to be set up
 * @st: the subtest
 */
void mock_order_init(struct mock_order *order, struct i915_st *st)
{
	memset(order, 0, sizeof(*order));
	order->st = st;
}

/**
 * mock_order_watch - note when a fence signals
 * @order: where to
 * @fence: not signalled yet; a reference is kept
 * @name: what to call it
 */
void mock_order_watch(struct mock_order *order, struct dma_fence *fence, char name)
{
	struct mock_watch *watch;

	if (!st_true(order->st, "there is room to watch a fence", order->count < MOCK_ORDER_MAX))
		return;

	watch = &order->watch[order->count++];
	watch->order = order;
	watch->name = name;
	watch->fence = dma_fence_get(fence);
	if (dma_fence_add_callback(fence, &watch->cb, mock_order_signalled))
		st_true(order->st, "a fence has not signalled before it is watched", false);
}

/**
 * mock_order_eq - is this the order in which fences signalled until now?
 * @order: what was watched
 * @when: for the log
 * @expected: names
 *
 * Return: true, or false with the failure noted.
 */
bool mock_order_eq(struct mock_order *order, const char *when, const char *expected)
{
	if (!strcmp(order->seen, expected))
		return true;

	pr_err("i915: %s: the order is \"%s\", expected \"%s\"\n", when, order->seen, expected);

	return st_true(order->st, when, false);
}

/**
 * mock_order_fini - let go of the fences
 * @order: what was watched
 */
void mock_order_fini(struct mock_order *order)
{
	while (order->count) {
		struct mock_watch *watch = &order->watch[--order->count];

		dma_fence_remove_callback(watch->fence, &watch->cb);
		dma_fence_put(watch->fence);
	}
}

/* As for a fence that user space names, which may be an array or a chain */
static int mock_await(struct i915_request *rq, struct dma_fence *fence)
{
	struct i915_awaits awaits = { .tree = RB_ROOT };
	int ret;

	ret = i915_awaits_add(&awaits, fence) ?: i915_request_await_all(rq, &awaits);
	i915_awaits_free(&awaits);

	return ret;
}

/**
 * mock_order_submit - submit an empty request and watch it
 * @order: where to note its end
 * @lrc: the timeline
 * @name: what to call it
 * @priority: at least
 * @fence: what it waits for, or NULL
 *
 * Return: the request, kept by @order, or NULL with the failure noted.
 */
struct i915_request *mock_order_submit(struct mock_order *order, struct i915_lrc *lrc, char name,
				       int priority, struct dma_fence *fence)
{
	struct i915_request *rq = i915_request_create(lrc, 0);

	if (!st_ptr(order->st, "making a request", rq))
		return NULL;

	if (fence)
		st_ok(order->st, "waiting for a fence", mock_await(rq, fence));
	i915_request_set_priority(rq, priority);
	i915_request_emit_batch(rq, 0, 0);
	mock_order_watch(order, &rq->fence, name);
	i915_request_add(rq);
	/* the order has one of its own */
	i915_request_put(rq);

	return rq;
}

/**
 * mock_run_all - step a held engine until it has nothing to do
 * @engine: the engine
 */
void mock_run_all(struct i915_engine *engine)
{
	bool more;

	do {
		more = i915_mock_engine_acknowledge(engine);
		more |= i915_mock_engine_complete(engine);
	} while (more);
}

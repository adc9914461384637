// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "base/i915_drv.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_mock_engine.h"
#include "gt/i915_request.h"
#include "gt/i915_request_add.h"
#include "gt/i915_retire.h"
#include "gt/i915_ring_room.h"
#include "gt/i915_sched.h"
#include "mem/i915_gem_object.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_order.h"
#include "selftests/mock_util.h"
#include "vm/i915_vma.h"

/**
 * DOC: mock retire
 *
 * How requests retire: who does it, how much of it in one go, in which order,
 * and what is left of a request when its fence signals.
 */

/* Longest wait for a worker that has nothing else to do */
#define WORKER_WAIT	(10 * HZ)

/* Who signalled a fence, and what its object was still used for then */
struct retire_note {
	struct dma_fence_cb cb;
	struct drm_i915_gem_object *obj;
	struct completion done;
	struct work_struct *by;
	int in_use;
};

static void note_signal(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct retire_note *note = container_of(cb, struct retire_note, cb);

	note->by = current_work();
	if (note->obj)
		note->in_use = atomic_read(&note->obj->in_use);
	complete(&note->done);
}

static void note_watch(struct i915_st *st, struct retire_note *note, struct i915_request *rq,
		       struct drm_i915_gem_object *obj)
{
	note->by = NULL;
	note->obj = obj;
	note->in_use = -1;
	init_completion(&note->done);
	st_ok(st, "watching a fence", dma_fence_add_callback(&rq->fence, &note->cb, note_signal));
}

/* Whoever is woken by a fence finds its objects idle. */
static void lets_go_first(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct retire_note note = {};
	struct mock_client client;
	struct dma_fence *fence;
	struct i915_request *rq;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	fence = mock_fence_create();
	rq = mock_request(st, &client, obj, fence);
	if (rq) {
		note_watch(st, &note, rq, obj);
		st_eq(st, "marks in flight", atomic_read(&obj->in_use), 1);
	}
	mock_fence_signal(fence);
	if (rq) {
		st_true(st, "it is retired without anybody who asks",
			wait_for_completion_timeout(&note.done, WORKER_WAIT));
		st_eq(st, "marks when the fence signalled", note.in_use, 0);
		mock_request_finish(st, rq);
	}

	mock_client_close(&client);
out_obj:
	i915_gem_object_put(obj);
}

/* More than is retired with interrupts off in one go */
#define MANY	36

/* Nobody asks for it: that would retire the rest, too. */
static void check_portions(struct i915_st *st, struct retire_note *first, struct retire_note *last)
{
	st_true(st, "who found out retired the first", first->by == current_work());
	st_true(st, "somebody goes on with the rest",
		wait_for_completion_timeout(&last->done, WORKER_WAIT));
	st_true(st, "the worker that is there for it", last->by == &to_gt(st->i915)->retire_work);
}

/* Many end at once: whoever found out retires some of them, the rest is left to a worker. */
static void in_portions(struct i915_st *st)
{
	struct i915_engine *engine = to_gt(st->i915)->engine[I915_RCS0];
	struct retire_note first = {}, last = {};
	struct i915_request *rq[MANY];
	struct mock_client client;
	unsigned long flags;
	unsigned int n;

	if (!mock_client_open(st, &client))
		return;

	i915_mock_engine_hold(engine);
	for (n = 0; n < MANY; n++) {
		rq[n] = mock_request(st, &client, NULL, NULL);
		if (!rq[n])
			break;
	}
	i915_mock_engine_acknowledge(engine);
	i915_mock_engine_acknowledge(engine);
	if (n == MANY) {
		note_watch(st, &first, rq[0], NULL);
		note_watch(st, &last, rq[MANY - 1], NULL);
	}

	spin_lock_irqsave(&engine->lock, flags);
	i915_sched_fail_all(client.lrc);
	i915_sched_unlock(engine, flags);
	if (n == MANY)
		check_portions(st, &first, &last);

	while (n--)
		mock_request_finish(st, rq[n]);
	mock_run_all(engine);
	i915_mock_engine_let_run(engine);
	mock_client_close(&client);
}

#define LONG_LIST	2000

/* A request with a list of @count VMAs: the same one each time */
static struct i915_request *long_request(struct i915_st *st, struct mock_client *client,
					 struct drm_i915_gem_object *obj, unsigned int count)
{
	/* the object's lock is outside the one that is held from here to the end of the request */
	struct i915_vma *vma = mock_bind_active(st, obj, client->vm, NULL);
	struct i915_request *rq;

	if (!vma)
		return NULL;

	rq = i915_request_create(client->lrc, count);
	if (!st_ptr(st, "making a request", rq)) {
		i915_vma_put_active(vma);
		return NULL;
	}

	while (count--) {
		i915_gem_object_get(obj);
		i915_request_use_vma(rq, vma);
		if (count)
			vma = i915_vma_get_active(obj, client->vm);
	}
	i915_request_emit_batch(rq, 0, 0);

	return rq;
}

/* Nobody asks for it: that would retire the long one itself. */
static void check_late(struct i915_st *st, struct mock_order *order,
		       struct drm_i915_gem_object *obj)
{
	unsigned long until = jiffies + WORKER_WAIT;

	while (atomic_read(&order->signalled) < 3 && time_before(jiffies, until))
		usleep_range(100, 1000);
	mock_order_eq(order, "a worker goes on", "cab");
	i915_gt_retire(to_gt(st->i915));
	st_eq(st, "marks of the object afterwards", atomic_read(&obj->in_use), 0);
	st_alive_eq(st, "all are retired", I915_AUDIT_REQUEST, 0);
}

/* One that has much to let go of does not do it in the interrupt, and holds up nobody else. */
static void long_lists_late(struct i915_st *st)
{
	struct i915_gt *gt = to_gt(st->i915);
	struct mock_client client, other;
	struct drm_i915_gem_object *obj;
	struct mock_order *order;
	struct i915_request *rq;
	bool cookie;

	obj = mock_object(st, 1);
	order = kmalloc(sizeof(*order), GFP_KERNEL);
	if (!obj || !st_ptr(st, "memory", order) || !mock_client_open(st, &client))
		goto out_obj;
	if (!mock_client_open(st, &other))
		goto out_client;

	mock_order_init(order, st);
	i915_mock_engine_hold(gt->engine[I915_RCS0]);
	rq = long_request(st, &client, obj, LONG_LIST);
	if (rq) {
		mock_order_watch(order, &rq->fence, 'a');
		i915_request_add(rq);
		i915_request_put(rq);
	}
	mock_order_submit(order, client.lrc, 'b', 0, NULL);
	mock_order_submit(order, other.lrc, 'c', 0, NULL);

	/* the worker cannot go on */
	cookie = dma_fence_begin_signalling();
	mutex_lock(&gt->late_mutex);
	mock_run_all(gt->engine[I915_RCS0]);
	mock_order_eq(order, "the long one waits for the worker", "c");
	st_eq(st, "marks of the object", atomic_read(&obj->in_use), LONG_LIST);
	mutex_unlock(&gt->late_mutex);
	dma_fence_end_signalling(cookie);
	check_late(st, order, obj);

	i915_mock_engine_let_run(gt->engine[I915_RCS0]);
	mock_order_fini(order);
	mock_client_close(&other);
out_client:
	mock_client_close(&client);
out_obj:
	kfree(order);
	if (obj)
		i915_gem_object_put(obj);
}

/* The long one behind a short one that somebody found complete and left to a worker */
static void long_one_behind(struct i915_st *st)
{
	struct i915_gt *gt = to_gt(st->i915);
	struct i915_engine *engine = gt->engine[I915_RCS0];
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct mock_order *order = kmalloc(sizeof(*order), GFP_KERNEL);
	struct mock_client client;
	struct i915_request *rq;

	if (!obj || !st_ptr(st, "memory", order) || !mock_client_open(st, &client))
		goto out_obj;

	mock_order_init(order, st);
	i915_mock_engine_hold(engine);
	mock_order_submit(order, client.lrc, 'a', 0, NULL);
	rq = long_request(st, &client, obj, LONG_LIST);
	if (rq) {
		mock_order_watch(order, &rq->fence, 'b');
		i915_request_add(rq);
		i915_mock_engine_acknowledge(engine);
		WRITE_ONCE(*client.lrc->hwsp_seqno, rq->fence.seqno);
		i915_request_put(rq);
	}

	spin_lock_irq(&engine->lock);
	engine->ops->process(engine);
	spin_unlock_irq(&engine->lock);
	i915_sched_retire_late(gt);
	mock_order_eq(order, "the long one is retired", "ab");

	mock_run_all(engine);
	i915_mock_engine_let_run(engine);
	mock_order_fini(order);
	mock_client_close(&client);
out_obj:
	kfree(order);
	if (obj)
		i915_gem_object_put(obj);
}

static const struct i915_subtest retire_subtests[] = {
	I915_SUBTEST(lets_go_first),
	I915_SUBTEST(in_portions),
	I915_SUBTEST(long_lists_late),
	I915_SUBTEST(long_one_behind),
};

const struct i915_suite i915_mock_retire_suite = {
	.name = "retire",
	.tests = retire_subtests,
	.count = ARRAY_SIZE(retire_subtests),
};

// SPDX-License-Identifier: MIT

#include <linux/array_size.h>

#include <uapi/drm/i915_drm.h>

#include "gem/i915_gem.h"
#include "gt/i915_gt.h"
#include "i915_drv.h"
#include "mem/i915_gem_object.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_util.h"

/**
 * DOC: mock requests
 *
 * From creation to retirement, on an engine whose requests a timer completes:
 * order, dependencies, what a request keeps alive and what it lets go of.
 */

static void completes(struct i915_st *st)
{
	struct mock_client client;
	struct i915_request *rq;

	if (!mock_client_open(st, &client))
		return;

	rq = mock_request(st, &client, NULL, NULL);
	if (rq) {
		dma_fence_get(&rq->fence);
		mock_request_finish(st, rq);
		st_true(st, "its seqno was seen", i915_request_completed(rq));
		st_eq(st, "status of the fence", dma_fence_get_status(&rq->fence), 1);
		st_alive_eq(st, "request retired", I915_AUDIT_REQUEST, 0);
		i915_request_put(rq);
	}

	mock_client_close(&client);
}

static void waits_for_a_fence(struct i915_st *st)
{
	struct mock_client client;
	struct dma_fence *fence;
	struct i915_request *rq;

	if (!mock_client_open(st, &client))
		return;

	fence = mock_fence_create();
	rq = mock_request(st, &client, NULL, fence);
	if (rq) {
		st_eq(st, "a wait of 20 ms that is in vain",
		      dma_fence_wait_timeout(&rq->fence, true, msecs_to_jiffies(20)), 0);
		st_alive_eq(st, "request blocked", I915_AUDIT_REQUEST, 1);
	}
	mock_fence_signal(fence);
	if (rq)
		mock_request_finish(st, rq);

	mock_client_close(&client);
}

#define REQUESTS_IN_ORDER	16

/* When the last of a timeline is done, so are all before it. */
static void in_order(struct i915_st *st)
{
	struct i915_request *rq[REQUESTS_IN_ORDER] = {};
	struct mock_client client;
	unsigned int n, made;

	if (!mock_client_open(st, &client))
		return;

	for (made = 0; made < REQUESTS_IN_ORDER; made++) {
		rq[made] = mock_request(st, &client, NULL, NULL);
		if (!rq[made])
			break;
		if (made)
			st_eq(st, "seqnos from one request to the next",
			      rq[made]->fence.seqno - rq[made - 1]->fence.seqno, 1);
	}

	if (made && mock_request_finish(st, rq[made - 1])) {
		for (n = 0; n < made - 1; n++)
			st_true(st, "an earlier request is signalled",
				dma_fence_is_signaled(&rq[n]->fence));
	}
	for (n = 0; n + 1 < made; n++)
		i915_request_put(rq[n]);

	mock_client_close(&client);
}

static void waits_for_another_timeline(struct i915_st *st)
{
	struct mock_client first, second;
	struct i915_request *a, *b = NULL;
	struct dma_fence *fence;

	if (!mock_client_open(st, &first))
		return;
	if (!mock_client_open(st, &second))
		goto out_first;

	fence = mock_fence_create();
	a = mock_request(st, &first, NULL, fence);
	if (a)
		b = mock_request(st, &second, NULL, &a->fence);
	if (b) {
		dma_fence_wait_timeout(&b->fence, true, msecs_to_jiffies(20));
		st_true(st, "the dependent request waits", !dma_fence_is_signaled(&b->fence));
	}
	mock_fence_signal(fence);
	if (b && mock_request_finish(st, b))
		st_true(st, "what it waited for is signalled", dma_fence_is_signaled(&a->fence));
	if (a)
		mock_request_finish(st, a);

	mock_client_close(&second);
out_first:
	mock_client_close(&first);
}

/* What waits for a request lends it its priority. */
static void inherits_priority(struct i915_st *st)
{
	struct mock_client first, second;
	struct i915_request *a, *b = NULL;
	struct dma_fence *fence;

	if (!mock_client_open(st, &first))
		return;
	if (!mock_client_open(st, &second))
		goto out_first;

	fence = mock_fence_create();
	a = mock_request(st, &first, NULL, fence);
	if (a)
		b = mock_request(st, &second, NULL, &a->fence);
	if (b) {
		i915_request_set_priority(b, I915_CONTEXT_MAX_USER_PRIORITY);
		st_eq(st, "priority of the waiting request", READ_ONCE(b->priority),
		      I915_CONTEXT_MAX_USER_PRIORITY);
		st_eq(st, "priority of the request it waits for", READ_ONCE(a->priority),
		      I915_CONTEXT_MAX_USER_PRIORITY);
	}
	mock_fence_signal(fence);
	if (b)
		mock_request_finish(st, b);
	if (a)
		mock_request_finish(st, a);

	mock_client_close(&second);
out_first:
	mock_client_close(&first);
}

static void abandon_one(struct i915_st *st, struct mock_client *client,
			struct drm_i915_gem_object *obj)
{
	struct i915_request *rq;
	struct i915_vma *vma;

	vma = mock_bind_active(st, obj, client->vm, NULL);
	if (!vma)
		return;

	rq = i915_request_create(client->lrc, 1);
	if (!st_ptr(st, "making a request", rq)) {
		i915_vma_put_active(vma);
		return;
	}
	i915_gem_object_get(obj);
	i915_request_use_vma(rq, vma);
	i915_request_emit_batch(rq, i915_vma_offset(vma), 0);
	i915_request_abandon(rq);

	st_true(st, "the VMA of an abandoned request is idle", !i915_vma_is_active(vma));
	st_alive_eq(st, "request abandoned", I915_AUDIT_REQUEST, 0);
}

/* Giving up before the point of no return leaves the timeline as it was. */
static void abandons(struct i915_st *st)
{
	struct drm_i915_gem_object *obj;
	struct mock_client client;
	struct i915_request *rq;
	u32 emit, seqno;

	if (!mock_client_open(st, &client))
		return;

	obj = mock_object(st, 1);
	if (obj) {
		emit = client.lrc->ring.emit;
		seqno = client.lrc->seqno;
		abandon_one(st, &client, obj);
		st_eq(st, "where the next command goes", client.lrc->ring.emit, emit);
		st_eq(st, "latest seqno", client.lrc->seqno, seqno);

		rq = mock_request(st, &client, obj, NULL);
		if (rq)
			mock_request_finish(st, rq);
		i915_gem_object_put(obj);
	}

	mock_client_close(&client);
}

/* A request keeps its context and its object; they go when it retires, and not before. */
static void keeps_what_it_uses(struct i915_st *st)
{
	struct drm_i915_gem_object *obj;
	struct mock_client client;
	struct i915_request *rq;
	struct dma_fence *fence;
	long images;

	if (!mock_client_open(st, &client))
		return;

	images = st_alive(st, I915_AUDIT_LRC);
	fence = mock_fence_create();
	obj = mock_object(st, 1);
	rq = obj ? mock_request(st, &client, obj, fence) : NULL;
	if (obj)
		i915_gem_object_put(obj);
	mock_client_close(&client);

	if (rq) {
		st_alive_eq(st, "in flight", I915_AUDIT_CONTEXT, 1);
		st_eq(st, "context images in flight", st_alive(st, I915_AUDIT_LRC), images);
		st_alive_eq(st, "in flight", I915_AUDIT_OBJECT, 1);
		st_alive_eq(st, "in flight", I915_AUDIT_VMA_BOUND, 1);
		st_alive_eq(st, "in flight", I915_AUDIT_VM, 1);
	}
	mock_fence_signal(fence);
	if (rq) {
		mock_request_finish(st, rq);
		mock_flush(st->i915);
		st_alive_eq(st, "retired", I915_AUDIT_CONTEXT, 0);
		st_eq(st, "context images afterwards", st_alive(st, I915_AUDIT_LRC), images - 1);
		st_alive_eq(st, "retired", I915_AUDIT_OBJECT, 0);
		st_alive_eq(st, "retired", I915_AUDIT_VM, 0);
	}
}

/* More requests than a ring holds: the builder waits for room and the ring wraps. */
static void ring_wraps(struct i915_st *st)
{
	struct i915_request *rq, *last = NULL;
	unsigned int made = 0;
	struct mock_client client;
	u32 emit = 0;

	if (!mock_client_open(st, &client))
		return;

	while (client.lrc->ring.emit >= emit) {
		emit = client.lrc->ring.emit;
		rq = mock_request(st, &client, NULL, NULL);
		if (!rq)
			break;
		if (last)
			i915_request_put(last);
		last = rq;
		/* no request is smaller than a cache line */
		if (!st_true(st, "the ring wraps", ++made <= 2 * client.lrc->ring.size / 64))
			break;
	}
	if (last)
		mock_request_finish(st, last);
	st_alive_eq(st, "all retired", I915_AUDIT_REQUEST, 0);

	mock_client_close(&client);
}

/* A wedged GPU takes no work, and says so. */
static void refused_when_wedged(struct i915_st *st)
{
	struct mock_client client;
	struct i915_request *rq;

	if (!mock_client_open(st, &client))
		return;

	i915_gt_set_wedged(&st->i915->gt);
	st_true(st, "the GPU is wedged", i915_gt_is_wedged(&st->i915->gt));
	rq = i915_request_create(client.lrc, 0);
	st_eq(st, "making a request on it", PTR_ERR_OR_ZERO(rq), -EIO);
	if (!IS_ERR(rq))
		i915_request_abandon(rq);

	mock_client_close(&client);
}

/* An object is idle when no request in any address space uses it: busy and wait rely on it. */
static void idle_when_unused(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct mock_client client, other;
	struct dma_fence *fence;
	struct i915_request *rq;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;
	if (!mock_client_open(st, &other))
		goto out_client;

	st_true(st, "a fresh object is idle", i915_gem_object_is_idle(obj));
	fence = mock_fence_create();
	rq = mock_request(st, &client, obj, fence);
	st_ok(st, "binding in another VM", mock_bind(obj, other.vm, NULL, NULL));
	st_true(st, "a request in flight keeps it busy", !i915_gem_object_is_idle(obj));
	/* Closed while it is in use: the mark goes by way of the worker. */
	i915_vma_close(obj, client.vm);
	st_true(st, "so it does when the handle is closed", !i915_gem_object_is_idle(obj));
	mock_fence_signal(fence);
	if (rq)
		mock_request_finish(st, rq);
	mock_flush(st->i915);
	st_true(st, "it is idle when the request has retired", i915_gem_object_is_idle(obj));
	st_eq(st, "marks left", atomic_read(&obj->in_use), 0);

	mock_client_close(&other);
out_client:
	mock_client_close(&client);
out_obj:
	i915_gem_object_put(obj);
}

static const struct i915_subtest requests_subtests[] = {
	I915_SUBTEST(completes),
	I915_SUBTEST(waits_for_a_fence),
	I915_SUBTEST(in_order),
	I915_SUBTEST(waits_for_another_timeline),
	I915_SUBTEST(inherits_priority),
	I915_SUBTEST(abandons),
	I915_SUBTEST(keeps_what_it_uses),
	I915_SUBTEST(idle_when_unused),
	I915_SUBTEST(ring_wraps),
	I915_SUBTEST(refused_when_wedged),
};

const struct i915_suite i915_mock_requests_suite = {
	.name = "requests",
	.tests = requests_subtests,
	.count = ARRAY_SIZE(requests_subtests),
};

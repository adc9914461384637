// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_lrc_layout.h"
#include "gt/i915_request.h"
#include "gt/i915_request_end.h"
#include "gt/i915_request_fence.h"
#include "gt/i915_ring_room.h"
#include "mem/i915_gem_object.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_order.h"
#include "selftests/mock_util.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_end.h"

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

/* Requests of a timeline signal in the order they were made, each for itself. */
static void in_order(struct i915_st *st)
{
	struct i915_request *rq[REQUESTS_IN_ORDER] = {};
	struct mock_client client;
	struct mock_order *order;
	unsigned int made;

	order = kmalloc(sizeof(*order), GFP_KERNEL);
	if (!st_ptr(st, "memory", order))
		return;
	mock_order_init(order, st);
	if (!mock_client_open(st, &client))
		goto out_free;

	for (made = 0; made < REQUESTS_IN_ORDER; made++) {
		rq[made] = mock_order_submit(order, client.lrc, 'a' + made, 0, NULL);
		if (!rq[made])
			break;
		if (made)
			st_eq(st, "seqnos from one request to the next",
			      rq[made]->fence.seqno - rq[made - 1]->fence.seqno, 1);
	}
	if (made)
		mock_request_finish(st, i915_request_get(rq[made - 1]));
	mock_order_eq(order, "all are complete", "abcdefghijklmnop");

	mock_order_fini(order);
	mock_client_close(&client);
out_free:
	kfree(order);
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
		/* The fence of what was given up may live on: its seqno is not used again. */
		st_eq(st, "latest seqno", client.lrc->seqno, seqno + 1);

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

/* Tools name a fence by its process; after its end they may still ask. */
static void names(struct i915_st *st)
{
	char expected[I915_TIMELINE_NAME];
	struct mock_client client;
	struct dma_fence *fence;
	struct i915_request *rq;

	if (!mock_client_open(st, &client))
		return;

	fence = mock_fence_create();
	rq = mock_request(st, &client, NULL, fence);
	snprintf(expected, sizeof(expected), "%s[%d]", current->group_leader->comm,
		 task_tgid_nr(current));
	if (rq) {
		st_true(st, "a fence has the name of its process",
			!strcmp(rq->fence.ops->get_timeline_name(&rq->fence), expected));
		i915_request_get(rq);
	}
	mock_fence_signal(fence);
	if (rq) {
		mock_request_finish(st, rq);
		mock_client_close_context(&client);
		mock_flush(st->i915);
		st_true(st, "it keeps that name",
			!strcmp(rq->fence.ops->get_timeline_name(&rq->fence), expected));
		i915_request_put(rq);
	}

	mock_client_close(&client);
}

/* Every context begins with the engine's default image, on its own ring and page table. */
static void begins_with_default_image(struct i915_st *st)
{
	struct i915_engine *engine = to_gt(st->i915)->engine[I915_RCS0];
	const unsigned int dword = 0x100;
	u32 *image = engine->default_image;
	struct mock_client client;

	if (!st_true(st, "the default image is recorded", engine->default_valid))
		return;

	image[dword] = 0x12345678;
	if (!mock_client_open(st, &client))
		return;
	st_eq(st, "engine state of a new context", client.lrc->regs[dword], 0x12345678);
	st_eq(st, "end of its ring", client.lrc->regs[LRC_RING_TAIL], 0);
	st_eq(st, "restore inhibited", client.lrc->regs[LRC_CONTEXT_CONTROL] &
	      CONTEXT_CONTROL_NO_RESTORE, 0);
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
	I915_SUBTEST(abandons),
	I915_SUBTEST(keeps_what_it_uses),
	I915_SUBTEST(idle_when_unused),
	I915_SUBTEST(ring_wraps),
	I915_SUBTEST(names),
	I915_SUBTEST(begins_with_default_image),
};

const struct i915_suite i915_mock_requests_suite = {
	.name = "requests",
	.tests = requests_subtests,
	.count = ARRAY_SIZE(requests_subtests),
};

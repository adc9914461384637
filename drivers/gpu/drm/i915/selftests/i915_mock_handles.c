// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/dma-resv.h>
#include <linux/workqueue.h>

#include <drm/drm_gem.h>

#include "base/i915_drv.h"
#include "gem/i915_gem_context.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_gt_types.h"
#include "gt/i915_mock_engine.h"
#include "mem/i915_gem_object.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_util.h"
#include "vm/i915_shrinker.h"
#include "vm/i915_vm_layer.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_bind.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: mock handles
 *
 * A file closes its handle of an object that others keep, and lives on: what it
 * had bound of it ends, in all of its address spaces and in nobody else's.
 */

/* A handle of the client for an object that the exporter keeps, too */
static u32 open_handle(struct i915_st *st, struct mock_client *client,
		       struct drm_i915_gem_object *obj)
{
	u32 handle = 0;

	st_ok(st, "making a handle",
	      drm_gem_handle_create(mock_file_drm(client->file), &obj->base, &handle));

	return handle;
}

/* The importer lives on and closes its handle: an idle VMA goes at once. */
static void handle_closed_idle(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1), *other = mock_object(st, 1);
	struct i915_vma_placement same = { .exact = true };
	struct mock_client client;
	long tables;
	u32 handle;

	if (!obj || !other || !mock_client_open(st, &client))
		goto out;

	tables = st_alive(st, I915_AUDIT_PT);
	handle = open_handle(st, &client, obj);
	st_ok(st, "binding", mock_bind(obj, client.vm, NULL, &same.offset));
	drm_gem_handle_delete(mock_file_drm(client.file), handle);

	st_alive_eq(st, "handle closed", I915_AUDIT_VMA, 0);
	st_eq(st, "page tables after it", st_alive(st, I915_AUDIT_PT), tables);
	st_ok(st, "using the address again", mock_bind(other, client.vm, &same, NULL));

	mock_client_close(&client);
out:
	if (other)
		i915_gem_object_put(other);
	if (obj)
		i915_gem_object_put(obj);
}

/* Shows a request through its object, as an execbuf does */
static bool publish(struct i915_st *st, struct drm_i915_gem_object *obj, struct i915_request *rq)
{
	int ret;

	dma_resv_lock(obj->base.resv, NULL);
	ret = dma_resv_reserve_fences(obj->base.resv, 1);
	if (!ret)
		dma_resv_add_fence(obj->base.resv, &rq->fence, DMA_RESV_USAGE_READ);
	dma_resv_unlock(obj->base.resv);

	return st_ok(st, "publishing the fence", ret);
}

/*
 * Complete, and seen to be, before any interrupt: what is closed then has let go of its address
 * when the call returns.
 */
static void handle_closed_when_seen_idle(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1), *other = mock_object(st, 1);
	struct i915_engine *engine = to_gt(st->i915)->engine[I915_RCS0];
	struct i915_vma_placement same = { .exact = true };
	struct mock_client client;
	struct i915_request *rq;
	u32 handle;

	if (!obj || !other || !mock_client_open(st, &client))
		goto out;

	handle = open_handle(st, &client, obj);
	st_ok(st, "binding", mock_bind(obj, client.vm, NULL, &same.offset));
	i915_mock_engine_hold(engine);
	rq = mock_request(st, &client, obj, NULL);
	if (rq && publish(st, obj, rq)) {
		i915_mock_engine_acknowledge(engine);
		WRITE_ONCE(*client.lrc->hwsp_seqno, rq->fence.seqno);
		st_true(st, "it is seen to be complete", dma_fence_is_signaled(&rq->fence));
		st_alive_eq(st, "and has not retired", I915_AUDIT_VMA_BOUND, 1);

		drm_gem_handle_delete(mock_file_drm(client.file), handle);
		st_alive_eq(st, "handle closed", I915_AUDIT_VMA, 0);
		st_ok(st, "using the address again", mock_bind(other, client.vm, &same, NULL));
		i915_mock_engine_complete(engine);
	}
	i915_mock_engine_let_run(engine);
	if (rq)
		mock_request_finish(st, rq);

	mock_client_close(&client);
out:
	if (other)
		i915_gem_object_put(other);
	if (obj)
		i915_gem_object_put(obj);
}

/* Closed while a request uses it: the VMA goes when that retires, and not before. */
static void handle_closed_active(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct mock_client client;
	struct i915_request *rq;
	struct dma_fence *fence;
	u32 handle;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	handle = open_handle(st, &client, obj);
	fence = mock_fence_create();
	rq = mock_request(st, &client, obj, fence);
	drm_gem_handle_delete(mock_file_drm(client.file), handle);
	mock_flush(st->i915);
	if (rq)
		st_alive_eq(st, "closed, in flight", I915_AUDIT_VMA_BOUND, 1);
	mock_fence_signal(fence);
	if (rq) {
		mock_request_finish(st, rq);
		mock_flush(st->i915);
		st_alive_eq(st, "closed, retired", I915_AUDIT_VMA, 0);
		st_alive_eq(st, "the exporter's", I915_AUDIT_OBJECT, 1);
		st_eq(st, "pages of it that can be swapped out",
		      i915_vm_shrink(st->i915, ULONG_MAX, 0), 1);
	}

	mock_client_close(&client);
out_obj:
	i915_gem_object_put(obj);
}

/* Closed while active, and used again through another handle before it retires: it stays. */
static void handle_closed_and_used_again(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct i915_request *rq, *again;
	struct mock_client client;
	struct dma_fence *fence;
	u32 handle;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	handle = open_handle(st, &client, obj);
	fence = mock_fence_create();
	rq = mock_request(st, &client, obj, fence);
	drm_gem_handle_delete(mock_file_drm(client.file), handle);
	again = mock_request(st, &client, obj, NULL);
	mock_fence_signal(fence);
	if (again)
		mock_request_finish(st, again);
	if (rq)
		mock_request_finish(st, rq);
	mock_flush(st->i915);
	st_alive_eq(st, "used again", I915_AUDIT_VMA_BOUND, 1);

	mock_client_close(&client);
out_obj:
	i915_gem_object_put(obj);
}

/*
 * Closed while active and used again, but its address space loses its last user before the worker
 * gets to it: it goes with that.
 */
static void handle_closed_used_again_and_left(struct i915_st *st)
{
	struct work_struct *worker = &to_vm_device(st->i915)->closed_work;
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct mock_client client;
	struct i915_vma *vma;
	u32 handle;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	handle = open_handle(st, &client, obj);
	disable_work_sync(worker);
	vma = mock_bind_active(st, obj, client.vm, NULL);
	drm_gem_handle_delete(mock_file_drm(client.file), handle);
	if (vma)
		i915_vma_put_active(vma);
	st_ok(st, "using it again", mock_bind(obj, client.vm, NULL, NULL));
	mock_client_close_context(&client);
	st_alive_eq(st, "left to the worker", I915_AUDIT_VMA_BOUND, 1);

	enable_and_queue_work(st->i915->wq, worker);
	mock_flush(st->i915);
	st_alive_eq(st, "after the worker", I915_AUDIT_VMA, 0);
	st_alive_eq(st, "after the worker", I915_AUDIT_VM, 0);

	mock_client_close(&client);
out_obj:
	i915_gem_object_put(obj);
}

/* A context of the client's file with a VM of its own; the object is bound in it. */
static struct i915_gem_context *bind_in_new_context(struct i915_st *st, struct mock_client *client,
						    struct drm_i915_gem_object *obj)
{
	struct i915_gem_context *ctx;

	ctx = i915_gem_context_create(st->i915, mock_file_priv(client->file));
	if (!st_ptr(st, "making a context", ctx))
		return NULL;

	if (st_ptr(st, "making an image", i915_gem_context_lrc(ctx, I915_RCS0)))
		st_ok(st, "binding", mock_bind(obj, ctx->base.vm, NULL, NULL));

	return ctx;
}

static bool has_vma(struct drm_i915_gem_object *obj, struct i915_address_space *vm)
{
	struct rb_node *rb;
	bool found = false;

	spin_lock(&obj->vma_lock);
	for (rb = rb_first(&obj->vmas); rb && !found; rb = rb_next(rb))
		found = rb_entry(rb, struct i915_vma, obj_node)->vm == vm;
	spin_unlock(&obj->vma_lock);

	return found;
}

#define OWN_CONTEXTS	5

/* Many address spaces of one file between those of two others: only the one's VMAs go. */
static void handle_closed_in_every_vm(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct i915_gem_context *ctx[OWN_CONTEXTS] = { };
	struct mock_client before, own, after;
	unsigned int n;
	u32 handle;

	if (!obj)
		return;
	if (!mock_client_open(st, &before))
		goto out_obj;
	if (!mock_client_open(st, &own))
		goto out_before;
	if (!mock_client_open(st, &after))
		goto out_own;

	handle = open_handle(st, &own, obj);
	st_ok(st, "binding", mock_bind(obj, after.vm, NULL, NULL));
	for (n = 0; n < OWN_CONTEXTS; n++)
		ctx[n] = bind_in_new_context(st, &own, obj);
	st_ok(st, "binding", mock_bind(obj, before.vm, NULL, NULL));
	st_alive_eq(st, "all bound", I915_AUDIT_VMA_BOUND, 2 + OWN_CONTEXTS);

	drm_gem_handle_delete(mock_file_drm(own.file), handle);
	st_alive_eq(st, "handle closed", I915_AUDIT_VMA, 2);
	st_true(st, "the first file's VMA is there", has_vma(obj, before.vm));
	st_true(st, "the last file's VMA is there", has_vma(obj, after.vm));

	for (n = 0; n < OWN_CONTEXTS; n++) {
		if (ctx[n])
			i915_gem_context_close(ctx[n]);
	}
	mock_client_close(&after);
out_own:
	mock_client_close(&own);
out_before:
	mock_client_close(&before);
out_obj:
	i915_gem_object_put(obj);
}

/* Marked and not bound, as by an execbuf that is still looking for a place: it stays. */
static void marked_is_not_ended(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct mock_client client;
	struct i915_vma *vma;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	vma = i915_vma_get_active(obj, client.vm);
	if (!IS_ERR(vma)) {
		st_eq(st, "VMAs that could not be ended", i915_vm_clean(client.vm), 1);
		st_true(st, "the VMA is there", has_vma(obj, client.vm));
		i915_vma_put_active(vma);
		st_eq(st, "VMAs that could not be ended", i915_vm_clean(client.vm), 0);
	}
	st_alive_eq(st, "ended", I915_AUDIT_VMA, 0);

	mock_client_close(&client);
out_obj:
	i915_gem_object_put(obj);
}

static const struct i915_subtest handles_subtests[] = {
	I915_SUBTEST(handle_closed_idle),
	I915_SUBTEST(handle_closed_when_seen_idle),
	I915_SUBTEST(handle_closed_active),
	I915_SUBTEST(handle_closed_and_used_again),
	I915_SUBTEST(handle_closed_used_again_and_left),
	I915_SUBTEST(handle_closed_in_every_vm),
	I915_SUBTEST(marked_is_not_ended),
};

const struct i915_suite i915_mock_handles_suite = {
	.name = "handles",
	.tests = handles_subtests,
	.count = ARRAY_SIZE(handles_subtests),
};

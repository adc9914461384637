// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/workqueue.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "gem/i915_gem_context.h"
#include "gem/i915_gem_context_ioctl.h"
#include "gem/i915_gem_vm.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_mock_engine.h"
#include "gt/i915_request.h"
#include "gt/i915_request_add.h"
#include "gt/i915_request_end.h"
#include "gt/i915_reset.h"
#include "gt/i915_ring_room.h"
#include "gt/i915_verdict.h"
#include "mem/i915_gem_object.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_util.h"
#include "vm/i915_vm.h"
#include "vm/i915_vm_types.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: mock contexts
 *
 * Contexts and VM handles as user space holds them: when their parts are made,
 * who shares what, and that each way to end them leaves nothing behind.
 */

static void default_context(struct i915_st *st)
{
	struct i915_gem_context *first, *again;
	struct file *file;

	file = mock_file_open(st->i915);
	if (!st_ptr(st, "opening a file", file))
		return;

	st_alive_eq(st, "file opened", I915_AUDIT_CONTEXT, 0);
	first = i915_gem_context_lookup(mock_file_priv(file), 0);
	if (st_ptr(st, "the default context", first)) {
		again = i915_gem_context_lookup(mock_file_priv(file), 0);
		st_true(st, "there is one default context", first == again);
		st_alive_eq(st, "named once", I915_AUDIT_CONTEXT, 1);
		st_alive_eq(st, "named once", I915_AUDIT_VM, 0);
		st_ptr(st, "an image", i915_gem_context_lrc(first, I915_RCS0));
		st_alive_eq(st, "used once", I915_AUDIT_VM, 1);
		if (!IS_ERR(again))
			i915_gt_context_put(&again->base);
		i915_gt_context_put(&first->base);
	}
	st_true(st, "an unknown handle finds nothing",
		i915_gem_context_lookup(mock_file_priv(file), 7) == ERR_PTR(-ENOENT));

	mock_file_close(file);
	mock_flush(st->i915);
	st_alive_eq(st, "file closed", I915_AUDIT_CONTEXT, 0);
	st_alive_eq(st, "file closed", I915_AUDIT_VM, 0);
}

/* Image and ring of an engine are made at first use, once. */
static void images_at_first_use(struct i915_st *st)
{
	struct i915_gem_context *ctx;
	struct i915_lrc *lrc;
	struct file *file;
	long kernel;

	file = mock_file_open(st->i915);
	if (!st_ptr(st, "opening a file", file))
		return;

	kernel = st_alive(st, I915_AUDIT_LRC);
	ctx = i915_gem_context_lookup(mock_file_priv(file), 0);
	if (st_ptr(st, "the default context", ctx)) {
		st_eq(st, "images before use", st_alive(st, I915_AUDIT_LRC), kernel);
		lrc = i915_gem_context_lrc(ctx, I915_RCS0);
		if (st_ptr(st, "an image", lrc))
			st_true(st, "it is of that engine",
				lrc->engine == to_gt(st->i915)->engine[I915_RCS0]);
		st_true(st, "there is one per engine", i915_gem_context_lrc(ctx, I915_RCS0) == lrc);
		st_eq(st, "images after use", st_alive(st, I915_AUDIT_LRC), kernel + 1);
		st_eq(st, "an index beyond the map",
		      PTR_ERR_OR_ZERO(i915_gem_context_lrc(ctx, 63)), -EINVAL);
		i915_gt_context_put(&ctx->base);
	}

	mock_file_close(file);
	mock_flush(st->i915);
	st_eq(st, "images after the end", st_alive(st, I915_AUDIT_LRC), kernel);
}

#define MANY_CONTEXTS	64

/* Made and destroyed one by one, and left to the end of the file */
static void many(struct i915_st *st)
{
	struct drm_i915_gem_context_create_ext create = {};
	struct drm_i915_gem_context_destroy destroy = {};
	struct drm_device *drm = &st->i915->drm;
	struct file *file;
	unsigned int n;

	file = mock_file_open(st->i915);
	if (!st_ptr(st, "opening a file", file))
		return;

	for (n = 0; n < MANY_CONTEXTS; n++) {
		if (!st_ok(st, "making a context",
			   i915_gem_context_create_ioctl(drm, &create, mock_file_drm(file))))
			break;
		destroy.ctx_id = create.ctx_id;
		if (n % 2 == 0)
			continue;
		st_ok(st, "destroying a context",
		      i915_gem_context_destroy_ioctl(drm, &destroy, mock_file_drm(file)));
		/* one that is idle is gone on return */
		st_alive_eq(st, "destroyed", I915_AUDIT_CONTEXT, n / 2 + 1);
	}
	st_alive_eq(st, "every other destroyed", I915_AUDIT_CONTEXT, MANY_CONTEXTS / 2);
	st_eq(st, "destroying one again",
	      i915_gem_context_destroy_ioctl(drm, &destroy, mock_file_drm(file)), -ENOENT);

	mock_file_close(file);
	mock_flush(st->i915);
	st_alive_eq(st, "file closed", I915_AUDIT_CONTEXT, 0);
	st_alive_eq(st, "file closed", I915_AUDIT_VM, 0);
}

/* Destroyed while its batch runs: the end comes when that retires, and not before. */
static void destroyed_in_flight(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct mock_client client;
	struct dma_fence *fence;
	struct i915_request *rq;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	fence = mock_fence_create();
	rq = mock_request(st, &client, obj, fence);
	mock_client_close_context(&client);
	mock_flush(st->i915);
	if (rq) {
		st_alive_eq(st, "destroyed, in flight", I915_AUDIT_CONTEXT, 1);
		st_alive_eq(st, "destroyed, in flight", I915_AUDIT_VMA_BOUND, 1);
	}
	mock_fence_signal(fence);
	if (rq) {
		mock_request_finish(st, rq);
		mock_flush(st->i915);
		st_alive_eq(st, "destroyed, retired", I915_AUDIT_CONTEXT, 0);
		st_alive_eq(st, "destroyed, retired", I915_AUDIT_VMA, 0);
		st_alive_eq(st, "destroyed, retired", I915_AUDIT_VM, 0);
	}

	mock_client_close(&client);
out_obj:
	i915_gem_object_put(obj);
}

/* Work of a context that is not persistent does not outlive its handle. */
static void cancelled_if_not_persistent(struct i915_st *st)
{
	struct mock_client client;
	struct dma_fence *fence;
	struct i915_request *rq;

	if (!mock_client_open(st, &client))
		return;

	fence = mock_fence_create();
	clear_bit(I915_CTX_PERSISTENT, &client.ctx->base.flags);
	rq = mock_request(st, &client, NULL, fence);
	mock_client_close_context(&client);
	if (rq)
		st_eq(st, "error of the request, still blocked", rq->fence.error, -EIO);
	mock_fence_signal(fence);
	if (rq) {
		dma_fence_get(&rq->fence);
		mock_request_finish(st, rq);
		st_eq(st, "status of the cancelled request", dma_fence_get_status(&rq->fence),
		      -EIO);
		i915_request_put(rq);
	}
	mock_flush(st->i915);
	st_alive_eq(st, "cancelled", I915_AUDIT_CONTEXT, 0);

	mock_client_close(&client);
}

/* What stands in a port behind the batch that runs does nothing any more, at once. */
static void cancelled_in_port(struct i915_st *st)
{
	struct i915_engine *engine = to_gt(st->i915)->engine[I915_RCS0];
	struct i915_request *first, *second;
	struct mock_client client;

	if (!mock_client_open(st, &client))
		return;

	i915_mock_engine_hold(engine);
	clear_bit(I915_CTX_PERSISTENT, &client.ctx->base.flags);
	first = mock_request(st, &client, NULL, NULL);
	second = mock_request(st, &client, NULL, NULL);
	i915_mock_engine_acknowledge(engine);
	i915_mock_engine_acknowledge(engine);
	mock_client_close_context(&client);
	if (second)
		st_true(st, "the batch behind is out of the ring",
			test_bit(I915_RQ_SKIPPED, &second->state));
	i915_mock_engine_let_run(engine);
	if (first)
		mock_request_finish(st, first);
	if (second)
		mock_request_finish(st, second);

	mock_client_close(&client);
}

/* How long a batch may run begins when it is seen to run, not when the one before it began. */
static void time_begins_with_the_batch(struct i915_st *st)
{
	struct i915_engine *engine = to_gt(st->i915)->engine[I915_RCS0];
	unsigned long before = jiffies;
	struct mock_client client;
	struct i915_request *rq;

	if (!mock_client_open(st, &client))
		return;

	i915_mock_engine_hold(engine);
	rq = mock_request(st, &client, NULL, NULL);
	if (rq) {
		i915_mock_engine_acknowledge(engine);
		mod_delayed_work(engine->gt->wq, &engine->heartbeat, 0);
		flush_delayed_work(&engine->heartbeat);
		st_eq(st, "what is watched", client.lrc->watch_seqno, (u32)rq->fence.seqno);
		st_true(st, "since it was seen", time_after_eq(client.lrc->watch_since, before));
	}
	i915_mock_engine_let_run(engine);
	if (rq)
		mock_request_finish(st, rq);

	mock_client_close(&client);
}

/* A VM handle is a user of its VM as a context is: the last of them cleans it. */
static void vm_handle(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct drm_i915_gem_vm_control destroy = {};
	struct i915_address_space *found;
	struct mock_client client;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	st_ok(st, "making a handle of the context's VM",
	      i915_gem_vm_add_handle(mock_file_priv(client.file), i915_vm_get_user(client.vm),
				     &destroy.vm_id));
	st_ok(st, "binding", mock_bind(obj, client.vm, NULL, NULL));
	mock_client_close_context(&client);
	mock_flush(st->i915);
	st_alive_eq(st, "context gone, handle left", I915_AUDIT_VMA_BOUND, 1);

	/* as for one more context */
	found = i915_gem_vm_lookup_user(mock_file_priv(client.file), destroy.vm_id);
	st_true(st, "the handle leads to the VM", found == client.vm);
	st_ok(st, "destroying the VM",
	      i915_gem_vm_destroy_ioctl(&st->i915->drm, &destroy, mock_file_drm(client.file)));
	mock_flush(st->i915);
	st_alive_eq(st, "handle gone, a user left", I915_AUDIT_VMA_BOUND, 1);
	if (found)
		i915_vm_put_user(found);
	mock_flush(st->i915);
	st_alive_eq(st, "handle gone", I915_AUDIT_VMA, 0);
	st_alive_eq(st, "handle gone", I915_AUDIT_VM, 0);
	st_eq(st, "destroying it again",
	      i915_gem_vm_destroy_ioctl(&st->i915->drm, &destroy, mock_file_drm(client.file)),
	      -ENOENT);

	mock_client_close(&client);
out_obj:
	i915_gem_object_put(obj);
}

/* Nobody has to destroy what a file made: a VM that only its handle keeps ends with the file. */
static void vm_handle_left(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct mock_client client;
	u32 handle;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	st_ok(st, "making a handle of the context's VM",
	      i915_gem_vm_add_handle(mock_file_priv(client.file), i915_vm_get_user(client.vm),
				     &handle));
	st_ok(st, "binding", mock_bind(obj, client.vm, NULL, NULL));
	mock_client_close(&client);
	st_alive_eq(st, "file closed", I915_AUDIT_VMA, 0);
	st_alive_eq(st, "file closed", I915_AUDIT_VM, 0);
out_obj:
	i915_gem_object_put(obj);
}

/* Looked up by one thread, destroyed by another, and then the first makes the VM. */
static void vm_of_a_closed_context(struct i915_st *st)
{
	struct i915_gem_context *ctx = NULL;
	struct i915_address_space *vm;
	struct mock_client client;
	u64 owner;

	if (!mock_client_open(st, &client))
		return;

	owner = mock_file_priv(client.file)->id;
	mock_client_close_context(&client);
	client.ctx = mock_context_create(st, client.file);
	if (client.ctx) {
		ctx = client.ctx;
		i915_gt_context_get(&ctx->base);
		mock_client_close_context(&client);
		mutex_lock(&ctx->lock);
		vm = i915_gem_context_vm(ctx);
		mutex_unlock(&ctx->lock);
		if (st_ptr(st, "making its VM", vm))
			st_eq(st, "owner of the VM", vm->owner, owner);
		i915_gt_context_put(&ctx->base);
	}

	mock_client_close(&client);
	st_alive_eq(st, "file closed", I915_AUDIT_VM, 0);
}

static void is_refused(struct i915_st *st, struct mock_client *client, const char *what, int err)
{
	struct i915_request *rq = i915_request_create(client->lrc, 0);

	st_eq(st, what, PTR_ERR_OR_ZERO(rq), err);
	if (!IS_ERR(rq))
		i915_request_abandon(rq);
}

static void no_work_after_close(struct i915_st *st)
{
	struct mock_client client;
	struct i915_gem_context *ctx;

	if (!mock_client_open(st, &client))
		return;

	ctx = client.ctx;
	i915_gt_context_get(&ctx->base);
	set_bit(I915_CTX_BANNED, &ctx->base.flags);
	is_refused(st, &client, "a request of a banned context", -EIO);
	clear_bit(I915_CTX_BANNED, &ctx->base.flags);
	mock_client_close_context(&client);
	st_true(st, "the context is closed", test_bit(I915_CTX_CLOSED, &ctx->base.flags));
	is_refused(st, &client, "a request of a closed context", -ENOENT);
	set_bit(I915_CTX_BANNED, &ctx->base.flags);
	is_refused(st, &client, "a request of one that is both", -EIO);
	i915_gt_context_put(&ctx->base);

	mock_client_close(&client);
}

/* A ban waits for nobody: a request that is built meanwhile is added, and does nothing. */
static void banned_while_built(struct i915_st *st)
{
	struct mock_client client;
	struct i915_request *rq;

	if (!mock_client_open(st, &client))
		return;

	rq = i915_request_create(client.lrc, 0);
	if (st_ptr(st, "making a request", rq)) {
		i915_request_emit_batch(rq, 0, 0);
		set_bit(I915_CTX_BANNED, &client.ctx->base.flags);
		st_ok(st, "adding it", i915_request_add(rq));
		st_true(st, "its batch is out of the ring",
			test_bit(I915_RQ_SKIPPED, &rq->state));
		st_eq(st, "error of the request", rq->fence.error, -EIO);
		mock_request_finish(st, rq);
	}

	mock_client_close(&client);
}

static int judged_pending(struct i915_request *rq, u32 head)
{
	/* another engine is what it is about */
	const struct i915_reset reset = {
		.cause = I915_RESET_HANG,
		.engines = BIT(I915_BCS0),
		.why = "mock",
	};
	struct i915_gt *gt = rq->engine->gt;

	mutex_lock(&gt->reset_mutex);
	spin_lock_irq(&rq->engine->lock);
	i915_judge(&reset, rq, head);
	spin_unlock_irq(&rq->engine->lock);
	mutex_unlock(&gt->reset_mutex);

	return atomic_read(&rq->ctx->pending_count);
}

/* Whose batch had begun when others were reset has it run again, and is told so; nobody else. */
static void counted_if_begun(struct i915_st *st)
{
	struct mock_client client;
	struct i915_request *rq;
	struct dma_fence *fence;

	if (!mock_client_open(st, &client))
		return;

	fence = mock_fence_create();
	rq = mock_request(st, &client, NULL, fence);
	if (rq) {
		st_eq(st, "batches that had begun, at its start", judged_pending(rq, rq->head), 0);
		st_eq(st, "in its batch", judged_pending(rq, rq->batch + 4), 1);
		st_eq(st, "at its end", judged_pending(rq, rq->tail), 1);
		st_eq(st, "batches lost", atomic_read(&rq->ctx->lost_count), 0);
	}
	mock_fence_signal(fence);
	if (rq)
		mock_request_finish(st, rq);

	mock_client_close(&client);
}

static const struct i915_subtest contexts_subtests[] = {
	I915_SUBTEST(default_context),
	I915_SUBTEST(images_at_first_use),
	I915_SUBTEST(many),
	I915_SUBTEST(destroyed_in_flight),
	I915_SUBTEST(cancelled_if_not_persistent),
	I915_SUBTEST(cancelled_in_port),
	I915_SUBTEST(time_begins_with_the_batch),
	I915_SUBTEST(vm_handle),
	I915_SUBTEST(vm_handle_left),
	I915_SUBTEST(vm_of_a_closed_context),
	I915_SUBTEST(no_work_after_close),
	I915_SUBTEST(banned_while_built),
	I915_SUBTEST(counted_if_begun),
};

const struct i915_suite i915_mock_contexts_suite = {
	.name = "contexts",
	.tests = contexts_subtests,
	.count = ARRAY_SIZE(contexts_subtests),
};

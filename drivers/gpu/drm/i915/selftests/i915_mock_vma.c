// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <drm/drm_gem.h>

#include "base/i915_drv.h"
#include "gem/i915_gem_context.h"
#include "gt/i915_request_fence.h"
#include "mem/i915_gem_object.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_util.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_bind.h"
#include "vm/i915_vma_unbind.h"

/**
 * DOC: mock vma
 *
 * The life of a VMA, and above all its end. Each way an importer can go away
 * while the exporter keeps the object has a subtest that counts VMAs, page
 * tables and address spaces afterwards.
 */

static void one_per_object_and_vm(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct i915_vma *first, *again, *elsewhere;
	struct mock_client a, b;

	if (!obj)
		return;
	if (!mock_client_open(st, &a))
		goto out_obj;
	if (!mock_client_open(st, &b))
		goto out_a;

	first = mock_bind_active(st, obj, a.vm, NULL);
	again = mock_bind_active(st, obj, a.vm, NULL);
	elsewhere = mock_bind_active(st, obj, b.vm, NULL);
	st_true(st, "the same VM gives the same VMA", first == again);
	st_true(st, "another VM gives another VMA", first != elsewhere);
	st_alive_eq(st, "bound in two VMs", I915_AUDIT_VMA, 2);
	if (elsewhere)
		i915_vma_put_active(elsewhere);
	if (again)
		i915_vma_put_active(again);
	if (first)
		i915_vma_put_active(first);

	mock_client_close(&b);
out_a:
	mock_client_close(&a);
out_obj:
	i915_gem_object_put(obj);
}

struct placement_case {
	const char *what;
	struct i915_vma_placement where;
	int err;
};

static const struct placement_case placement_cases[] = {
	{ "anywhere", {}, 0 },
	{ "exact", { .offset = SZ_16M, .exact = true }, 0 },
	{ "exact at zero", { .offset = 0, .exact = true }, 0 },
	{ "exact at the end", { .offset = BIT_ULL(48) - SZ_8K, .exact = true }, 0 },
	{ "exact across the end", { .offset = BIT_ULL(48) - SZ_4K, .exact = true }, -EINVAL },
	{ "exact beyond the end", { .offset = BIT_ULL(48), .exact = true }, -EINVAL },
	{ "exact, not on a page", { .offset = SZ_16M + 64, .exact = true }, -EINVAL },
	{ "exact, against its alignment",
	  { .offset = SZ_4K, .align = SZ_64K, .exact = true }, -EINVAL },
	{ "aligned to 64 KiB", { .align = SZ_64K }, 0 },
	{ "aligned to 2 MiB", { .align = SZ_2M }, 0 },
	{ "low", { .low = true }, 0 },
	{ "preferred", { .offset = SZ_1G, .prefer = true }, 0 },
	{ "padded", { .size = SZ_1M }, 0 },
};

static void check_placement(struct i915_st *st, const struct placement_case *c,
			    const struct i915_vma *vma)
{
	const struct i915_vma_placement *where = &c->where;
	u64 offset = i915_vma_offset(vma);

	if (where->exact || where->prefer)
		st_eq(st, c->what, offset, where->offset);
	/* relocations have negative deltas */
	if (c == placement_cases)
		st_true(st, "the kernel stays off the first addresses", offset >= SZ_256K);
	if (where->align)
		st_true(st, c->what, IS_ALIGNED(offset, where->align));
	if (where->low)
		st_true(st, c->what, offset + vma->node.size < SZ_4G);
	if (where->size)
		st_true(st, c->what, vma->node.size >= where->size);
	st_true(st, "what was bound there fits there", i915_vma_fits(vma, where));
}

/* One VMA, asked to move from one place to the next */
static void placement(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 2);
	const struct placement_case *c;
	struct mock_client client;
	struct i915_vma *vma;
	unsigned int n;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	for (n = 0; n < ARRAY_SIZE(placement_cases); n++) {
		c = &placement_cases[n];
		/* what is preferred is no reason to move what is bound */
		if (c->where.prefer)
			mock_unbind(obj);
		st_eq(st, c->what, mock_bind(obj, client.vm, &c->where, NULL), c->err);
		if (c->err)
			continue;

		vma = mock_bind_active(st, obj, client.vm, &c->where);
		if (!vma)
			break;
		check_placement(st, c, vma);
		i915_vma_put_active(vma);
	}
	st_alive_eq(st, "moved around", I915_AUDIT_VMA_BOUND, 1);

	mock_client_close(&client);
out_obj:
	i915_gem_object_put(obj);
}

static void preferred_but_taken(struct i915_st *st)
{
	const struct i915_vma_placement exact = { .offset = SZ_1G, .exact = true };
	const struct i915_vma_placement prefer = { .offset = SZ_1G, .prefer = true };
	struct drm_i915_gem_object *first = mock_object(st, 1), *second = mock_object(st, 1);
	struct mock_client client;
	u64 offset = 0;

	if (!first || !second || !mock_client_open(st, &client))
		goto out;

	st_ok(st, "binding the first", mock_bind(first, client.vm, &exact, NULL));
	st_ok(st, "binding the second", mock_bind(second, client.vm, &prefer, &offset));
	st_true(st, "the second is elsewhere", offset != SZ_1G);
	st_alive_eq(st, "both bound", I915_AUDIT_VMA_BOUND, 2);

	mock_client_close(&client);
out:
	if (second)
		i915_gem_object_put(second);
	if (first)
		i915_gem_object_put(first);
}

/* Something idle fills the first 8 GiB: it makes room for what must be low, and only for that. */
static void low_makes_room(struct i915_st *st)
{
	const struct i915_vma_placement fill = { .size = 8ull * SZ_1G, .exact = true };
	const struct i915_vma_placement low = { .low = true };
	struct drm_i915_gem_object *first = mock_object(st, 1), *second = mock_object(st, 1);
	struct mock_client client;
	u64 offset = 0;

	if (!first || !second || !mock_client_open(st, &client))
		goto out;

	st_ok(st, "filling", mock_bind(first, client.vm, &fill, NULL));
	st_ok(st, "binding anywhere", mock_bind(second, client.vm, NULL, &offset));
	st_true(st, "it is above what is taken", offset >= fill.size);
	st_alive_eq(st, "both bound", I915_AUDIT_VMA_BOUND, 2);
	st_ok(st, "binding low", mock_bind(second, client.vm, &low, &offset));
	st_true(st, "it is below 4 GiB", offset < SZ_4G - SZ_4K);
	st_alive_eq(st, "one made room", I915_AUDIT_VMA_BOUND, 1);

	mock_client_close(&client);
out:
	if (second)
		i915_gem_object_put(second);
	if (first)
		i915_gem_object_put(first);
}

#define SHARED_OBJECTS	100

/* Objects that an exporter keeps, all bound in a client's VM */
static unsigned int bind_shared(struct i915_st *st, struct mock_client *client,
				struct drm_i915_gem_object **objs, unsigned int count)
{
	unsigned int n;

	for (n = 0; n < count; n++) {
		objs[n] = mock_object(st, 1);
		if (!objs[n])
			break;
		if (!st_ok(st, "binding a shared object",
			   mock_bind(objs[n], client->vm, NULL, NULL))) {
			i915_gem_object_put(objs[n]);
			break;
		}
	}

	return n;
}

static void check_nothing_left(struct i915_st *st, const char *when, unsigned int objects)
{
	st_alive_eq(st, when, I915_AUDIT_VMA, 0);
	st_alive_eq(st, when, I915_AUDIT_VMA_BOUND, 0);
	st_alive_eq(st, when, I915_AUDIT_PT, 0);
	st_alive_eq(st, when, I915_AUDIT_VM, 0);
	st_alive_eq(st, when, I915_AUDIT_CONTEXT, 0);
	st_alive_eq(st, when, I915_AUDIT_OBJECT, objects);
}

/* The importer destroys its context, or just goes; the exporter keeps the objects. */
static void importer_goes(struct i915_st *st, bool destroys_context)
{
	static const unsigned int counts[] = { 1, 10, SHARED_OBJECTS };
	struct drm_i915_gem_object **objs;
	struct mock_client client;
	unsigned int n, made;

	objs = kcalloc(SHARED_OBJECTS, sizeof(*objs), GFP_KERNEL);
	if (!st_ptr(st, "memory", objs))
		return;

	for (n = 0; n < ARRAY_SIZE(counts); n++) {
		if (!mock_client_open(st, &client))
			break;

		made = bind_shared(st, &client, objs, counts[n]);
		st_alive_eq(st, "importer there", I915_AUDIT_VMA_BOUND, counts[n]);
		if (destroys_context) {
			mock_client_close_context(&client);
			mock_flush(st->i915);
			check_nothing_left(st, "context destroyed", counts[n]);
		}
		mock_client_close(&client);
		check_nothing_left(st, "importer gone", counts[n]);

		while (made--)
			i915_gem_object_put(objs[made]);
		mock_flush(st->i915);
	}
	kfree(objs);
}

static void context_destroyed(struct i915_st *st)
{
	importer_goes(st, true);
}

static void file_closed(struct i915_st *st)
{
	importer_goes(st, false);
}

/* A context of its own file on top of the VM of another */
static struct i915_gem_context *context_on_vm(struct i915_st *st, struct mock_client *client)
{
	struct i915_gem_context *ctx;

	ctx = i915_gem_context_create(st->i915, mock_file_priv(client->file));
	if (!st_ptr(st, "making a context", ctx))
		return NULL;

	ctx->base.vm = i915_vm_get_user(client->vm);

	return ctx;
}

/* A VM that two contexts use is cleaned with the second, not with the first. */
static void shared_vm(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct i915_gem_context *second;
	struct mock_client client;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	second = context_on_vm(st, &client);
	if (second) {
		st_ok(st, "binding", mock_bind(obj, client.vm, NULL, NULL));
		mock_client_close_context(&client);
		mock_flush(st->i915);
		st_alive_eq(st, "first context gone", I915_AUDIT_VMA_BOUND, 1);
		st_alive_eq(st, "first context gone", I915_AUDIT_VM, 1);
		i915_gem_context_close(second);
		mock_flush(st->i915);
		check_nothing_left(st, "second context gone", 1);
	}

	mock_client_close(&client);
out_obj:
	i915_gem_object_put(obj);
}

/* The unbind that does not wait refuses an active VMA and leaves it as it was. */
static void no_wait_refuses_active(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct mock_client client;
	struct i915_vma *vma;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	vma = mock_bind_active(st, obj, client.vm, NULL);
	if (vma) {
		mutex_lock(&client.vm->lock);
		st_eq(st, "unbinding an active VMA", __i915_vma_unbind_no_wait(vma), -EBUSY);
		st_true(st, "it is still bound", vma->bound);
		i915_vma_put_active(vma);
		st_eq(st, "unbinding it when idle", __i915_vma_unbind_no_wait(vma), 0);
		st_true(st, "it is not bound", !vma->bound);
		mutex_unlock(&client.vm->lock);
		st_alive_eq(st, "unbound", I915_AUDIT_VMA_BOUND, 0);
	}

	mock_client_close(&client);
out_obj:
	i915_gem_object_put(obj);
}

struct signal_later {
	struct delayed_work work;
	struct dma_fence *fence;
};

static void signal_later(struct work_struct *work)
{
	mock_fence_signal(container_of(work, struct signal_later, work.work)->fence);
}

static void check_unbind_waits(struct i915_st *st, struct i915_request *rq, struct i915_vma *vma)
{
	st_true(st, "the request is in flight before", !dma_fence_is_signaled(&rq->fence));
	st_ok(st, "the unbind that waits", i915_vma_unbind(vma));
	st_true(st, "the request is done after", i915_request_completed(rq));
	st_alive_eq(st, "unbound", I915_AUDIT_VMA_BOUND, 0);
}

static void unbind_waits(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct signal_later later;
	struct mock_client client;
	struct i915_request *rq;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	INIT_DELAYED_WORK_ONSTACK(&later.work, signal_later);
	later.fence = mock_fence_create();
	rq = mock_request(st, &client, obj, later.fence);
	queue_delayed_work(system_unbound_wq, &later.work, msecs_to_jiffies(20));
	if (rq) {
		check_unbind_waits(st, rq, rq->vmas[0]);
		mock_request_finish(st, rq);
	}
	flush_delayed_work(&later.work);
	destroy_delayed_work_on_stack(&later.work);

	mock_client_close(&client);
out_obj:
	i915_gem_object_put(obj);
}

/* The object dies first: no VM keeps anything of it. */
static void object_dies(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct mock_client a, b;
	long tables;

	if (!obj)
		return;
	if (!mock_client_open(st, &a))
		goto out_obj;
	if (!mock_client_open(st, &b))
		goto out_a;

	tables = st_alive(st, I915_AUDIT_PT);
	st_ok(st, "binding in one VM", mock_bind(obj, a.vm, NULL, NULL));
	st_ok(st, "binding in another", mock_bind(obj, b.vm, NULL, NULL));
	i915_gem_object_put(obj);
	obj = NULL;
	mock_flush(st->i915);
	st_alive_eq(st, "object dead", I915_AUDIT_OBJECT, 0);
	st_alive_eq(st, "object dead", I915_AUDIT_VMA, 0);
	st_eq(st, "page tables after it", st_alive(st, I915_AUDIT_PT), tables);

	mock_client_close(&b);
out_a:
	mock_client_close(&a);
out_obj:
	if (obj)
		i915_gem_object_put(obj);
}

/* A shared object that is busy for somebody else does not hold up the importer's end. */
static void busy_elsewhere(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct mock_client busy, importer;
	struct dma_fence *fence;
	struct i915_request *rq;

	if (!obj)
		return;
	if (!mock_client_open(st, &busy))
		goto out_obj;

	fence = mock_fence_create();
	rq = mock_request(st, &busy, obj, fence);
	if (rq && mock_client_open(st, &importer)) {
		st_ok(st, "binding", mock_bind(obj, importer.vm, NULL, NULL));
		st_alive_eq(st, "importer there", I915_AUDIT_VMA_BOUND, 2);
		mock_client_close(&importer);
		st_alive_eq(st, "importer gone", I915_AUDIT_VMA_BOUND, 1);
		st_alive_eq(st, "importer gone", I915_AUDIT_VM, 1);
		st_true(st, "the other's request is still in flight",
			!dma_fence_is_signaled(&rq->fence));
	}
	mock_fence_signal(fence);
	if (rq)
		mock_request_finish(st, rq);

	mock_client_close(&busy);
out_obj:
	i915_gem_object_put(obj);
}

/* What the page tables' side of the address space saw; one subtest runs at a time */
static struct {
	const struct i915_vm_ops *ops;
	unsigned int bound;
	unsigned int early;
	unsigned int late;
} watched;

static int watch_bind(struct i915_address_space *vm, struct i915_vma *vma)
{
	watched.bound++;
	watched.early += i915_vma_is_bound(vma);

	return watched.ops->bind(vm, vma);
}

static void watch_unbind(struct i915_address_space *vm, struct i915_vma *vma)
{
	watched.late += i915_vma_is_bound(vma);
	watched.ops->unbind(vm, vma);
}

/* Whoever sees that a VMA is bound, without a lock, relies on its PTEs. */
static void bound_with_ptes_only(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct i915_vm_ops ops;
	struct mock_client client;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	watched = (typeof(watched)){ .ops = client.vm->ops };
	ops = *client.vm->ops;
	ops.bind = watch_bind;
	ops.unbind = watch_unbind;
	client.vm->ops = &ops;
	st_ok(st, "binding", mock_bind(obj, client.vm, NULL, NULL));
	st_eq(st, "left bound", mock_unbind(obj), 0);
	client.vm->ops = watched.ops;
	st_eq(st, "PTEs written", watched.bound, 1);
	st_eq(st, "bound before that", watched.early, 0);
	st_eq(st, "bound while they were cleared", watched.late, 0);

	/* not bound any more, it ends with its address space all the same */
	st_alive_eq(st, "unbound", I915_AUDIT_VMA, 1);
	mock_client_close(&client);
	st_alive_eq(st, "importer gone", I915_AUDIT_VMA, 0);
out_obj:
	i915_gem_object_put(obj);
}

static const struct i915_subtest vma_subtests[] = {
	I915_SUBTEST(one_per_object_and_vm),
	I915_SUBTEST(placement),
	I915_SUBTEST(preferred_but_taken),
	I915_SUBTEST(low_makes_room),
	I915_SUBTEST(context_destroyed),
	I915_SUBTEST(file_closed),
	I915_SUBTEST(shared_vm),
	I915_SUBTEST(no_wait_refuses_active),
	I915_SUBTEST(unbind_waits),
	I915_SUBTEST(object_dies),
	I915_SUBTEST(busy_elsewhere),
	I915_SUBTEST(bound_with_ptes_only),
};

const struct i915_suite i915_mock_vma_suite = {
	.name = "vma",
	.tests = vma_subtests,
	.count = ARRAY_SIZE(vma_subtests),
};

// SPDX-License-Identifier: MIT

#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "gem/i915_gem_context.h"
#include "gem/i915_gem_context_ioctl.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_request.h"
#include "gt/i915_request_add.h"
#include "gt/i915_request_await.h"
#include "gt/i915_request_end.h"
#include "gt/i915_retire.h"
#include "gt/i915_ring_room.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_pages.h"
#include "mem/i915_gem_shmem.h"
#include "mem/i915_mm.h"
#include "selftests/mock_util.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_bind.h"
#include "vm/i915_vma_unbind.h"

/*
 * What the suites have in common: clients, objects with a pattern in them,
 * bindings, and requests that stay in flight until the test lets them go. The
 * last are what makes "active" a state a test can hold, instead of a race.
 */

/* Longest wait for something that takes a mock engine a few milliseconds */
#define MOCK_WAIT	(10 * HZ)

/**
 * mock_context_create - make a context as a user would
 * @st: the subtest
 * @file: whose
 *
 * It has not been used: it has neither an address space nor images.
 *
 * Return: the context, which its handle keeps, or NULL with the failure noted.
 */
struct i915_gem_context *mock_context_create(struct i915_st *st, struct file *file)
{
	struct drm_i915_gem_context_create_ext args = {};
	struct i915_gem_context *ctx;

	if (!st_ok(st, "making a context",
		   i915_gem_context_create_ioctl(&st->i915->drm, &args, mock_file_drm(file))))
		return NULL;

	ctx = i915_gem_context_lookup(mock_file_priv(file), args.ctx_id);
	if (!st_ptr(st, "finding the context", ctx))
		return NULL;

	/* The file's table keeps it. */
	i915_gt_context_put(&ctx->base);

	return ctx;
}

/**
 * mock_client_open - open a file and make a context
 * @st: the subtest
 * @client: filled in
 *
 * Context: kernel thread.
 * Return: true, or false with the failure noted and nothing left.
 */
bool mock_client_open(struct i915_st *st, struct mock_client *client)
{
	*client = (struct mock_client){ .st = st };

	client->file = mock_file_open(st->i915);
	if (!st_ptr(st, "opening a file", client->file))
		return false;

	client->ctx = mock_context_create(st, client->file);
	if (!client->ctx)
		goto err_file;

	client->lrc = i915_gem_context_lrc(client->ctx, I915_RCS0);
	if (!st_ptr(st, "making a context image", client->lrc))
		goto err_file;
	client->vm = client->ctx->base.vm;

	return true;

err_file:
	mock_client_close(client);
	return false;
}

/**
 * mock_client_close_context - destroy the context
 * @client: the client
 *
 * Context: process context.
 */
void mock_client_close_context(struct mock_client *client)
{
	struct drm_i915_gem_context_destroy args = {};

	if (!client->ctx)
		return;

	args.ctx_id = client->ctx->id;
	client->ctx = NULL;
	st_ok(client->st, "destroying a context",
	      i915_gem_context_destroy_ioctl(&client->st->i915->drm, &args,
					     mock_file_drm(client->file)));
}

/**
 * mock_client_close - close the file, and with it the context
 * @client: the client
 *
 * Context: kernel thread.
 */
void mock_client_close(struct mock_client *client)
{
	mock_file_close(client->file);
	client->ctx = NULL;
	mock_flush(client->st->i915);
}

/**
 * mock_flush - finish what was pushed to a device's workqueue
 * @i915: the device
 *
 * Context: process context, not on that workqueue.
 */
void mock_flush(struct drm_i915_private *i915)
{
	i915_mm_flush(i915);
}

/**
 * mock_object - make an object that can be swapped out
 * @st: the subtest
 * @pages: its size
 *
 * Return: the object, or NULL with the failure noted.
 */
struct drm_i915_gem_object *mock_object(struct i915_st *st, unsigned int pages)
{
	struct drm_i915_gem_object *obj;

	obj = i915_gem_object_create_shmem(st->i915, (u64)pages << PAGE_SHIFT);
	if (!st_ptr(st, "making an object", obj))
		return NULL;

	return obj;
}

/* Word @n of an object that holds @value */
static u32 mock_pattern(u32 value, size_t n)
{
	return value + n * 0x01010101u;
}

/**
 * mock_fill - write a pattern to an object
 * @obj: the object
 * @value: which pattern
 *
 * Return: 0 or -errno.
 */
int mock_fill(struct drm_i915_gem_object *obj, u32 value)
{
	size_t n, count = obj->base.size / sizeof(u32);
	u32 *words;
	int ret;

	ret = i915_gem_object_lock(obj);
	if (ret)
		return ret;

	words = i915_gem_object_vmap(obj);
	if (IS_ERR(words)) {
		ret = PTR_ERR(words);
		goto out;
	}
	for (n = 0; n < count; n++)
		words[n] = mock_pattern(value, n);
	i915_gem_object_vunmap(obj);

out:
	i915_gem_object_unlock(obj);
	return ret;
}

/**
 * mock_verify - is the pattern still there?
 * @obj: the object
 * @value: which pattern
 *
 * Return: 0, -EILSEQ if a word differs (the log says which), or another -errno.
 */
int mock_verify(struct drm_i915_gem_object *obj, u32 value)
{
	size_t n, count = obj->base.size / sizeof(u32);
	u32 *words;
	int ret;

	ret = i915_gem_object_lock(obj);
	if (ret)
		return ret;

	words = i915_gem_object_vmap(obj);
	if (IS_ERR(words)) {
		ret = PTR_ERR(words);
		goto out;
	}
	for (n = 0; n < count && !ret; n++) {
		if (words[n] == mock_pattern(value, n))
			continue;
		pr_err("i915: word %zu of an object is 0x%08x, expected 0x%08x\n", n, words[n],
		       mock_pattern(value, n));
		ret = -EILSEQ;
	}
	i915_gem_object_vunmap(obj);

out:
	i915_gem_object_unlock(obj);
	return ret;
}

static int mock_bind_locked(struct drm_i915_gem_object *obj, struct i915_vma *vma,
			    const struct i915_vma_placement *where)
{
	static const struct i915_vma_placement anywhere;
	int ret;

	ret = i915_gem_object_lock(obj);
	if (ret)
		return ret;

	ret = i915_vma_bind(vma, where ?: &anywhere);
	i915_gem_object_unlock(obj);

	return ret;
}

/**
 * mock_bind_active - bind an object and keep it active
 * @st: the subtest
 * @obj: the object
 * @vm: where
 * @where: wanted placement, or NULL for any
 *
 * Return: the VMA, for i915_vma_put_active(), or NULL with the failure noted.
 */
struct i915_vma *mock_bind_active(struct i915_st *st, struct drm_i915_gem_object *obj,
				  struct i915_address_space *vm,
				  const struct i915_vma_placement *where)
{
	struct i915_vma *vma;

	vma = i915_vma_get_active(obj, vm);
	if (!st_ptr(st, "making a VMA", vma))
		return NULL;

	if (!st_ok(st, "binding a VMA", mock_bind_locked(obj, vma, where))) {
		i915_vma_put_active(vma);
		return NULL;
	}

	return vma;
}

/**
 * mock_bind - bind an object and leave it idle
 * @obj: the object
 * @vm: where
 * @where: wanted placement, or NULL for any
 * @offset: set to the address it got, unless NULL
 *
 * Return: 0 or -errno of the binding.
 */
int mock_bind(struct drm_i915_gem_object *obj, struct i915_address_space *vm,
	      const struct i915_vma_placement *where, u64 *offset)
{
	struct i915_vma *vma;
	int ret;

	vma = i915_vma_get_active(obj, vm);
	if (IS_ERR(vma))
		return PTR_ERR(vma);

	ret = mock_bind_locked(obj, vma, where);
	if (!ret && offset)
		*offset = i915_vma_offset(vma);
	i915_vma_put_active(vma);

	return ret;
}

/**
 * mock_unbind - unbind an object from every address space where it is idle
 * @obj: the object
 *
 * Return: VMAs still bound.
 */
unsigned int mock_unbind(struct drm_i915_gem_object *obj)
{
	unsigned int left;

	dma_resv_lock(obj->base.resv, NULL);
	left = i915_vma_try_unbind_object(obj);
	dma_resv_unlock(obj->base.resv);

	return left;
}

static int mock_vm_bind_nothing(struct i915_address_space *vm, struct i915_vma *vma)
{
	return 0;
}

static void mock_vm_unbind_nothing(struct i915_address_space *vm, struct i915_vma *vma)
{
}

static void mock_vm_release_nothing(struct i915_address_space *vm)
{
}

static const struct i915_vm_ops mock_vm_ops = {
	.bind = mock_vm_bind_nothing,
	.unbind = mock_vm_unbind_nothing,
	.release = mock_vm_release_nothing,
};

/**
 * mock_vm_create - a small address space without page tables
 * @st: the subtest
 * @pages: its size
 *
 * Return: the address space, for i915_vm_put_user(), or NULL with the failure
 * noted.
 */
struct i915_address_space *mock_vm_create(struct i915_st *st, unsigned int pages)
{
	struct i915_address_space *vm;

	vm = kzalloc(sizeof(*vm), GFP_KERNEL);
	if (!st_ptr(st, "making an address space", vm))
		return NULL;

	i915_address_space_init(vm, st->i915, 0, (u64)pages * SZ_4K, &mock_vm_ops);

	return vm;
}

struct mock_fence {
	/* first: freed as a dma_fence */
	struct dma_fence base;
	spinlock_t lock; /* of @base */
};

static const char *mock_fence_name(struct dma_fence *fence)
{
	return "i915-mock";
}

static const struct dma_fence_ops mock_fence_ops = {
	.get_driver_name = mock_fence_name,
	.get_timeline_name = mock_fence_name,
};

/**
 * mock_fence_create - a fence the test signals
 *
 * Return: the fence, for mock_fence_signal(), or NULL.
 */
struct dma_fence *mock_fence_create(void)
{
	struct mock_fence *fence;

	fence = kzalloc(sizeof(*fence), GFP_KERNEL);
	if (!fence)
		return NULL;

	spin_lock_init(&fence->lock);
	dma_fence_init(&fence->base, &mock_fence_ops, &fence->lock, dma_fence_context_alloc(1), 1);

	return &fence->base;
}

/**
 * mock_fence_signal - let go what waits for a fence, and the fence
 * @fence: the fence, or NULL
 */
void mock_fence_signal(struct dma_fence *fence)
{
	if (!fence)
		return;

	dma_fence_signal(fence);
	dma_fence_put(fence);
}

/* Hands a bound VMA and a reference on its object to the request. */
static bool mock_request_use(struct i915_st *st, struct i915_request *rq, struct i915_vma *vma,
			     struct drm_i915_gem_object *obj, struct dma_fence *fence)
{
	bool ok = true;
	u64 addr = 0;

	if (vma) {
		addr = i915_vma_offset(vma);
		i915_gem_object_get(obj);
		i915_request_use_vma(rq, vma);
	}
	if (fence)
		ok = st_ok(st, "waiting for a fence", i915_request_await(rq, fence));
	i915_request_emit_batch(rq, addr, 0);

	return ok;
}

/**
 * mock_request - submit a request
 * @st: the subtest
 * @client: who
 * @obj: an object it uses, bound in the client's VM, or NULL
 * @fence: what it waits for, or NULL
 *
 * Return: the request, for mock_request_finish(), or NULL with the failure noted.
 */
struct i915_request *mock_request(struct i915_st *st, struct mock_client *client,
				  struct drm_i915_gem_object *obj, struct dma_fence *fence)
{
	struct i915_vma *vma = NULL;
	struct i915_request *rq;

	if (obj) {
		vma = mock_bind_active(st, obj, client->vm, NULL);
		if (!vma)
			return NULL;
	}

	rq = i915_request_create(client->lrc, 1);
	if (!st_ptr(st, "making a request", rq)) {
		if (vma)
			i915_vma_put_active(vma);
		return NULL;
	}

	if (!mock_request_use(st, rq, vma, obj, fence)) {
		i915_request_abandon(rq);
		return NULL;
	}
	i915_request_add(rq);

	return rq;
}

/**
 * mock_request_finish - wait until a request is done with
 * @st: the subtest
 * @rq: the request; the reference is consumed
 *
 * Return: true, or false with the failure noted.
 */
bool mock_request_finish(struct i915_st *st, struct i915_request *rq)
{
	struct i915_gt *gt = rq->engine->gt;
	long left;
	bool ok;

	left = dma_fence_wait_timeout(&rq->fence, true, MOCK_WAIT);
	ok = st_true(st, "a request completes within 10 s", left > 0);
	i915_request_put(rq);
	i915_gt_retire(gt);

	return ok;
}

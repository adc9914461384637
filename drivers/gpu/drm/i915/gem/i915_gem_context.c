// SPDX-License-Identifier: MIT

#include <linux/nospec.h>
#include <linux/dma-fence.h>
#include <linux/slab.h>

#include <drm/drm_file.h>

#include "base/i915_audit.h"
#include "base/i915_drv.h"
#include "gem/i915_gem_context.h"
#include "gt/i915_cancel.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_lrc.h"
#include "vm/i915_gen8_ppgtt.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: Contexts
 *
 * A context is an address space, a map of engines and a few policies. On each
 * engine it has a logical ring context (&struct i915_lrc), created when the engine
 * is first used. The address space is created with the first of them, or when user
 * space asks for its handle. Until then a context is one allocation.
 *
 * Address space and engine map may be replaced until the first execbuf; after that
 * they are constant, so that the submission path reads them without a lock.
 *
 * References are held by the handle, by each request in flight, and by the ports a
 * context is in. Closing the handle stops new work at once. Requests in flight run
 * on, unless the context is not persistent: then they are cancelled. A context that
 * is idle is freed when it is closed, any other on the workqueue, after the last
 * reference was put: first its images and rings, then i915_gem_context_clean()
 * leaves the address space, then the reference to that is put.
 */

static struct kmem_cache *i915_gem_context_slab;

/**
 * i915_gem_context_slab_init - make the slab of contexts
 *
 * Return: 0 or -ENOMEM.
 */
int i915_gem_context_slab_init(void)
{
	i915_gem_context_slab = KMEM_CACHE(i915_gem_context, SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT);
	return i915_gem_context_slab ? 0 : -ENOMEM;
}

/**
 * i915_gem_context_slab_exit - destroy the slab of contexts
 */
void i915_gem_context_slab_exit(void)
{
	kmem_cache_destroy(i915_gem_context_slab);
	i915_gem_context_slab = NULL;
}

/**
 * i915_gem_context_clean - leave the address space of a context
 * @ctx: the context, being freed
 *
 * If the context was the last user of its address space, every VMA is destroyed
 * without waiting: there is no reference to the context left, so there is no request
 * left in this address space, even if its objects are busy elsewhere. Called after
 * the engine state is freed and before the reference to the address space is put.
 *
 * Context: process context. Linear in the VMAs, no allocation, no wait for the GPU.
 */
void i915_gem_context_clean(struct i915_gem_context *ctx)
{
	struct i915_address_space *vm = ctx->base.vm;

	if (vm)
		i915_vm_leave(vm);
}

static void i915_gem_context_free_lrcs(struct i915_gem_context *ctx)
{
	unsigned int i;

	for (i = 0; i < ctx->num_engines; i++) {
		if (ctx->engines[i].lrc)
			i915_lrc_destroy(ctx->engines[i].lrc);
	}
}

static void i915_gem_context_free_timeline(struct i915_gem_context *ctx)
{
	struct i915_gem_timeline *timeline = ctx->timeline;

	if (!timeline)
		return;

	dma_fence_put(timeline->last);
	mutex_destroy(&timeline->lock);
	kfree(timeline);
}

static void i915_gem_context_free(struct i915_gem_context *ctx)
{
	i915_gem_context_free_lrcs(ctx);

	i915_gem_context_clean(ctx);
	if (ctx->base.vm)
		i915_vm_put_sync(ctx->base.vm);

	i915_gem_context_free_timeline(ctx);
	put_pid(ctx->pid);
	i915_gt_client_put(ctx->base.client);
	if (ctx->engines != ctx->default_engines)
		kfree(ctx->engines);
	mutex_destroy(&ctx->lock);
	kmem_cache_free(i915_gem_context_slab, ctx);
	i915_audit_dec(I915_AUDIT_CONTEXT);
}

static void i915_gem_context_free_work(struct work_struct *work)
{
	i915_gem_context_free(container_of(work, struct i915_gem_context, free_work));
}

static void i915_gem_context_release(struct i915_gt_context *base)
{
	struct i915_gem_context *ctx = to_gem_context(base);

	queue_work(ctx->i915->wq, &ctx->free_work);
}

/* For process context: an idle context is freed on return. */
static void i915_gem_context_release_sync(struct kref *ref)
{
	i915_gem_context_free(container_of(ref, struct i915_gem_context, base.ref));
}

static void i915_gem_context_default_engines(struct i915_gem_context *ctx)
{
	unsigned int id;

	for (id = 0; id < I915_ENGINES; id++)
		ctx->default_engines[id].engine = to_gt(ctx->i915)->engine[id];
	ctx->engines = ctx->default_engines;
	ctx->num_engines = I915_ENGINES;
}

/**
 * i915_gem_context_create - make a context
 * @i915: the device
 * @file: its owner, or NULL for one of the driver's own
 *
 * It has one slot per engine of the device, no handle, and no address space yet.
 *
 * Context: process context.
 * Return: the context, its reference is the caller's (i915_gem_context_close()),
 * or ERR_PTR(-ENOMEM).
 */
struct i915_gem_context *i915_gem_context_create(struct drm_i915_private *i915,
						 struct i915_file *file)
{
	struct i915_gem_context *ctx;

	ctx = kmem_cache_zalloc(i915_gem_context_slab, GFP_KERNEL);
	if (!ctx)
		return ERR_PTR(-ENOMEM);

	i915_audit_inc(I915_AUDIT_CONTEXT);
	i915_gt_context_init(&ctx->base, i915_gem_context_release);
	ctx->i915 = i915;
	if (file) {
		ctx->owner = file->id;
		ctx->base.client = i915_gt_client_get(file->client);
	}
	ctx->pid = get_task_pid(current, PIDTYPE_TGID);
	mutex_init(&ctx->lock);
	INIT_WORK(&ctx->free_work, i915_gem_context_free_work);

	i915_gem_context_default_engines(ctx);

	return ctx;
}

/**
 * i915_gem_context_vm - get or create the address space of a context
 * @ctx: the context
 *
 * Context: process context; i915_gem_context.lock held.
 * Return: the address space, the reference stays the context's; or ERR_PTR(-ENOMEM).
 */
struct i915_address_space *i915_gem_context_vm(struct i915_gem_context *ctx)
{
	struct i915_address_space *vm = ctx->base.vm;

	lockdep_assert_held(&ctx->lock);

	if (!vm) {
		vm = i915_ppgtt_create(ctx->i915, ctx->owner);
		if (!IS_ERR(vm))
			ctx->base.vm = vm;
	}

	return vm;
}

/* On each engine where it must not outlive its handle */
static void i915_gem_context_cancel(struct i915_gem_context *ctx)
{
	unsigned int i;

	for (i = 0; i < ctx->num_engines; i++) {
		/* Pairs with i915_gem_context_make_lrc(). */
		struct i915_lrc *lrc = smp_load_acquire(&ctx->engines[i].lrc);

		/*
		 * Once for what is there, which also lets go on whoever waits for room in the
		 * ring; once more for a request that had been begun before the context was
		 * closed. Later ones see that it is.
		 */
		if (!lrc || !i915_gt_context_cancel(lrc))
			continue;
		mutex_lock(&lrc->lock);
		mutex_unlock(&lrc->lock);
		i915_gt_context_cancel(lrc);
	}
}

/**
 * i915_gem_context_close - close a context
 * @ctx: the context, no longer in a handle table
 *
 * New work is refused from here on; requests of a context that is not persistent, or
 * is banned, are cancelled. Puts the reference of the handle; if it was the last one,
 * the context is freed on return.
 *
 * Context: process context, may sleep.
 */
void i915_gem_context_close(struct i915_gem_context *ctx)
{
	set_bit(I915_CTX_CLOSED, &ctx->base.flags);

	/* An unused context has no work, and its engine map may be replaced concurrently. */
	if (smp_load_acquire(&ctx->used))
		i915_gem_context_cancel(ctx);

	kref_put(&ctx->base.ref, i915_gem_context_release_sync);
}

static struct i915_gem_context *i915_gem_context_find(struct i915_file *file, u32 id)
{
	struct i915_gem_context *ctx;

	xa_lock(&file->contexts);
	ctx = xa_load(&file->contexts, id);
	if (ctx)
		i915_gt_context_get(&ctx->base);
	xa_unlock(&file->contexts);

	return ctx;
}

static struct i915_gem_context *i915_gem_context_make_default(struct i915_file *file)
{
	struct i915_gem_context *ctx;
	int ret;

	mutex_lock(&file->lock);

	ctx = i915_gem_context_find(file, 0);
	if (ctx)
		goto out;

	ctx = i915_gem_context_create(file->i915, file);
	if (IS_ERR(ctx))
		goto out;

	i915_gt_context_get(&ctx->base);
	ret = xa_insert(&file->contexts, 0, ctx, GFP_KERNEL);
	if (ret) {
		i915_gt_context_put(&ctx->base);
		i915_gem_context_close(ctx);
		ctx = ERR_PTR(ret);
	}

out:
	mutex_unlock(&file->lock);
	return ctx;
}

/**
 * i915_gem_context_lookup - look up the context of a handle
 * @file: the file
 * @id: the handle; 0 is the default context, created here if it does not exist yet
 *
 * Context: process context.
 * Return: the context with one more reference, or ERR_PTR: -ENOENT (no such handle),
 * -ENOMEM (no memory for the default context).
 */
struct i915_gem_context *i915_gem_context_lookup(struct i915_file *file, u32 id)
{
	struct i915_gem_context *ctx = i915_gem_context_find(file, id);

	if (!ctx && !id)
		ctx = i915_gem_context_make_default(file);

	return ctx ?: ERR_PTR(-ENOENT);
}

/* Name of the timelines of a context, as shown by fences: "comm[pid]" of its creator */
static void i915_gem_context_name(struct i915_gem_context *ctx, char *name, size_t size)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(ctx->pid, PIDTYPE_TGID);
	snprintf(name, size, "%s[%d]", task ? task->comm : DRIVER_NAME, pid_nr(ctx->pid));
	rcu_read_unlock();
}

static struct i915_lrc *i915_gem_context_make_lrc(struct i915_gem_context *ctx,
						  struct i915_engine_slot *slot)
{
	char name[I915_TIMELINE_NAME];
	struct i915_lrc *lrc;

	mutex_lock(&ctx->lock);

	lrc = slot->lrc;
	if (!lrc) {
		i915_gem_context_name(ctx, name, sizeof(name));
		lrc = i915_lrc_create(slot->engine, &ctx->base, name);
		if (!IS_ERR(lrc)) {
			/* Whoever reads the pointer without the lock sees an initialised lrc. */
			smp_store_release(&slot->lrc, lrc);
		}
	}

	mutex_unlock(&ctx->lock);
	return lrc;
}

/* Fix engine map and address space: whoever sees the flag also sees their final values. */
static int i915_gem_context_first_use(struct i915_gem_context *ctx)
{
	struct i915_address_space *vm;

	mutex_lock(&ctx->lock);
	vm = i915_gem_context_vm(ctx);
	if (!IS_ERR(vm)) {
		/* Pairs with the loads of those who look without the lock. */
		smp_store_release(&ctx->used, true);
	}
	mutex_unlock(&ctx->lock);

	return PTR_ERR_OR_ZERO(vm);
}

/**
 * i915_gem_context_lrc - get or create the logical ring context of an engine
 * @ctx: the context
 * @idx: index in its engine map
 *
 * After the first call, engine map and address space of the context are constant.
 *
 * Context: process context; takes i915_gem_context.lock the first time.
 * Return: the lrc, owned by the context, or ERR_PTR(): -EINVAL (no such engine),
 * -ENOMEM, -ENOSPC, -EIO.
 */
struct i915_lrc *i915_gem_context_lrc(struct i915_gem_context *ctx, unsigned int idx)
{
	struct i915_engine_slot *slot;
	struct i915_lrc *lrc;

	/* Pairs with i915_gem_context_first_use(). */
	if (unlikely(!smp_load_acquire(&ctx->used))) {
		int ret = i915_gem_context_first_use(ctx);

		if (ret)
			return ERR_PTR(ret);
	}

	if (idx >= ctx->num_engines)
		return ERR_PTR(-EINVAL);

	slot = &ctx->engines[array_index_nospec(idx, ctx->num_engines)];
	if (!slot->engine)
		return ERR_PTR(-EINVAL);

	/* Pairs with i915_gem_context_make_lrc(). */
	lrc = smp_load_acquire(&slot->lrc);
	if (unlikely(!lrc))
		lrc = i915_gem_context_make_lrc(ctx, slot);

	return lrc;
}

/**
 * i915_gem_context_add_runtime - add up the time a context has run
 * @ctx: the context
 * @runtime_ns: sums by engine class, nanoseconds; the time of this context is added
 *
 * Context: process context, may sleep.
 */
void i915_gem_context_add_runtime(struct i915_gem_context *ctx, u64 *runtime_ns)
{
	struct i915_lrc *lrc;
	unsigned int i;

	mutex_lock(&ctx->lock);
	for (i = 0; i < ctx->num_engines; i++) {
		lrc = ctx->engines[i].lrc;
		if (lrc)
			runtime_ns[lrc->engine->desc->uabi_class] += i915_lrc_runtime_ns(lrc);
	}
	mutex_unlock(&ctx->lock);
}

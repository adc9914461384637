// SPDX-License-Identifier: MIT

#include <linux/sched/mm.h>

#include "gem/i915_gem.h"
#include "gt/i915_gt.h"
#include "i915_drv.h"
#include "i915_lock_order.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_gen8_ppgtt.h"
#include "vm/i915_vm_types.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: Lock order
 *
 * From the outermost to the innermost:
 *
 * 1. i915_file.lock, inside it i915_gem_context.lock
 * 2. i915_lrc.turn, i915_address_space.turn: held while waiting for room in a ring, in
 *    an address space
 * 3. the object lock, drm_gem_object.resv (several: drm_exec)
 * 4. i915_lrc.lock: a request under construction
 * 5. i915_address_space.lock, i915_ggtt.lock; then i915_vm_device.pruned_lock and
 *    i915_mm.tlb_lock, under which nothing is allocated
 * 6. i915_gem_object.vma_lock, i915_mm.lock, i915_vm_device.vms_lock: none inside another
 * 7. i915_request.lock: the lock of a fence
 * 8. i915_gt.sched_lock
 * 9. i915_engine.lock: the scheduler; no fence is signalled under it
 * 10. i915_pmu.lock, inside it i915_gt.awake_lock
 * 11. i915_uncore.lock, i915_request.hwsp_lock
 *
 * An execbuf waits for the GPU with nothing but 2 held: only others that need the same
 * room wait behind it. Objects are shared between clients, and with one locked, nobody
 * waits for the work of anybody.
 *
 * i915_gt.reset_mutex is taken by the work items that end hangs, with none of 1
 * to 7 held, and 8 to 11 inside. Fences wait for who holds it, so no memory is
 * waited for under it.
 *
 * Memory may be reclaimed wherever 1 to 5 are held, but for the two said: the
 * shrinker takes object locks and i915_address_space.lock by trylock only. So does
 * with i915_lrc.lock whoever looks for room under i915_ggtt.lock.
 *
 * Lockdep learns this order from the first device of a load instead of from
 * whatever happens first, so that the first path that breaks it is reported.
 */

static void i915_lock_order_mutexes(struct i915_gem_context *ctx, struct drm_i915_gem_object *obj,
				    struct i915_lrc *lrc, struct i915_address_space *vm)
{
	mutex_lock(&ctx->lock);
	mutex_lock(&lrc->turn);
	mutex_lock(&vm->turn);
	dma_resv_lock(obj->base.resv, NULL);

	mutex_lock(&vm->lock);
	fs_reclaim_acquire(GFP_KERNEL);
	fs_reclaim_release(GFP_KERNEL);
	spin_lock(&obj->vma_lock);
	spin_unlock(&obj->vma_lock);
	mutex_unlock(&vm->lock);

	mutex_lock(&lrc->lock);
	i915_request_prime_lock(lrc->engine);
	mutex_unlock(&lrc->lock);

	dma_resv_unlock(obj->base.resv);
	mutex_unlock(&vm->turn);
	mutex_unlock(&lrc->turn);
	mutex_unlock(&ctx->lock);
}

/**
 * i915_lock_order_prime - teach lockdep the lock order of the driver
 * @i915: a device whose engines are up
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int i915_lock_order_prime(struct drm_i915_private *i915)
{
	struct drm_i915_gem_object *obj;
	struct i915_address_space *vm;
	struct i915_gem_context *ctx;
	struct i915_engine *engine;
	unsigned int id;
	int ret = 0;

	ctx = i915_gem_context_create(i915, NULL);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);

	vm = i915_ppgtt_create(i915, 0);
	if (IS_ERR(vm)) {
		ret = PTR_ERR(vm);
		goto out_ctx;
	}

	obj = i915_gem_object_create_internal(i915, SZ_4K);
	if (IS_ERR(obj)) {
		ret = PTR_ERR(obj);
		goto out_vm;
	}

	for_each_engine(engine, &i915->gt, id) {
		i915_lock_order_mutexes(ctx, obj, engine->kernel_lrc, vm);
		break;
	}

	i915_gem_object_put(obj);
out_vm:
	i915_vm_put_user(vm);
out_ctx:
	i915_gem_context_close(ctx);
	return ret;
}

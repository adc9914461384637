// SPDX-License-Identifier: MIT

#include <linux/dma-fence.h>
#include <linux/lockdep.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "base/i915_drv.h"
#include "diag/i915_diag_layer.h"
#include "diag/i915_pmu.h"
#include "gem/i915_gem_context.h"
#include "gem/i915_gem_context_ioctl.h"
#include "gem/i915_gem_context_types.h"
#include "gem/i915_gem_file.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_request.h"
#include "gt/i915_request_fence.h"
#include "hw/i915_hw_layer.h"
#include "i915_lock_order.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_shmem.h"
#include "mem/i915_mem_layer.h"
#include "vm/i915_gen8_ppgtt.h"
#include "vm/i915_vm_layer.h"
#include "vm/i915_vm_types.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: Lock order
 *
 * From the outermost to the innermost:
 *
 * 1. i915_driver_names_lock, i915_pmus_lock: load, probe and remove only
 * 2. mmap_lock of a process: a page fault locks the object. Nothing of user space
 *    is touched with a lock below held.
 * 3. i915_file.lock, inside it i915_gem_context.lock
 * 4. i915_lrc.turn, i915_address_space.turn: held while waiting for room in a ring, in
 *    an address space
 * 5. the object lock, drm_gem_object.resv (several: drm_exec)
 * 6. i915_lrc.lock: a request under construction; inside it i915_gem_timeline.lock
 * 7. i915_address_space.lock, i915_ggtt.lock
 * 8. fs_reclaim, which is memory reclaim, then dma_fence_map, which is whatever
 *    fences wait for. With a lock below held no memory and no fence is waited for.
 * 9. i915_vm_device.pruned_lock, i915_mm.tlb_lock
 * 10. i915_gt.reset_mutex, i915_gt.late_mutex
 * 11. i915_file.contexts (the lock of the table; that of the VMs is the same to
 *     lockdep), i915_gem_object.vma_lock, i915_mm.lock, i915_vm_device.vms_lock:
 *     spinlocks that are never taken in an interrupt
 * 12. i915_request.lock: the lock of a fence; interrupts are off from here on
 * 13. i915_gt.sched_lock
 * 14. i915_engine.lock: the scheduler; no fence is signalled under it
 * 15. i915_pmu.lock, inside it i915_gt.awake_lock
 * 16. i915_uncore.lock, i915_request.hwsp_lock
 *
 * An execbuf waits for the GPU with nothing but 4 held: only others that need the same
 * room wait behind it. Objects are shared between clients, and with one locked, nobody
 * waits for the work of anybody. The exception is an execbuf that has a relocation to
 * write into an object that was used again each time it had waited for it.
 *
 * i915_gt.reset_mutex is taken by the work items that end hangs, with none of 1
 * to 7 held.
 *
 * The shrinker runs inside memory reclaim and takes 5 and 7 by trylock only. So does
 * with i915_lrc.lock whoever looks for room under i915_ggtt.lock.
 *
 * Lockdep learns this order, lock by lock, from the first device of a load instead
 * of from whatever happens first, so that the first path that breaks it is
 * reported. make check fails when a lock of the driver is not on the list.
 */

/* Of what a device has many */
struct i915_lock_samples {
	struct i915_file file;
	struct i915_gem_timeline timeline;
	struct i915_request rq;
	struct i915_gem_context *ctx;
	struct drm_i915_gem_object *obj;
	struct i915_address_space *vm;
	struct i915_lrc *lrc;
};

/* make check reads these two: the names are those of the list above */
#define I915_LOCK(name)			(&(name).dep_map)
#define I915_LOCK_OF(type, member, ptr) ({							\
	struct type *owner_ = (ptr);								\
	(struct lockdep_map *)((char *)owner_ + offsetof(struct type, member.dep_map));	\
})

/* Each inside the one before */
static void i915_lock_order_take(struct lockdep_map *const *maps, unsigned int count)
{
	unsigned int n;

	for (n = 0; n < count; n++) {
		if (maps[n])
			lock_map_acquire(maps[n]);
	}
}

static void i915_lock_order_drop(struct lockdep_map *const *maps, unsigned int count)
{
	while (count--) {
		if (maps[count])
			lock_map_release(maps[count]);
	}
}

/* With interrupts off */
static void i915_lock_order_prime_irq(struct drm_i915_private *i915, struct i915_lock_samples *s)
{
	struct lockdep_map *const maps[] = {
		I915_LOCK_OF(i915_request, lock, &s->rq),
		I915_LOCK_OF(i915_gt, sched_lock, to_gt(i915)),
		I915_LOCK_OF(i915_engine, lock, s->lrc->engine),
		/* there is none if perf did not take it */
		to_diag(i915)->pmu ? I915_LOCK_OF(i915_pmu, lock, to_diag(i915)->pmu) : NULL,
		I915_LOCK_OF(i915_gt, awake_lock, to_gt(i915)),
		I915_LOCK_OF(i915_uncore, lock, to_uncore(i915)),
		I915_LOCK_OF(i915_request, hwsp_lock, &s->rq),
	};
	unsigned long flags;

	local_irq_save(flags);
	i915_lock_order_take(maps, ARRAY_SIZE(maps));
	i915_lock_order_drop(maps, ARRAY_SIZE(maps));
	local_irq_restore(flags);
}

/* Where neither memory nor a fence is waited for */
static void i915_lock_order_prime_inner(struct drm_i915_private *i915,
					struct i915_lock_samples *s)
{
	struct lockdep_map *const maps[] = {
		I915_LOCK_OF(i915_vm_device, pruned_lock, to_vm_device(i915)),
		I915_LOCK_OF(i915_mm, tlb_lock, to_mm(i915)),
		I915_LOCK_OF(i915_gt, reset_mutex, to_gt(i915)),
		I915_LOCK_OF(i915_gt, late_mutex, to_gt(i915)),
		I915_LOCK_OF(i915_file, contexts.xa_lock, &s->file),
		I915_LOCK_OF(drm_i915_gem_object, vma_lock, s->obj),
		I915_LOCK_OF(i915_mm, lock, to_mm(i915)),
		I915_LOCK_OF(i915_vm_device, vms_lock, to_vm_device(i915)),
	};
	bool cookie;

	fs_reclaim_acquire(GFP_KERNEL);
	cookie = dma_fence_begin_signalling();
	i915_lock_order_take(maps, ARRAY_SIZE(maps));
	i915_lock_order_prime_irq(i915, s);
	i915_lock_order_drop(maps, ARRAY_SIZE(maps));
	dma_fence_end_signalling(cookie);
	fs_reclaim_release(GFP_KERNEL);
}

static void i915_lock_order_prime_all(struct drm_i915_private *i915, struct i915_lock_samples *s)
{
	struct lockdep_map *const maps[] = {
		I915_LOCK(i915_driver_names_lock),
		I915_LOCK(i915_pmus_lock),
		/* a kernel thread, which probes a driver that is built in, has no memory */
		current->mm ? I915_LOCK_OF(mm_struct, mmap_lock, current->mm) : NULL,
		I915_LOCK_OF(i915_file, lock, &s->file),
		I915_LOCK_OF(i915_gem_context, lock, s->ctx),
		I915_LOCK_OF(i915_lrc, turn, s->lrc),
		I915_LOCK_OF(i915_address_space, turn, s->vm),
		I915_LOCK_OF(dma_resv, lock.base, s->obj->base.resv),
		I915_LOCK_OF(i915_lrc, lock, s->lrc),
		I915_LOCK_OF(i915_gem_timeline, lock, &s->timeline),
		I915_LOCK_OF(i915_address_space, lock, s->vm),
		I915_LOCK_OF(i915_ggtt, lock, to_ggtt(i915)),
	};

	i915_lock_order_take(maps, ARRAY_SIZE(maps));
	i915_lock_order_prime_inner(i915, s);
	i915_lock_order_drop(maps, ARRAY_SIZE(maps));
}

/**
 * i915_lock_order_prime - teach lockdep the lock order of the driver
 * @i915: a device that is up
 *
 * Without memory for it lockdep learns as it goes.
 *
 * Context: process context, with nothing locked.
 */
void i915_lock_order_prime(struct drm_i915_private *i915)
{
	struct i915_lock_samples *s;
	struct i915_engine *engine;
	unsigned int id;

	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return;

	i915_gem_file_init_tables(&s->file);
	i915_gem_timeline_init(&s->timeline);
	i915_request_init_locks(&s->rq);
	for_each_engine(engine, to_gt(i915), id)
		s->lrc = engine->kernel_lrc;
	s->ctx = i915_gem_context_create(i915, NULL);
	s->vm = i915_ppgtt_create(i915, 0);
	s->obj = i915_gem_object_create_internal(i915, SZ_4K);
	if (s->lrc && !IS_ERR(s->ctx) && !IS_ERR(s->vm) && !IS_ERR(s->obj))
		i915_lock_order_prime_all(i915, s);

	if (!IS_ERR(s->obj))
		i915_gem_object_put(s->obj);
	if (!IS_ERR(s->vm))
		i915_vm_put_user(s->vm);
	if (!IS_ERR(s->ctx))
		i915_gem_context_close(s->ctx);
	kfree(s);
}

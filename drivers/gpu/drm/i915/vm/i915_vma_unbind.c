// SPDX-License-Identifier: MIT

#include <linux/error-injection.h>
#include <linux/wait_bit.h>

#include <kunit/visibility.h>

#include "base/i915_audit.h"
#include "base/i915_drv.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_pages.h"
#include "mem/i915_mem_layer.h"
#include "mem/i915_mm_tlb.h"
#include "vm/i915_pt.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_unbind.h"

/**
 * DOC: Unbinding
 *
 * Takes address and PTEs away from a VMA. Who may do so, and when, is in "Life of a
 * VMA".
 *
 * Every unbind goes through i915_vma_do_unbind() and is synchronous: page tables
 * that became empty have been freed once the caller has dropped vm->lock with
 * i915_vm_unlock(). Eviction and the destruction of VMAs call
 * __i915_vma_unbind_no_wait(), which returns -EBUSY for an active VMA and can be
 * made to fail; i915_vma_unbind() waits for the GPU instead.
 */

/*
 * If there are no marks besides the @own of the caller, mark the VMA as unbound: whoever marks it
 * next will see that. Return: false if there are other marks.
 */
static bool i915_vma_begin_unbind(struct i915_vma *vma, unsigned int own)
{
	struct drm_i915_gem_object *obj = vma->obj;
	bool idle;

	spin_lock(&obj->vma_lock);
	idle = i915_vma_marks_only(&vma->marks, own);
	if (idle)
		WRITE_ONCE(vma->bound, false);
	spin_unlock(&obj->vma_lock);

	return idle;
}

/**
 * i915_vma_do_unbind - unbind a VMA; every unbind ends up here
 * @vma: the VMA
 * @own: number of marks the caller holds
 *
 * Context: vm->lock held.
 * Return: 0, or -EBUSY if there are other marks.
 */
int i915_vma_do_unbind(struct i915_vma *vma, unsigned int own)
{
	struct i915_address_space *vm = vma->vm;
	struct drm_i915_gem_object *obj = vma->obj;

	lockdep_assert_held(&vm->lock);

	if (!vma->bound)
		return 0;

	if (!i915_vma_begin_unbind(vma, own))
		return -EBUSY;

	vm->ops->unbind(vm, vma);
	drm_mm_remove_node(&vma->node);
	list_move_tail(&vma->vm_link, &vm->unbound_list);

	i915_tlb_stamp(to_mm(vm->i915), &obj->tlb_stamp);
	atomic_dec(&obj->bind_count);
	i915_gem_object_unpin_pages(obj);
	i915_audit_dec(I915_AUDIT_VMA_BOUND);

	return 0;
}

/**
 * __i915_vma_unbind_no_wait - unbind a VMA unless it is active
 * @vma: the VMA
 *
 * i915_vma_unbind() without the wait. The kernel's function error injection
 * (fail_function) can make it fail.
 *
 * Context: vm->lock held, to be dropped with i915_vm_unlock(), which frees the tables that became
 * empty.
 * Return: 0, or -EBUSY if it is active.
 */
noinline int __i915_vma_unbind_no_wait(struct i915_vma *vma)
{
	return i915_vma_do_unbind(vma, 0);
}
EXPORT_SYMBOL_IF_KUNIT(__i915_vma_unbind_no_wait);
ALLOW_ERROR_INJECTION(__i915_vma_unbind_no_wait, ERRNO);

static void i915_vma_unbind_in(struct drm_i915_gem_object *obj, struct i915_address_space *vm)
{
	struct i915_vma *vma = i915_vma_lookup(obj, vm);

	/* A VMA that is active, or whose unbind fails, is still counted in bind_count. */
	if (vma && __i915_vma_unbind_no_wait(vma))
		drm_dbg(&vm->i915->drm, "VMA not unbound\n");
}

/**
 * i915_vma_try_unbind_object - unbind every idle VMA of an object, if no VM is locked
 * @obj: the object; the caller holds a reference
 *
 * Stops at the first VM whose lock is taken.
 *
 * Context: process context, also memory reclaim; no VM locked.
 * Return: number of VMAs still bound.
 */
unsigned int i915_vma_try_unbind_object(struct drm_i915_gem_object *obj)
{
	struct drm_i915_private *i915 = to_i915(obj->base.dev);
	struct i915_address_space *vm = NULL, *last;

	do {
		last = vm;
		vm = i915_vma_next_vm(obj, last ? last->owner : 0, last);
		if (last)
			i915_vm_put(last);
		if (!vm || !mutex_trylock(&vm->lock))
			break;

		i915_vma_unbind_in(obj, vm);
		mutex_unlock(&vm->lock);
		cond_resched();
	} while (true);

	if (vm)
		i915_vm_put(vm);
	i915_pt_free_pruned(i915);

	return atomic_read(&obj->bind_count);
}

#if IS_ENABLED(CONFIG_DRM_I915_SELFTEST)
static bool i915_vma_busy(struct drm_i915_gem_object *obj, struct i915_address_space *vm)
{
	struct i915_vma *vma;
	bool busy;

	spin_lock(&obj->vma_lock);
	vma = i915_vma_find(obj, vm);
	busy = vma && i915_vma_is_active(vma);
	spin_unlock(&obj->vma_lock);

	return busy;
}

/**
 * i915_vma_unbind - wait until a VMA is idle and unbind it
 * @vma: the VMA; the caller holds references to its object and its VM
 *
 * Used by tests only: the driver never needs a VMA unbound before its requests
 * have retired.
 *
 * Context: process context, sleeps; neither the object nor the VM locked.
 * Return: 0 or -ERESTARTSYS.
 */
int i915_vma_unbind(struct i915_vma *vma)
{
	struct drm_i915_gem_object *obj = vma->obj;
	struct i915_address_space *vm = vma->vm;
	void *key = &vma->marks;
	long wait;
	int ret;

	do {
		/* The fences first: waiting for them enables the interrupt at completion. */
		wait = i915_gem_object_wait(obj, true, true, MAX_SCHEDULE_TIMEOUT);
		if (wait < 0)
			return wait;

		ret = wait_var_event_interruptible(key, !i915_vma_busy(obj, vm));
		if (ret)
			return ret;

		/* It may have been destroyed meanwhile. */
		mutex_lock(&vm->lock);
		vma = i915_vma_lookup(obj, vm);
		ret = vma ? i915_vma_do_unbind(vma, 0) : 0;
		i915_vm_unlock(vm);
	} while (ret == -EBUSY);

	return ret;
}
#endif

// SPDX-License-Identifier: MIT

#include <linux/error-injection.h>
#include <linux/log2.h>
#include <linux/sizes.h>
#include <linux/wait_bit.h>

#include <kunit/visibility.h>

#include "diag/i915_audit.h"
#include "i915_drv.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_gen8_ppgtt.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_internal.h"

/**
 * DOC: Binding
 *
 * Giving a VMA an address and PTEs, and taking them away. Who may do that to
 * whom, and when, is told in "Life of a VMA".
 *
 * There is one way to bind and one to unbind, both synchronous: a VMA is bound
 * when i915_vma_bind() returns, and its page-table pages are back when
 * i915_vma_unbind() does. The contract has two names for the latter, with and
 * without the wait for the GPU; they differ in the wait and nothing else.
 */

/*
 * Kernel-placed VMAs stay off the first addresses while there are others: relocations have
 * negative deltas.
 */
#define I915_VM_BIAS	SZ_256K

/**
 * i915_vma_fits - is a VMA bound where it is wanted?
 * @vma: the VMA; the caller holds a mark
 * @where: where it is wanted
 *
 * Context: any, no lock needed.
 * Return: true if it is bound and its address satisfies @where.
 */
bool i915_vma_fits(const struct i915_vma *vma, const struct i915_vma_placement *where)
{
	if (!i915_vma_is_bound(vma))
		return false;

	if (where->exact && vma->node.start != where->offset)
		return false;

	if (where->align && !IS_ALIGNED(vma->node.start, where->align))
		return false;

	if (where->low && !i915_vma_is_low(vma))
		return false;

	return vma->node.size >= where->size;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_fits);

static int i915_vma_place_exact(struct i915_vma *vma, const struct i915_vma_placement *where,
				u64 size, u64 end)
{
	struct i915_address_space *vm = vma->vm;
	int ret;

	if (!IS_ALIGNED(where->offset, max_t(u64, where->align, SZ_4K)) ||
	    size > end || where->offset > end - size)
		return -EINVAL;

	vma->node.start = where->offset;
	vma->node.size = size;
	ret = drm_mm_reserve_node(&vm->mm, &vma->node);
	if (ret != -ENOSPC)
		return ret;

	ret = i915_vm_evict_range(vm, where->offset, size, vma);
	if (ret)
		return ret;

	return drm_mm_reserve_node(&vm->mm, &vma->node);
}

static u64 i915_vm_bias(const struct i915_address_space *vm)
{
	return vm->total > SZ_4G ? I915_VM_BIAS : 0;
}

static bool i915_vma_place_preferred(struct i915_vma *vma, const struct i915_vma_placement *where,
				     u64 size, u64 end)
{
	if (!IS_ALIGNED(where->offset, max_t(u64, where->align, SZ_4K)) ||
	    size > end || where->offset > end - size)
		return false;

	vma->node.start = where->offset;
	vma->node.size = size;

	return !drm_mm_reserve_node(&vma->vm->mm, &vma->node);
}

static int i915_vma_insert_node(struct i915_vma *vma, u64 size, u64 align, u64 start, u64 end,
				enum drm_mm_insert_mode mode)
{
	if (start > end || size > end - start)
		return -ENOSPC;

	return drm_mm_insert_node_in_range(&vma->vm->mm, &vma->node, size, align, 0, start, end,
					   mode);
}

static int i915_vma_place_anywhere(struct i915_vma *vma, const struct i915_vma_placement *where,
				   u64 size, u64 end)
{
	struct i915_address_space *vm = vma->vm;
	u64 bias = max(where->start, i915_vm_bias(vm));
	int ret;

	ret = i915_vma_insert_node(vma, size, where->align, bias, end, DRM_MM_INSERT_BEST);
	if (ret == -ENOSPC && where->start < bias)
		ret = i915_vma_insert_node(vma, size, where->align, where->start, end,
					   DRM_MM_INSERT_BEST);
	if (ret != -ENOSPC)
		return ret;

	ret = i915_vm_evict_something(vm, size, where->align, where->start, end, where->own);
	if (ret)
		return ret;

	return i915_vma_insert_node(vma, size, where->align, where->start, end,
				    DRM_MM_INSERT_EVICT);
}

static int i915_vma_place(struct i915_vma *vma, const struct i915_vma_placement *where)
{
	u64 size = max_t(u64, where->size, vma->obj->base.size);
	u64 end = vma->vm->total;

	if (!IS_ALIGNED(size, SZ_4K) || (where->align && !is_power_of_2(where->align)))
		return -EINVAL;

	if (where->low)
		end = min_t(u64, end, I915_LOW_END);

	if (where->exact)
		return i915_vma_place_exact(vma, where, size, end);

	if (where->prefer && i915_vma_place_preferred(vma, where, size, end))
		return 0;

	return i915_vma_place_anywhere(vma, where, size, end);
}

/*
 * If there are no marks but @own: not bound from here on for whoever marks it next.
 * Return: false if there are more.
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
 * i915_vma_do_unbind - the one way to unbind
 * @vma: the VMA
 * @own: marks of the caller's own
 *
 * Context: vm->lock held.
 * Return: 0; -EBUSY: there are more marks.
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

	i915_tlb_stamp(&vm->i915->mm, &obj->tlb_stamp);
	atomic_dec(&obj->bind_count);
	i915_gem_object_unpin_pages(obj);
	i915_audit_dec(I915_AUDIT_VMA_BOUND);

	return 0;
}

/**
 * __i915_vma_unbind_no_wait - unbind a VMA that is certainly idle
 * @vma: the VMA
 *
 * All of i915_vma_unbind() but the wait. May be made to fail by the kernel's
 * function error injection (fail_function).
 *
 * Context: vm->lock held, to be dropped by i915_vm_unlock(): the tables that became empty are freed
 * there.
 * Return: 0; -EBUSY: it is active.
 */
noinline int __i915_vma_unbind_no_wait(struct i915_vma *vma)
{
	return i915_vma_do_unbind(vma, 0);
}
EXPORT_SYMBOL_IF_KUNIT(__i915_vma_unbind_no_wait);
ALLOW_ERROR_INJECTION(__i915_vma_unbind_no_wait, ERRNO);

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
 * @vma: the VMA; the caller holds references of its object and VM
 *
 * For whoever must have a VMA unbound and may wait. Nothing in the driver does,
 * since no VMA has to go before its requests; the tests are its users.
 *
 * Context: process context; neither the object nor the VM locked.
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
		/* The fences first: asking for them makes the GPU report completion. */
		wait = i915_gem_object_wait(obj, true, true, MAX_SCHEDULE_TIMEOUT);
		if (wait < 0)
			return wait;

		ret = wait_var_event_interruptible(key, !i915_vma_busy(obj, vm));
		if (ret)
			return ret;

		/* It may have been closed meanwhile. */
		mutex_lock(&vm->lock);
		vma = i915_vma_lookup(obj, vm);
		ret = vma ? i915_vma_do_unbind(vma, 0) : 0;
		i915_vm_unlock(vm);
	} while (ret == -EBUSY);

	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_unbind);

static int i915_vma_bind_locked(struct i915_vma *vma, const struct i915_vma_placement *where)
{
	struct i915_address_space *vm = vma->vm;
	int ret;

	/* Pinned, but not for the GPU: the device was unplugged. */
	if (!vma->obj->pages)
		return -ENODEV;

	/* Bound elsewhere: move it, unless somebody else counts on it. */
	ret = i915_vma_do_unbind(vma, 1);
	if (ret)
		return ret;

	ret = i915_vma_place(vma, where);
	if (ret)
		return ret;

	ret = vm->ops->bind(vm, vma);
	if (ret) {
		drm_mm_remove_node(&vma->node);
		/* Some PTEs were there for a while: a batch that polls may know them. */
		i915_tlb_stamp(&vm->i915->mm, &vma->obj->tlb_stamp);
		return ret;
	}

	list_move_tail(&vma->vm_link, &vm->bound_list);
	atomic_inc(&vma->obj->bind_count);
	i915_audit_inc(I915_AUDIT_VMA_BOUND);

	/* PTEs and address are there for whoever sees this, see i915_vma_fits(). */
	smp_store_release(&vma->bound, true);

	return 0;
}

/**
 * i915_vma_bind - give a VMA an address and PTEs
 * @vma: the VMA; the caller holds a mark
 * @where: where it is wanted
 *
 * Nothing happens if it is bound and fits. If it is bound elsewhere it is
 * moved, provided the caller's is the only mark. Idle VMAs in the way are
 * evicted.
 *
 * Context: object locked; takes vm->lock, may sleep; does not wait for the GPU.
 * Return: 0; -EBUSY: this VMA is active where it is, or there is no room because
 * others are, more than &i915_vma_placement.own or one at the exact address;
 * -ENOSPC: there is no room and waiting would not help; -EINVAL: no such
 * address; -ENOMEM; -EFAULT: the object was purged; -ENODEV: the device was
 * unplugged.
 */
int i915_vma_bind(struct i915_vma *vma, const struct i915_vma_placement *where)
{
	struct i915_address_space *vm = vma->vm;
	int ret;

	if (i915_vma_fits(vma, where))
		return 0;

	/* The pin of the bound VMA; before vm->lock, for it may take long. */
	ret = i915_gem_object_pin_pages(vma->obj);
	if (ret)
		return ret;

	mutex_lock(&vm->lock);
	ret = i915_vma_bind_locked(vma, where);
	i915_vm_unlock(vm);

	if (ret)
		i915_gem_object_unpin_pages(vma->obj);

	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_bind);

static void i915_vma_unbind_in(struct drm_i915_gem_object *obj, struct i915_address_space *vm)
{
	struct i915_vma *vma = i915_vma_lookup(obj, vm);

	/* An active one, or one whose unbind fails, shows in bind_count. */
	if (vma && __i915_vma_unbind_no_wait(vma))
		drm_dbg(&vm->i915->drm, "a VMA stays bound\n");
}

/**
 * i915_vma_try_unbind_object - unbind every idle VMA of an object, without waiting for a lock
 * @obj: the object; the caller holds a reference
 *
 * Ends at the first VM that is locked.
 *
 * Context: process context, also memory reclaim; no VM locked.
 * Return: VMAs still bound.
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

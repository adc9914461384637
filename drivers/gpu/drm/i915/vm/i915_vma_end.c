// SPDX-License-Identifier: MIT

#include <linux/wait_bit.h>

#include <kunit/visibility.h>

#include "base/i915_drv.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_pt.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_end.h"
#include "vm/i915_vma_unbind.h"

/**
 * DOC: How a VMA ends
 *
 * Every way in which a VMA is destroyed is in this file, and each leads to
 * i915_vma_destroy() under vm->lock:
 *
 * - A file closes its handle of the object: i915_vma_close_owner(). An idle VMA is
 *   destroyed at once; one with marks when the last of them is dropped, in a
 *   worker.
 * - The last user of the address space (a context or a handle) leaves:
 *   i915_vm_leave() calls i915_vm_clean().
 * - The last reference to the object is put: i915_vma_release_object().
 *
 * None of them allocates or waits for the GPU, and each is linear in the VMAs that
 * it destroys: those that a file has of one object, those of one address space,
 * and those of one object.
 */

/*
 * Destroy an unbound VMA if it is idle. vm->lock held; the caller holds a reference to the VM.
 * Return: false if it was marked meanwhile and stays.
 */
static bool i915_vma_destroy(struct i915_vma *vma)
{
	struct drm_i915_gem_object *obj = vma->obj;
	struct i915_address_space *vm = vma->vm;
	bool idle;

	lockdep_assert_held(&vm->lock);

	spin_lock(&obj->vma_lock);
	idle = !i915_vma_is_active(vma);
	if (idle)
		rb_erase(&vma->obj_node, &obj->vmas);
	spin_unlock(&obj->vma_lock);
	if (!idle)
		return false;

	/* From here on the object may be freed. */
	list_del(&vma->vm_link);
	i915_vma_free(vma);
	i915_vm_put(vm);

	return true;
}

static bool i915_vma_try_end(struct i915_vma *vma)
{
	return !__i915_vma_unbind_no_wait(vma) && i915_vma_destroy(vma);
}

/**
 * i915_vma_release_object - destroy the VMAs of an object that is being freed
 * @obj: the object, without references
 *
 * This cannot fail, so it bypasses __i915_vma_unbind_no_wait(), whose failure can
 * be injected.
 *
 * Context: process context, may sleep; no VM locked.
 */
void i915_vma_release_object(struct drm_i915_gem_object *obj)
{
	struct i915_address_space *vm;
	struct i915_vma *vma;

	while ((vm = i915_vma_next_vm(obj, 0, NULL))) {
		mutex_lock(&vm->lock);
		vma = i915_vma_lookup(obj, vm);
		if (vma) {
			/* A mark implies a reference to the object, and there is none left. */
			if (drm_WARN_ON(&vm->i915->drm, i915_vma_is_active(vma)))
				vma->marks = (struct i915_vma_marks){};
			i915_vma_do_unbind(vma, 0);
			i915_vma_destroy(vma);
		}
		mutex_unlock(&vm->lock);
		i915_vm_put_sync(vm);
		cond_resched();
	}

	/* One invalidation for all of them */
	i915_pt_free_pruned(to_i915(obj->base.dev));
}

/**
 * i915_vma_object_free - free an object and its VMAs
 * @gem: the object, without references
 *
 * For &drm_gem_object_funcs.free.
 *
 * Context: process context, may sleep; no VM locked. See i915_gem_object_put().
 */
void i915_vma_object_free(struct drm_gem_object *gem)
{
	struct drm_i915_gem_object *obj = to_i915_bo(gem);

	i915_vma_release_object(obj);
	i915_gem_object_fini(obj);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_object_free);

/* Return: true if the VMA is idle and can be destroyed now; one with marks is flagged closed. */
static bool i915_vma_mark_closed(struct drm_i915_gem_object *obj, struct i915_address_space *vm)
{
	struct i915_vma *vma;
	bool idle;

	spin_lock(&obj->vma_lock);
	vma = i915_vma_find(obj, vm);
	idle = vma && !i915_vma_marks_close(&vma->marks);
	spin_unlock(&obj->vma_lock);

	return idle;
}

/**
 * i915_vma_close - close the VMA of an object in one address space
 * @obj: the object; the caller holds a reference
 * @vm: the address space; the caller holds a reference
 *
 * Destroys the VMA at once if it is idle, else when its last request has retired.
 *
 * Context: process context, may sleep; neither the object nor a VM locked.
 */
void i915_vma_close(struct drm_i915_gem_object *obj, struct i915_address_space *vm)
{
	struct i915_vma *vma;

	if (!i915_vma_mark_closed(obj, vm))
		return;

	mutex_lock(&vm->lock);
	vma = i915_vma_lookup(obj, vm);
	/* If it was marked meanwhile, somebody uses it through another handle, and it stays. */
	if (vma)
		i915_vma_try_end(vma);
	i915_vm_unlock(vm);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_close);

/**
 * i915_vma_close_owner - close the VMAs that a file has of an object
 * @obj: the object; the caller holds a reference
 * @owner: i915_address_space.owner of the file's address spaces
 *
 * i915_vma_close() for each address space of the file that @obj has a VMA in.
 *
 * Context: process context, may sleep; neither the object nor a VM locked.
 */
void i915_vma_close_owner(struct drm_i915_gem_object *obj, u64 owner)
{
	struct i915_address_space *vm = NULL, *last;

	do {
		last = vm;
		vm = i915_vma_next_vm(obj, owner, last);
		if (last)
			i915_vm_put_sync(last);
		if (!vm || vm->owner != owner)
			break;

		i915_vma_close(obj, vm);
		cond_resched();
	} while (true);

	if (vm)
		i915_vm_put_sync(vm);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_close_owner);

/*
 * Destroy a closed VMA whose last mark the caller holds. If it is open again, drop the mark; if the
 * address space has lost its last user meanwhile, i915_vm_clean() met this mark and left the VMA to
 * whoever drops it.
 */
static void i915_vma_reap(struct i915_vma *vma)
{
	struct drm_i915_gem_object *obj = vma->obj;
	struct i915_address_space *vm = i915_vm_get(vma->vm);
	bool claimed;

	mutex_lock(&vm->lock);

	spin_lock(&obj->vma_lock);
	claimed = i915_vma_marks_claim(&vma->marks);
	spin_unlock(&obj->vma_lock);
	if (claimed) {
		atomic_dec(&obj->in_use);
		wake_up_var(&vma->marks);
	} else {
		i915_vma_put_active(vma);
	}
	/* Destroying takes vm->lock: even without a mark the VMA is still there. */
	if (claimed || !atomic_read(&vm->users))
		i915_vma_try_end(vma);
	i915_vm_unlock(vm);

	i915_gem_object_put(obj);
	i915_vm_put_sync(vm);
}

/**
 * i915_vma_closed_work - destroy VMAs that were closed while active
 * @work: i915_vm_device.closed_work
 */
void i915_vma_closed_work(struct work_struct *work)
{
	struct i915_vm_device *vmd = container_of(work, struct i915_vm_device, closed_work);
	struct i915_vma *vma, *next;

	llist_for_each_entry_safe(vma, next, llist_del_all(&vmd->closed), retire_link) {
		i915_vma_reap(vma);
		cond_resched();
	}
}

static unsigned long i915_vm_clean_list(struct list_head *list)
{
	struct i915_vma *vma, *next;
	unsigned long left = 0;

	/* Unbinding moves a VMA to the other list, destroying takes it off. */
	list_for_each_entry_safe(vma, next, list, vm_link) {
		if (!i915_vma_try_end(vma))
			left++;
		cond_resched();
	}

	return left;
}

/**
 * i915_vm_clean - destroy every idle VMA of an address space
 * @vm: the address space; the caller holds a reference
 *
 * Linear in the number of VMAs; neither allocates nor waits. It cannot destroy VMAs
 * whose unbind fails, and VMAs that still wait for their worker, which destroys them.
 *
 * The last reference to an object of a VMA may be put meanwhile, but the object
 * cannot be freed before its VMAs, which takes the lock held here.
 *
 * Context: process context, may sleep. Neither @vm nor an object locked.
 * Return: number of VMAs left.
 */
unsigned long i915_vm_clean(struct i915_address_space *vm)
{
	unsigned long left;

	mutex_lock(&vm->lock);
	left = i915_vm_clean_list(&vm->unbound_list);
	left += i915_vm_clean_list(&vm->bound_list);
	i915_vm_unlock(vm);

	return left;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_clean);

/**
 * i915_vm_leave - stop being a user of an address space
 * @vm: the address space; the caller keeps the user's reference
 *
 * The last user destroys every VMA, without waiting.
 *
 * Context: process context, may sleep. Neither @vm nor an object locked.
 */
void i915_vm_leave(struct i915_address_space *vm)
{
	if (atomic_dec_and_test(&vm->users))
		i915_vm_clean(vm);
}

/**
 * i915_vm_put_user - stop being a user of an address space, and put the reference
 * @vm: the address space
 *
 * Context: process context, may sleep. Neither @vm nor an object locked.
 */
void i915_vm_put_user(struct i915_address_space *vm)
{
	i915_vm_leave(vm);
	i915_vm_put_sync(vm);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_put_user);

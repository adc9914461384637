// SPDX-License-Identifier: MIT

#include <linux/slab.h>

#include <kunit/visibility.h>

#include "base/i915_audit.h"
#include "base/i915_drv.h"
#include "vm/i915_pt.h"
#include "vm/i915_vm.h"

/**
 * DOC: Life of an address space
 *
 * An address space has two counts: users, who may still run work in it (contexts
 * and VM handles), and references, which keep its memory (one for each user and
 * each VMA). When the last user leaves, i915_vm_clean() destroys all VMAs, and
 * each puts its reference. The last put frees the struct and the root of the page
 * table.
 *
 * A VMA whose unbind fails stays bound and keeps its address space: a leak that
 * can be seen and counted, instead of a use after free.
 *
 * No VMA can become active in an address space without users: marks are taken on
 * behalf of a context, and the context is a user until its last request has
 * retired. That is why the clean-up never has to wait.
 */

/**
 * i915_address_space_fini - tear down an address space
 * @vm: has no references left; freed on return
 *
 * Context: process context.
 */
void i915_address_space_fini(struct i915_address_space *vm)
{
	drm_WARN_ON(&vm->i915->drm, !list_empty(&vm->bound_list));
	drm_WARN_ON(&vm->i915->drm, !list_empty(&vm->unbound_list));

	vm->ops->release(vm);
	drm_mm_takedown(&vm->mm);
	mutex_destroy(&vm->lock);
	mutex_destroy(&vm->turn);
	i915_audit_dec(I915_AUDIT_VM);
	kfree(vm);
}

static void i915_vm_release_work(struct work_struct *work)
{
	i915_address_space_fini(container_of(work, struct i915_address_space, release_work));
}

/**
 * i915_address_space_init - set up an address space
 * @vm: zeroed, from kzalloc(); freed after &i915_vm_ops.release
 * @i915: the device
 * @start: first address, bytes
 * @total: end of the address space, bytes
 * @ops: callbacks of its page tables
 *
 * The caller becomes the first user.
 */
void i915_address_space_init(struct i915_address_space *vm, struct drm_i915_private *i915,
			     u64 start, u64 total, const struct i915_vm_ops *ops)
{
	kref_init(&vm->ref);
	atomic_set(&vm->users, 1);
	vm->i915 = i915;
	vm->ops = ops;
	vm->total = total;
	mutex_init(&vm->turn);
	mutex_init(&vm->lock);
	drm_mm_init(&vm->mm, start, total - start);
	INIT_LIST_HEAD(&vm->bound_list);
	INIT_LIST_HEAD(&vm->unbound_list);
	INIT_WORK(&vm->release_work, i915_vm_release_work);
	i915_audit_inc(I915_AUDIT_VM);
}
EXPORT_SYMBOL_IF_KUNIT(i915_address_space_init);

static void i915_vm_release_sync(struct kref *ref)
{
	i915_address_space_fini(container_of(ref, struct i915_address_space, ref));
}

static void i915_vm_release_async(struct kref *ref)
{
	struct i915_address_space *vm = container_of(ref, struct i915_address_space, ref);

	queue_work(vm->i915->wq, &vm->release_work);
}

/**
 * i915_vm_get - take a reference to the memory of an address space
 * @vm: the address space
 *
 * Return: @vm.
 */
struct i915_address_space *i915_vm_get(struct i915_address_space *vm)
{
	kref_get(&vm->ref);

	return vm;
}

/**
 * i915_vm_put - drop a reference
 * @vm: the address space
 *
 * The last reference is freed from drm_i915_private.wq.
 *
 * Context: any.
 */
void i915_vm_put(struct i915_address_space *vm)
{
	kref_put(&vm->ref, i915_vm_release_async);
}

/**
 * i915_vm_put_sync - drop a reference; free the address space at once if it was the last
 * @vm: the address space, not locked
 *
 * Context: process context, may sleep.
 */
void i915_vm_put_sync(struct i915_address_space *vm)
{
	kref_put(&vm->ref, i915_vm_release_sync);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_put_sync);

/**
 * i915_vm_unlock - unlock an address space in which VMAs may have been unbound
 * @vm: the address space, locked
 *
 * Frees the page tables that became empty under the lock.
 *
 * Context: process context, also memory reclaim.
 */
void i915_vm_unlock(struct i915_address_space *vm)
{
	struct drm_i915_private *i915 = vm->i915;

	mutex_unlock(&vm->lock);
	i915_pt_free_pruned(i915);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_unlock);

/**
 * i915_vm_get_user - add a user to an address space
 * @vm: the address space; the caller knows of another user that stays during the call
 *
 * Context: any.
 * Return: @vm.
 */
struct i915_address_space *i915_vm_get_user(struct i915_address_space *vm)
{
	drm_WARN_ON(&vm->i915->drm, !atomic_inc_not_zero(&vm->users));

	return i915_vm_get(vm);
}

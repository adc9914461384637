// SPDX-License-Identifier: MIT

#include <linux/delay.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>

#include <kunit/visibility.h>

#include "base/i915_drv.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_evict.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_unbind.h"

/**
 * DOC: Eviction
 *
 * Makes room in an address space, for a size (i915_vm_evict_something()) or at
 * an address (i915_vm_evict_range()). Only idle VMAs are unbound, and nothing is
 * waited for because vm->lock is held. The return value tells two cases apart:
 * active VMAs are in the way (-EBUSY), or waiting would not help (-ENOSPC).
 *
 * A caller that wants to wait drops its locks and marks, waits for the fences of
 * what i915_vm_next_active() finds, and calls i915_vm_wait_marks().
 */

/* How many times to poll for marks, after 10 us and then twice as long each time: 40 ms */
#define I915_VM_WAIT_STEPS	12

static struct i915_vma *i915_node_to_vma(struct drm_mm_node *node)
{
	return container_of(node, struct i915_vma, node);
}

/*
 * Ask drm_mm which of the oldest bound VMAs make a hole together, and move them
 * to @victims, linked by vm_link. @active counts the active VMAs in the range.
 *
 * What does not help is moved to the end of the list, so that a caller that needs one hole after
 * the other does not look at it each time.
 */
static bool i915_vm_scan(struct i915_address_space *vm, struct drm_mm_scan *scan,
			 struct list_head *victims, unsigned long *active)
{
	struct i915_vma *vma, *next;
	LIST_HEAD(active_list);
	LIST_HEAD(spared);
	LIST_HEAD(seen);
	bool found = false;

	list_for_each_entry_safe(vma, next, &vm->bound_list, vm_link) {
		cond_resched();
		/* Marks are dropped at any time: decide and count by the same read. */
		if (i915_vma_is_active(vma)) {
			*active += vma->node.start < scan->range_end;
			list_move_tail(&vma->vm_link, &active_list);
			continue;
		}

		/* Newest first: drm_mm wants its blocks back in reverse order. */
		list_move(&vma->vm_link, &seen);
		found = drm_mm_scan_add_block(scan, &vma->node);
		if (found)
			break;
	}

	list_for_each_entry_safe(vma, next, &seen, vm_link) {
		bool needed = drm_mm_scan_remove_block(scan, &vma->node);

		list_move(&vma->vm_link, found && needed ? victims : &spared);
	}
	list_splice_tail(&spared, &vm->bound_list);
	list_splice_tail(&active_list, &vm->bound_list);

	return found;
}

/**
 * i915_vm_evict_something - unbind idle VMAs until there is a hole
 * @vm: the address space
 * @size: bytes wanted
 * @align: alignment in bytes, or 0
 * @start: first usable address
 * @end: end of the usable addresses
 * @own: number of active VMAs below @end that the caller itself has marked
 *
 * Context: vm->lock held.
 * Return: 0 if there is a hole now (use DRM_MM_INSERT_EVICT); -EBUSY if there is none but
 * there are active VMAs besides @own; -ENOSPC if there are not.
 */
int i915_vm_evict_something(struct i915_address_space *vm, u64 size, u64 align, u64 start,
			    u64 end, unsigned long own)
{
	struct i915_vma *vma, *next;
	unsigned long active = 0;
	struct drm_mm_scan scan;
	LIST_HEAD(victims);
	int ret = 0;

	lockdep_assert_held(&vm->lock);

	if (start >= end || size > end - start)
		return -ENOSPC;

	drm_mm_scan_init_with_range(&scan, &vm->mm, size, align, 0, start, end, DRM_MM_INSERT_BEST);
	if (!i915_vm_scan(vm, &scan, &victims, &active))
		return active > own ? -EBUSY : -ENOSPC;

	/* A VMA that was marked meanwhile, or whose unbind fails, stays bound. */
	list_for_each_entry_safe(vma, next, &victims, vm_link) {
		int err = __i915_vma_unbind_no_wait(vma);

		if (err) {
			list_move_tail(&vma->vm_link, &vm->bound_list);
			ret = err == -EBUSY ? err : -ENOSPC;
		}
	}

	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_evict_something);

static struct drm_mm_node *i915_vm_first_node(struct i915_address_space *vm, u64 start, u64 end)
{
	return __drm_mm_interval_first(&vm->mm, start, end - 1);
}

/* The list of nodes ends with drm_mm's head node. */
static bool i915_vm_is_node(struct i915_address_space *vm, const struct drm_mm_node *node, u64 end)
{
	return node != &vm->mm.head_node && node->start < end;
}

/**
 * i915_vm_evict_range - unbind the VMAs in a range of addresses
 * @vm: the address space
 * @offset: first address, bytes
 * @size: bytes
 * @self: VMA that may stay there, or NULL
 *
 * Context: vm->lock held.
 * Return: 0; -EBUSY if a VMA there is active; -ENOSPC if one cannot be unbound. In both
 * cases some of the others may have been unbound.
 */
int i915_vm_evict_range(struct i915_address_space *vm, u64 offset, u64 size, struct i915_vma *self)
{
	struct drm_mm_node *node, *next;
	u64 end = offset + size;
	int err;

	lockdep_assert_held(&vm->lock);

	for (node = i915_vm_first_node(vm, offset, end); i915_vm_is_node(vm, node, end);
	     node = next) {
		struct i915_vma *vma = i915_node_to_vma(node);

		next = list_next_entry(node, node_list);
		if (vma == self)
			continue;

		err = __i915_vma_unbind_no_wait(vma);
		if (err)
			return err == -EBUSY ? err : -ENOSPC;
		cond_resched();
	}

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_evict_range);

/**
 * i915_vm_evict_all - unbind every idle VMA
 * @vm: the address space
 *
 * Context: vm->lock held.
 * Return: number of VMAs that are still bound.
 */
unsigned long i915_vm_evict_all(struct i915_address_space *vm)
{
	struct i915_vma *vma, *next;
	unsigned long left = 0;

	lockdep_assert_held(&vm->lock);

	list_for_each_entry_safe(vma, next, &vm->bound_list, vm_link) {
		if (__i915_vma_unbind_no_wait(vma))
			left++;
		cond_resched();
	}

	return left;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_evict_all);

/**
 * i915_vm_evict_idle - i915_vm_evict_all() for a caller without vm->lock
 * @vm: the address space
 *
 * Context: process context, may sleep.
 */
void i915_vm_evict_idle(struct i915_address_space *vm)
{
	mutex_lock(&vm->lock);
	i915_vm_evict_all(vm);
	i915_vm_unlock(vm);
}

/**
 * i915_vm_next_active - walk the active VMAs in a range of addresses
 * @vm: the address space
 * @from: where to begin, bytes; set to the end of the VMA found
 * @end: end of the range, bytes
 *
 * Context: process context, may sleep; vm->lock not held.
 * Return: the object of the VMA, referenced, or NULL at the end.
 */
struct drm_i915_gem_object *i915_vm_next_active(struct i915_address_space *vm, u64 *from, u64 end)
{
	struct drm_i915_gem_object *obj = NULL;
	struct drm_mm_node *node;

	if (*from >= end)
		return NULL;

	mutex_lock(&vm->lock);
	for (node = i915_vm_first_node(vm, *from, end); i915_vm_is_node(vm, node, end);
	     node = list_next_entry(node, node_list)) {
		struct i915_vma *vma = i915_node_to_vma(node);

		/* A VMA whose object is being freed is not active for long. */
		if (i915_vma_is_active(vma) && kref_get_unless_zero(&vma->obj->base.refcount)) {
			obj = vma->obj;
			*from = node->start + node->size;
			break;
		}
		cond_resched();
	}
	mutex_unlock(&vm->lock);

	return obj;
}

static bool i915_vm_range_active(struct i915_address_space *vm, u64 start, u64 end)
{
	struct drm_i915_gem_object *obj = i915_vm_next_active(vm, &start, end);

	if (obj)
		i915_gem_object_put(obj);

	return obj;
}

/**
 * i915_vm_wait_marks - wait for the marks in a range whose fences have signalled
 * @vm: the address space
 * @start: first address, bytes
 * @end: end of the range, bytes
 *
 * A request drops its marks before its fence signals, but a poll may see the fence
 * signalled first, and a closed VMA is destroyed by a worker. Wait for both, but not
 * for long: somebody else may mark the VMA again and again. And not for the worker
 * itself, which has the closed VMAs of every client to do.
 *
 * Context: process context; no object and no VM locked, and the caller has no mark in
 * the range.
 * Return: 0 or -ERESTARTSYS.
 */
int i915_vm_wait_marks(struct i915_address_space *vm, u64 start, u64 end)
{
	unsigned int step;

	for (step = 0; step < I915_VM_WAIT_STEPS; step++) {
		if (!i915_vm_range_active(vm, start, end))
			break;
		if (signal_pending(current))
			return -ERESTARTSYS;
		usleep_range(10 << step, 20 << step);
	}

	return 0;
}

// SPDX-License-Identifier: MIT

#include <linux/delay.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>

#include <kunit/visibility.h>

#include "i915_drv.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma.h"

/**
 * DOC: Eviction
 *
 * Making room in an address space, for a size (i915_vm_evict_something()) or at
 * an address (i915_vm_evict_range()). Only idle VMAs are unbound and nothing is
 * waited for, because vm->lock is held. Who would rather wait lets go of its
 * locks and marks and calls i915_vm_wait_range().
 */

/* How often to look whether marks are gone, from 10 us on, each time twice as long: 40 ms */
#define I915_VM_WAIT_STEPS	12

static struct i915_vma *i915_node_to_vma(struct drm_mm_node *node)
{
	return container_of(node, struct i915_vma, node);
}

/*
 * Ask drm_mm for the oldest bound VMAs that make a hole together, and put them
 * on @victims, linked by vm_link.
 */
static bool i915_vm_scan(struct i915_address_space *vm, struct drm_mm_scan *scan,
			 struct list_head *victims)
{
	struct i915_vma *vma, *next;
	LIST_HEAD(seen);
	bool found = false;

	list_for_each_entry_safe(vma, next, &vm->bound_list, vm_link) {
		if (i915_vma_is_active(vma))
			continue;

		/* Newest first: drm_mm wants its blocks back in reverse order. */
		list_move(&vma->vm_link, &seen);
		found = drm_mm_scan_add_block(scan, &vma->node);
		if (found)
			break;
	}

	list_for_each_entry_safe(vma, next, &seen, vm_link) {
		bool needed = drm_mm_scan_remove_block(scan, &vma->node);

		list_move(&vma->vm_link, found && needed ? victims : &vm->bound_list);
	}

	return found;
}

/**
 * i915_vm_evict_something - unbind idle VMAs until there is a hole
 * @vm: the address space
 * @size: bytes wanted
 * @align: alignment wanted, bytes, or 0
 * @start: first address that will do
 * @end: end of the addresses that will do
 * @needs_32b: only addresses below 4 GiB will do
 *
 * Context: vm->lock held.
 * Return: 0: there is a hole now (DRM_MM_INSERT_EVICT); -ENOSPC: not without waiting.
 */
int i915_vm_evict_something(struct i915_address_space *vm, u64 size, u64 align, u64 start,
			    u64 end, bool needs_32b)
{
	struct i915_vma *vma, *next;
	struct drm_mm_scan scan;
	LIST_HEAD(victims);
	int ret = 0;

	lockdep_assert_held(&vm->lock);

	if (needs_32b)
		end = min_t(u64, end, SZ_4G - SZ_4K);
	if (start >= end || size > end - start)
		return -ENOSPC;

	drm_mm_scan_init_with_range(&scan, &vm->mm, size, align, 0, start, end, DRM_MM_INSERT_BEST);
	if (!i915_vm_scan(vm, &scan, &victims))
		return -ENOSPC;

	/* One that got marked meanwhile, or whose unbind fails, goes back. */
	list_for_each_entry_safe(vma, next, &victims, vm_link) {
		if (__i915_vma_unbind_no_wait(vma)) {
			list_move_tail(&vma->vm_link, &vm->bound_list);
			ret = -ENOSPC;
		}
	}

	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_evict_something);

/**
 * i915_vm_evict_range - unbind what stands in a range of addresses
 * @vm: the address space
 * @offset: first address, bytes
 * @size: bytes
 * @self: VMA that may stand there, or NULL
 *
 * Context: vm->lock held.
 * Return: 0; -EBUSY: something there is active; -ENOSPC: something there cannot
 * be unbound. In both cases some of the others may be gone.
 */
int i915_vm_evict_range(struct i915_address_space *vm, u64 offset, u64 size, struct i915_vma *self)
{
	struct drm_mm_node *node, *next;

	lockdep_assert_held(&vm->lock);

	node = __drm_mm_interval_first(&vm->mm, offset, offset + size - 1);
	for (; node->start < offset + size; node = next) {
		struct i915_vma *vma = i915_node_to_vma(node);

		/* The end of the list is a node beyond all addresses. */
		if (node == &vm->mm.head_node)
			break;

		next = list_next_entry(node, node_list);
		if (vma == self)
			continue;

		if (i915_vma_is_active(vma))
			return -EBUSY;
		if (__i915_vma_unbind_no_wait(vma))
			return i915_vma_is_active(vma) ? -EBUSY : -ENOSPC;
	}

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_evict_range);

/**
 * i915_vm_evict_all - unbind everything idle
 * @vm: the address space
 *
 * Context: vm->lock held.
 * Return: VMAs that stayed bound.
 */
unsigned long i915_vm_evict_all(struct i915_address_space *vm)
{
	struct i915_vma *vma, *next;
	unsigned long left = 0;

	lockdep_assert_held(&vm->lock);

	list_for_each_entry_safe(vma, next, &vm->bound_list, vm_link)
		if (__i915_vma_unbind_no_wait(vma))
			left++;

	return left;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vm_evict_all);

/* The object, referenced, of an active VMA in the range whose fences have not all signalled */
static struct drm_i915_gem_object *i915_vm_find_busy(struct i915_address_space *vm, u64 offset,
						     u64 size)
{
	struct i915_vma *vma;

	list_for_each_entry(vma, &vm->bound_list, vm_link) {
		struct drm_i915_gem_object *obj = vma->obj;

		if (vma->node.start >= offset + size ||
		    vma->node.start + vma->node.size <= offset || !i915_vma_is_active(vma))
			continue;

		if (!i915_gem_object_wait(obj, true, false, 0))
			continue;

		/* It dies: then it is not busy for long. */
		if (kref_get_unless_zero(&obj->base.refcount))
			return obj;
	}

	return NULL;
}

static int i915_vm_wait_fences(struct i915_address_space *vm, u64 offset, u64 size)
{
	struct drm_i915_gem_object *obj;
	long ret;

	do {
		mutex_lock(&vm->lock);
		obj = i915_vm_find_busy(vm, offset, size);
		mutex_unlock(&vm->lock);
		if (!obj)
			return 0;

		ret = i915_gem_object_wait(obj, true, true, MAX_SCHEDULE_TIMEOUT);
		i915_gem_object_put(obj);
	} while (ret >= 0);

	return ret;
}

static bool i915_vm_range_active(struct i915_address_space *vm, u64 offset, u64 size)
{
	struct i915_vma *vma;
	bool active = false;

	mutex_lock(&vm->lock);
	list_for_each_entry(vma, &vm->bound_list, vm_link) {
		if (vma->node.start < offset + size &&
		    vma->node.start + vma->node.size > offset && i915_vma_is_active(vma)) {
			active = true;
			break;
		}
	}
	mutex_unlock(&vm->lock);

	return active;
}

/**
 * i915_vm_wait_range - wait until the GPU is done with a range of addresses
 * @vm: the address space
 * @offset: first address, bytes
 * @size: bytes; the whole VM: 0 and vm->total
 *
 * A moment passes between the signal of a fence and the end of the mark it kept
 * on its VMA, and a closed VMA is destroyed by a worker: both are waited for,
 * but not for long, as somebody else may put the VMA to use again and again.
 *
 * Context: process context; no object and no VM locked, and none of the
 * caller's own marks in the range.
 * Return: 0 or -ERESTARTSYS.
 */
int i915_vm_wait_range(struct i915_address_space *vm, u64 offset, u64 size)
{
	unsigned int step;
	int ret;

	ret = i915_vm_wait_fences(vm, offset, size);
	if (ret)
		return ret;

	flush_work(&vm->i915->vm_device.closed_work);

	for (step = 0; step < I915_VM_WAIT_STEPS; step++) {
		if (!i915_vm_range_active(vm, offset, size))
			break;
		if (signal_pending(current))
			return -ERESTARTSYS;
		usleep_range(10 << step, 20 << step);
	}

	return 0;
}

/* SPDX-License-Identifier: MIT */
#ifndef _I915_VM_TYPES_H_
#define _I915_VM_TYPES_H_

#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include <drm/drm_mm.h>

struct drm_i915_private;
struct drm_i915_gem_object;
struct i915_address_space;
struct i915_page_table;
struct i915_vma;

/**
 * struct i915_vm_ops - the page tables behind an address space
 */
struct i915_vm_ops {
	/**
	 * @bind: write the PTEs of a VMA that has its address. Allocates tables on the way; on
	 * failure none is left. vm->lock held, pages pinned, may sleep.
	 */
	int (*bind)(struct i915_address_space *vm, struct i915_vma *vma);
	/**
	 * @unbind: clear the PTEs of a VMA, free tables that became empty. vm->lock held. No
	 * allocation, no wait.
	 */
	void (*unbind)(struct i915_address_space *vm, struct i915_vma *vma);
	/**
	 * @unmap_dma: end the DMA mappings of the tables; the device is unplugged, no new ones are
	 * made. Takes vm->lock, may sleep.
	 */
	void (*unmap_dma)(struct i915_address_space *vm);
	/** @release: free what is left of the tables; last reference */
	void (*release)(struct i915_address_space *vm);
};

/**
 * struct i915_address_space - a GPU address space of a client
 *
 * Two counts. @users are those who may still run work in it: contexts and VM
 * handles. The last of them gone, i915_vm_put_user() unbinds every VMA. @ref
 * keeps the memory: each user and each VMA has one, so a VMA that could not be
 * unbound keeps its address space (and is seen by the audit) instead of
 * pointing into freed memory.
 */
struct i915_address_space {
	/** @ref: keeps this struct and the page tables */
	struct kref ref;
	/** @users: contexts and VM handles; 0 is final */
	atomic_t users;
	/** @i915: the device */
	struct drm_i915_private *i915;
	/** @ops: constant */
	const struct i915_vm_ops *ops;
	/** @total: size of the address space, bytes; constant */
	u64 total;
	/**
	 * @owner: the file whose contexts and handles lead to it, as drm_file.client_id, also after
	 * the file is closed; 0: the driver's own. Constant. It orders i915_gem_object.vmas.
	 */
	u64 owner;

	/**
	 * @turn: held by who waits for room among the addresses, until it has got it or given up.
	 * Outside object locks.
	 */
	struct mutex turn;
	/**
	 * @lock: guards @mm, @bound_list, @unbound_list, the page tables, and address and binding
	 * of every VMA in it. Taken inside object locks, outside i915_gem_object.vma_lock. Never
	 * held while waiting for the GPU.
	 */
	struct mutex lock;
	/** @mm: which addresses are taken */
	struct drm_mm mm;
	/**
	 * @bound_list: VMAs with an address and PTEs, least recently bound first. Active are those
	 * with marks: activity is a count of the VMA, not a place on a list, so that a request in
	 * the steady state takes no lock of the VM.
	 */
	struct list_head bound_list;
	/** @unbound_list: VMAs without */
	struct list_head unbound_list;
	/** @top: highest table (PML4) of a PPGTT; constant */
	struct i915_page_table *top;
	/** @device_link: on i915_vm_device.vms, under its vms_lock */
	struct list_head device_link;
	/** @release_work: the end, if the last reference went by i915_vm_put() */
	struct work_struct release_work;
};

#endif

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
 * struct i915_vm_ops - callbacks of the page tables of an address space
 */
struct i915_vm_ops {
	/**
	 * @bind: write the PTEs of a VMA that has its address. Allocates the tables it needs; on
	 * failure it frees them. vm->lock held, pages pinned, may sleep.
	 */
	int (*bind)(struct i915_address_space *vm, struct i915_vma *vma);
	/**
	 * @unbind: clear the PTEs of a VMA, unlink tables that became empty. vm->lock held.
	 * Neither allocates nor waits.
	 */
	void (*unbind)(struct i915_address_space *vm, struct i915_vma *vma);
	/**
	 * @unmap_dma: DMA unmap the tables of an unplugged device, on which no new mapping is made.
	 * Takes vm->lock, may sleep.
	 */
	void (*unmap_dma)(struct i915_address_space *vm);
	/** @release: free what is left of the tables; no reference is left */
	void (*release)(struct i915_address_space *vm);
};

/**
 * struct i915_address_space - a GPU address space of a client
 *
 * It has two counts. @users counts those who may still run work in it: contexts
 * and VM handles. When the last of them leaves, every VMA is destroyed. @ref keeps
 * the memory: each user and each VMA holds one, so a VMA that could not be unbound
 * keeps its address space, where the audit sees both, instead of pointing to freed
 * memory.
 */
struct i915_address_space {
	/** @ref: keeps this struct and the page tables allocated */
	struct kref ref;
	/** @users: number of contexts and VM handles; once 0 it stays 0 */
	atomic_t users;
	/** @i915: the device */
	struct drm_i915_private *i915;
	/** @ops: callbacks of the page tables; constant */
	const struct i915_vm_ops *ops;
	/** @total: size of the address space, bytes; constant */
	u64 total;
	/**
	 * @owner: drm_file.client_id of the file that created it, even after that is closed; 0 for
	 * the driver's own. Constant. It orders drm_i915_gem_object.vmas.
	 */
	u64 owner;

	/**
	 * @turn: held by an execbuf that waits for room in the address space, until it has bound
	 * its VMAs or failed. Outside object locks.
	 */
	struct mutex turn;
	/**
	 * @lock: protects @mm, @bound_list, @unbound_list, the page tables, and the address and
	 * binding of every VMA in it. Inside object locks, outside drm_i915_gem_object.vma_lock.
	 * Never held while waiting for the GPU.
	 */
	struct mutex lock;
	/** @mm: allocator of addresses */
	struct drm_mm mm;
	/**
	 * @bound_list: VMAs with an address and PTEs, those first that eviction looks at first:
	 * the least recently bound, or found to be of no use. Whether one is active is told by its
	 * marks and not by a list, so that a request in the steady state takes no lock of the VM.
	 */
	struct list_head bound_list;
	/** @unbound_list: VMAs that are not bound */
	struct list_head unbound_list;
	/** @top: root table (PML4); constant */
	struct i915_page_table *top;
	/** @device_link: on i915_vm_device.vms, under its vms_lock */
	struct list_head device_link;
	/** @release_work: frees it if the last reference was put by i915_vm_put() */
	struct work_struct release_work;
};

#endif

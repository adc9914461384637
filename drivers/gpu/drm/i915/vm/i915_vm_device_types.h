/* SPDX-License-Identifier: MIT */
#ifndef _I915_VM_DEVICE_TYPES_H_
#define _I915_VM_DEVICE_TYPES_H_

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct drm_i915_private;
struct i915_page_table;
struct page;

/* Levels of a gen8 page table: 0 holds the PTEs, 3 is the root (PML4) */
#define I915_PT_LEVELS	4

/**
 * struct i915_vm_device - what the address spaces of a device share
 */
struct i915_vm_device {
	/** @i915: the device */
	struct drm_i915_private *i915;
	/** @scratch: page behind unused PTEs, of PPGTTs and GGTT; constant after init */
	struct page *scratch;
	/** @scratch_dma: its DMA address */
	dma_addr_t scratch_dma;
	/**
	 * @scratch_pt: tables of the levels below the root behind unused entries of any PPGTT, so
	 * that no walk ever fails; read-only for the GPU. Constant after init.
	 */
	struct i915_page_table *scratch_pt[I915_PT_LEVELS - 1];
	/** @scratch_pte: what an unused entry contains, by level. Constant after init. */
	u64 scratch_pte[I915_PT_LEVELS];

	/** @vms_lock: guards @vms */
	spinlock_t vms_lock;
	/** @vms: every address space of the device */
	struct list_head vms;

	/** @closed: VMAs of any address space that were closed while active and have retired */
	struct llist_head closed;
	/** @closed_work: destroys them, on drm_i915_private.wq */
	struct work_struct closed_work;

	/**
	 * @pruned: page tables that became empty, off their tree. A running batch may still be
	 * walking them: freed by i915_pt_free_pruned() after an invalidation.
	 */
	struct llist_head pruned;
	/** @pruned_stamp: i915_tlb_stamp() of the latest of them */
	u32 pruned_stamp;
	/**
	 * @pruned_lock: held while they are freed, so that others wait for it; innermost but for
	 * i915_mm.tlb_lock
	 */
	struct mutex pruned_lock;
};

#endif

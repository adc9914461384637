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
	/** @scratch: page that unused PTEs of PPGTTs and GGTT point to; constant after init */
	struct page *scratch;
	/** @scratch_dma: its DMA address */
	dma_addr_t scratch_dma;
	/**
	 * @scratch_pt: one table of each level below the root, for the unused entries of all
	 * PPGTTs, so that no walk ever fails. Constant after init.
	 */
	struct i915_page_table *scratch_pt[I915_PT_LEVELS - 1];
	/** @scratch_pte: value of an unused entry, by level; constant after init */
	u64 scratch_pte[I915_PT_LEVELS];

	/** @vms_lock: protects @vms */
	spinlock_t vms_lock;
	/** @vms: every address space of the device */
	struct list_head vms;

	/** @closed: VMAs of any address space that were closed while active and are now idle */
	struct llist_head closed;
	/** @closed_work: destroys them, on drm_i915_private.wq */
	struct work_struct closed_work;

	/**
	 * @pruned: page tables that became empty and are unlinked. A running batch may still be
	 * walking them, so i915_pt_free_pruned() frees them after a TLB invalidation.
	 */
	struct llist_head pruned;
	/** @pruned_stamp: i915_tlb_stamp() of the latest table on @pruned */
	u32 pruned_stamp;
	/**
	 * @pruned_lock: held while they are freed, so that concurrent callers wait; innermost
	 * except for i915_mm.tlb_lock
	 */
	struct mutex pruned_lock;
};

#endif

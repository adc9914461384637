/* SPDX-License-Identifier: MIT */
#ifndef _I915_PT_H_
#define _I915_PT_H_

#include <linux/kconfig.h>
#include <linux/llist.h>
#include <linux/types.h>

#include "hw/i915_gtt_regs.h"
#include "vm/i915_vm_device_types.h"

struct drm_i915_private;
struct i915_address_space;

/* Entries of a table of any level */
#define I915_PT_ENTRIES		512
/* Bytes behind one table of level 0 */
#define I915_PT_SPAN		(I915_PT_ENTRIES * 4096ull)
/**
 * struct i915_page_table - one page of a page table, of any level
 */
struct i915_page_table {
	/** @entry: the page that the GPU reads: I915_PT_ENTRIES entries */
	u64 *entry;
	/** @dma: DMA address of @entry */
	dma_addr_t dma;
	/** @child: CPU view of the tables one level down, by entry; NULL on level 0 */
	struct i915_page_table **child;
	union {
		/** @used: number of entries that are not scratch; at 0 the table is pruned */
		unsigned int used;
		/** @pruned: on i915_vm_device.pruned */
		struct llist_node pruned;
	};
};

/**
 * i915_pte_encode - PTE of a page that the GPU caches in the last level cache
 * @dma: address of the page
 * @readonly: writes by the GPU are dropped
 *
 * Return: the PTE.
 */
static inline u64 i915_pte_encode(dma_addr_t dma, bool readonly)
{
	return dma | I915_PTE_PRESENT | (readonly ? 0 : I915_PTE_WRITE) | I915_PTE_PAT;
}

/**
 * i915_pde_encode - entry of a table above level 0
 * @dma: address of the table below
 *
 * Page tables are cached by the GPU. Write permission is decided by the PTE alone.
 *
 * Return: the entry.
 */
static inline u64 i915_pde_encode(dma_addr_t dma)
{
	return dma | I915_PTE_PRESENT | I915_PTE_WRITE;
}

/**
 * i915_pt_index - which entry of a table an address goes through
 * @addr: address, bytes
 * @level: level of the table
 *
 * Return: index, below I915_PT_ENTRIES.
 */
static inline unsigned int i915_pt_index(u64 addr, unsigned int level)
{
	return (addr >> (12 + 9 * level)) % I915_PT_ENTRIES;
}

int i915_pt_slab_init(void);
void i915_pt_slab_exit(void);

#if IS_ENABLED(CONFIG_KUNIT)
struct i915_page_table *i915_pt_alloc(struct i915_vm_device *vmd, unsigned int level);
#endif
struct i915_page_table *i915_pt_create(struct i915_vm_device *vmd, unsigned int level);
void i915_pt_destroy(struct i915_vm_device *vmd, struct i915_page_table *pt);
void i915_pt_forget_children(struct i915_page_table *pt);
void i915_pt_unmap_tree(struct i915_vm_device *vmd, struct i915_page_table *pt);

void i915_pt_discard(struct i915_address_space *vm, struct i915_page_table *pt);
void i915_pt_free_pruned(struct drm_i915_private *i915);

int i915_pt_scratch_init(struct i915_vm_device *vmd);
void i915_pt_scratch_fini(struct i915_vm_device *vmd);
void i915_pt_unmap_scratch(struct i915_vm_device *vmd);

#endif

// SPDX-License-Identifier: MIT

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>

#include <kunit/static_stub.h>
#include <kunit/visibility.h>

#include "base/i915_audit.h"
#include "base/i915_drv.h"
#include "mem/i915_mem_layer.h"
#include "mem/i915_mm_tlb.h"
#include "vm/i915_pt.h"
#include "vm/i915_vm_layer.h"
#include "vm/i915_vm_types.h"

/**
 * DOC: Page tables
 *
 * A table is a page for the GPU and, above the lowest level, an array of its
 * children for the CPU. Its contents are written by i915_gen8_ppgtt.c.
 *
 * Unused entries of every level point to tables shared by the whole device, and
 * those in the end to one read-only scratch page. A prefetch beyond the end of a
 * buffer therefore reads zeroes instead of faulting.
 *
 * A table that became empty is unlinked at once, but a batch that runs in the
 * same address space may have the entry that led to it in its TLB, or be walking
 * it: the table is freed only after a TLB invalidation. i915_vm_unlock() does
 * that after it has dropped the lock, with one invalidation for all tables that
 * are waiting. An address space without users runs nothing and skips it.
 */

/* Arrays of children. All NULL when freed, so the constructor need not run again. */
static struct kmem_cache *i915_pt_child_slab;

static void i915_pt_child_ctor(void *child)
{
	memset(child, 0, I915_PT_ENTRIES * sizeof(struct i915_page_table *));
}

/**
 * i915_pt_slab_init - create the slab for arrays of child tables
 *
 * Return: 0 or -ENOMEM.
 */
int i915_pt_slab_init(void)
{
	i915_pt_child_slab = kmem_cache_create("i915_pt_child",
					       I915_PT_ENTRIES * sizeof(struct i915_page_table *),
					       0, SLAB_ACCOUNT, i915_pt_child_ctor);

	return i915_pt_child_slab ? 0 : -ENOMEM;
}

/**
 * i915_pt_slab_exit - destroy the slab; no page table may be left
 */
void i915_pt_slab_exit(void)
{
	kmem_cache_destroy(i915_pt_child_slab);
	i915_pt_child_slab = NULL;
}

/**
 * i915_pt_forget_children - make a table a leaf whatever it led to
 * @pt: a table above level 0
 */
void i915_pt_forget_children(struct i915_page_table *pt)
{
	i915_pt_child_ctor(pt->child);
}

static void i915_pt_fill(struct i915_page_table *pt, u64 value)
{
	memset64(pt->entry, value, I915_PT_ENTRIES);
}

/* Allocate one table; the entries are not written yet. Tests make this fail. */
VISIBLE_IF_KUNIT struct i915_page_table *i915_pt_alloc(struct i915_vm_device *vmd,
						       unsigned int level)
{
	struct device *dev = vmd->i915->drm.dev;
	struct i915_page_table *pt;
	int idx;

	KUNIT_STATIC_STUB_REDIRECT(i915_pt_alloc, vmd, level);

	pt = kzalloc(sizeof(*pt), GFP_KERNEL_ACCOUNT);
	if (!pt)
		return NULL;

	if (level) {
		pt->child = kmem_cache_alloc(i915_pt_child_slab, GFP_KERNEL);
		if (!pt->child)
			goto err_pt;
	}

	pt->entry = (u64 *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!pt->entry)
		goto err_child;

	/* Unplug waits for this section and unmaps later, see &i915_vm_ops.unmap_dma. */
	if (!drm_dev_enter(&vmd->i915->drm, &idx))
		goto err_entry;
	pt->dma = dma_map_page(dev, virt_to_page(pt->entry), 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
	drm_dev_exit(idx);
	if (dma_mapping_error(dev, pt->dma))
		goto err_entry;

	return pt;

err_entry:
	free_page((unsigned long)pt->entry);
err_child:
	if (pt->child)
		kmem_cache_free(i915_pt_child_slab, pt->child);
err_pt:
	kfree(pt);
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(i915_pt_alloc);

static void i915_pt_unmap(struct i915_vm_device *vmd, struct i915_page_table *pt)
{
	if (pt->dma == DMA_MAPPING_ERROR)
		return;

	dma_unmap_page(vmd->i915->drm.dev, pt->dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
	pt->dma = DMA_MAPPING_ERROR;
}

/**
 * i915_pt_unmap_tree - DMA unmap a table and all below it
 * @vmd: state shared by the address spaces of an unplugged device
 * @pt: the table; four levels deep at most
 *
 * Context: process context; the address space locked.
 */
void i915_pt_unmap_tree(struct i915_vm_device *vmd, struct i915_page_table *pt)
{
	unsigned int n;

	for (n = 0; pt->child && n < I915_PT_ENTRIES; n++) {
		if (pt->child[n])
			i915_pt_unmap_tree(vmd, pt->child[n]);
	}
	i915_pt_unmap(vmd, pt);
}

static void i915_pt_free(struct i915_vm_device *vmd, struct i915_page_table *pt)
{
	i915_pt_unmap(vmd, pt);
	free_page((unsigned long)pt->entry);
	if (pt->child)
		kmem_cache_free(i915_pt_child_slab, pt->child);
	kfree(pt);
}

/**
 * i915_pt_create - allocate a table that points to scratch
 * @vmd: what the address spaces of the device share
 * @level: level of the table
 *
 * Context: process context, may sleep.
 * Return: the table or NULL.
 */
struct i915_page_table *i915_pt_create(struct i915_vm_device *vmd, unsigned int level)
{
	struct i915_page_table *pt = i915_pt_alloc(vmd, level);

	if (pt) {
		i915_pt_fill(pt, vmd->scratch_pte[level]);
		i915_audit_inc(I915_AUDIT_PT);
	}

	return pt;
}

/**
 * i915_pt_destroy - free a table at once
 * @vmd: what the address spaces of the device share
 * @pt: the table, without children and not reachable by the GPU
 *
 * Context: process context, also memory reclaim.
 */
void i915_pt_destroy(struct i915_vm_device *vmd, struct i915_page_table *pt)
{
	i915_audit_dec(I915_AUDIT_PT);
	i915_pt_free(vmd, pt);
}

/**
 * i915_pt_discard - free a table that nothing points to any more
 * @vm: the address space it was in
 * @pt: the table, without children
 *
 * A batch that runs in @vm may still be walking it, so i915_pt_free_pruned() frees
 * it. Without users there is no batch, and it is freed here.
 *
 * Context: vm->lock held.
 */
void i915_pt_discard(struct i915_address_space *vm, struct i915_page_table *pt)
{
	struct i915_vm_device *vmd = to_vm_device(vm->i915);

	if (!atomic_read(&vm->users)) {
		i915_pt_destroy(vmd, pt);
		return;
	}

	i915_tlb_stamp(to_mm(vm->i915), &vmd->pruned_stamp);
	llist_add(&pt->pruned, &vmd->pruned);
}

/**
 * i915_pt_free_pruned - free the page tables that became empty
 * @i915: the device
 *
 * Frees those of all address spaces, after one TLB invalidation. On return, every table that
 * was pruned before the call has been freed.
 *
 * Context: process context, also memory reclaim.
 */
void i915_pt_free_pruned(struct drm_i915_private *i915)
{
	struct i915_vm_device *vmd = to_vm_device(i915);
	struct i915_page_table *pt, *next;
	struct llist_node *pruned;

	if (llist_empty(&vmd->pruned)) {
		/* Whoever took them has locked before, and frees them now. */
		smp_rmb();
		if (!mutex_is_locked(&vmd->pruned_lock))
			return;
	}

	mutex_lock(&vmd->pruned_lock);
	pruned = llist_del_all(&vmd->pruned);
	/* At least as recent as the stamp of the last table in @pruned. */
	if (pruned)
		i915_tlb_flush(i915, READ_ONCE(vmd->pruned_stamp));
	llist_for_each_entry_safe(pt, next, pruned, pruned)
		i915_pt_destroy(vmd, pt);
	mutex_unlock(&vmd->pruned_lock);
}
EXPORT_SYMBOL_IF_KUNIT(i915_pt_free_pruned);

/**
 * i915_pt_scratch_init - create the tables that unused entries point to
 * @vmd: has its scratch page
 *
 * Return: 0 or -ENOMEM.
 */
int i915_pt_scratch_init(struct i915_vm_device *vmd)
{
	unsigned int level;

	vmd->scratch_pte[0] = i915_pte_encode(vmd->scratch_dma, true);
	for (level = 0; level < I915_PT_LEVELS - 1; level++) {
		struct i915_page_table *pt = i915_pt_alloc(vmd, 0);

		if (!pt) {
			i915_pt_scratch_fini(vmd);
			return -ENOMEM;
		}
		i915_pt_fill(pt, vmd->scratch_pte[level]);
		vmd->scratch_pt[level] = pt;
		vmd->scratch_pte[level + 1] = i915_pde_encode(pt->dma);
	}

	return 0;
}

/**
 * i915_pt_scratch_fini - undo i915_pt_scratch_init()
 * @vmd: no PPGTT is left
 */
void i915_pt_scratch_fini(struct i915_vm_device *vmd)
{
	unsigned int level;

	for (level = 0; level < I915_PT_LEVELS - 1; level++) {
		if (vmd->scratch_pt[level])
			i915_pt_free(vmd, vmd->scratch_pt[level]);
		vmd->scratch_pt[level] = NULL;
	}
}

/**
 * i915_pt_unmap_scratch - end the DMA mappings of the scratch tables
 * @vmd: its device is unplugged
 *
 * Context: process context.
 */
void i915_pt_unmap_scratch(struct i915_vm_device *vmd)
{
	unsigned int level;

	for (level = 0; level < I915_PT_LEVELS - 1; level++)
		i915_pt_unmap(vmd, vmd->scratch_pt[level]);
}

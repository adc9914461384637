// SPDX-License-Identifier: MIT

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>

#include <kunit/static_stub.h>
#include <kunit/visibility.h>

#include "diag/i915_audit.h"
#include "i915_drv.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_gen8_ppgtt.h"
#include "vm/i915_vm.h"
#include "vm/i915_vm_device.h"
#include "vm/i915_vma.h"

/**
 * DOC: Gen8 page tables
 *
 * Four levels of 512 entries: PML4, PDP, PD, PT. Only the root exists from the
 * start; the others come with the first VMA that needs them and go with the
 * last. Each table counts its used entries, so nobody has to look for an empty
 * one.
 *
 * Unused entries of every level lead to tables shared by the whole device and
 * in the end to one read-only scratch page. A prefetch beyond the end of a
 * buffer so finds zeroes instead of a fault.
 *
 * Rejected: preallocating the tables of a bind outside of the VM's lock. It is
 * a mutex, the shrinker only tries it, and so tables can be allocated where
 * they are needed; what a failed bind leaves is taken down by the very code
 * that unbinds.
 *
 * A table that became empty is unhooked at once, but a batch that runs in the
 * same address space may have the entry that led to it in its TLB, or be in the
 * middle of it: the table is freed only after the TLBs were told to forget. What
 * comes after the lock of the address space is dropped, i915_vm_unlock(), does
 * that for all tables there are, with one invalidation. An address space
 * without users runs nothing and skips it.
 *
 * All of this runs under i915_address_space.lock.
 */

/* Arrays of children. All NULL when they are freed, so the constructor's zeroes are still there. */
static struct kmem_cache *i915_pt_child_slab;

static void i915_pt_child_ctor(void *child)
{
	memset(child, 0, I915_PT_ENTRIES * sizeof(struct i915_page_table *));
}

/**
 * i915_pt_slab_init - make the slab of what the CPU knows of page tables
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

static void i915_pt_fill(struct i915_page_table *pt, u64 value)
{
	memset64(pt->entry, value, I915_PT_ENTRIES);
}

/* Memory of one table, entries not yet written. The tests make it fail. */
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

	/* an unbind waits for it, and ends it later: see i915_ppgtt_unmap_dma() */
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

/* A table and all below it; four levels deep */
static void i915_pt_unmap_tree(struct i915_vm_device *vmd, struct i915_page_table *pt)
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

static struct i915_page_table *i915_pt_create(struct i915_vm_device *vmd, unsigned int level)
{
	struct i915_page_table *pt = i915_pt_alloc(vmd, level);

	if (pt) {
		i915_pt_fill(pt, vmd->scratch_pte[level]);
		i915_audit_inc(I915_AUDIT_PT);
	}

	return pt;
}

static void i915_pt_destroy(struct i915_vm_device *vmd, struct i915_page_table *pt)
{
	i915_audit_dec(I915_AUDIT_PT);
	i915_pt_free(vmd, pt);
}

/**
 * i915_ppgtt_scratch_init - make what unused entries lead to
 * @vmd: whose scratch page is there already
 *
 * Return: 0 or -ENOMEM.
 */
int i915_ppgtt_scratch_init(struct i915_vm_device *vmd)
{
	unsigned int level;

	vmd->scratch_pte[0] = i915_pte_encode(vmd->scratch_dma, true);
	for (level = 0; level < I915_PT_LEVELS - 1; level++) {
		struct i915_page_table *pt = i915_pt_alloc(vmd, 0);

		if (!pt) {
			i915_ppgtt_scratch_fini(vmd);
			return -ENOMEM;
		}
		i915_pt_fill(pt, vmd->scratch_pte[level]);
		vmd->scratch_pt[level] = pt;
		vmd->scratch_pte[level + 1] = i915_pde_encode(pt->dma);
	}

	return 0;
}

/**
 * i915_ppgtt_scratch_fini - undo i915_ppgtt_scratch_init()
 * @vmd: no PPGTT is left
 */
void i915_ppgtt_scratch_fini(struct i915_vm_device *vmd)
{
	unsigned int level;

	for (level = 0; level < I915_PT_LEVELS - 1; level++) {
		if (vmd->scratch_pt[level])
			i915_pt_free(vmd, vmd->scratch_pt[level]);
		vmd->scratch_pt[level] = NULL;
	}
}

/*
 * Nothing leads to a table any more, but a batch that runs in this address space may be on its way
 * through it. Without users there is no batch.
 */
static void i915_pt_discard(struct i915_address_space *vm, struct i915_page_table *pt)
{
	struct i915_vm_device *vmd = &vm->i915->vm_device;

	if (!atomic_read(&vm->users)) {
		i915_pt_destroy(vmd, pt);
		return;
	}

	i915_tlb_stamp(&vm->i915->mm, &vmd->pruned_stamp);
	llist_add(&pt->pruned, &vmd->pruned);
}

/**
 * i915_pt_free_pruned - free the page tables that became empty
 * @i915: the device
 *
 * All there are, of all address spaces, after one invalidation of the TLBs. On
 * return those are free that were pruned before the call.
 *
 * Context: process context, also memory reclaim.
 */
void i915_pt_free_pruned(struct drm_i915_private *i915)
{
	struct i915_vm_device *vmd = &i915->vm_device;
	struct i915_page_table *pt, *next;
	struct llist_node *pruned;

	if (llist_empty(&vmd->pruned))
		return;

	mutex_lock(&vmd->pruned_lock);
	pruned = llist_del_all(&vmd->pruned);
	/* Written before the last of @pruned was added, or later still. */
	if (pruned)
		i915_tlb_flush(i915, READ_ONCE(vmd->pruned_stamp));
	llist_for_each_entry_safe(pt, next, pruned, pruned)
		i915_pt_destroy(vmd, pt);
	mutex_unlock(&vmd->pruned_lock);
}
EXPORT_SYMBOL_IF_KUNIT(i915_pt_free_pruned);

/* Take down the empty tables at and above @level on the way to @addr. */
static void i915_ppgtt_prune(struct i915_address_space *vm, struct i915_page_table **path, u64 addr,
			     unsigned int level)
{
	struct i915_vm_device *vmd = &vm->i915->vm_device;

	for (; level < I915_PT_LEVELS - 1 && !path[level]->used; level++) {
		struct i915_page_table *parent = path[level + 1];
		unsigned int idx = i915_pt_index(addr, level + 1);

		WRITE_ONCE(parent->entry[idx], vmd->scratch_pte[level + 1]);
		parent->child[idx] = NULL;
		parent->used--;
		i915_pt_discard(vm, path[level]);
	}
}

/* Fill @path with the tables on the way to @addr, making those that are not there. */
static int i915_ppgtt_make_path(struct i915_address_space *vm, struct i915_page_table **path,
				u64 addr)
{
	unsigned int level;

	path[I915_PT_LEVELS - 1] = vm->top;
	for (level = I915_PT_LEVELS - 1; level; level--) {
		struct i915_page_table *pt = path[level], *child;
		unsigned int idx = i915_pt_index(addr, level);

		child = pt->child[idx];
		if (!child) {
			child = i915_pt_create(&vm->i915->vm_device, level - 1);
			if (!child) {
				i915_ppgtt_prune(vm, path, addr, level);
				return -ENOMEM;
			}
			pt->child[idx] = child;
			pt->used++;
			WRITE_ONCE(pt->entry[idx], i915_pde_encode(child->dma));
		}
		path[level - 1] = child;
	}

	return 0;
}

static void i915_ppgtt_find_path(struct i915_address_space *vm, struct i915_page_table **path,
				 u64 addr)
{
	unsigned int level;

	path[I915_PT_LEVELS - 1] = vm->top;
	for (level = I915_PT_LEVELS - 1; level; level--)
		path[level - 1] = path[level]->child[i915_pt_index(addr, level)];
}

/* Forget the bound pages of [start, end). */
static void i915_ppgtt_clear(struct i915_address_space *vm, u64 start, u64 end)
{
	struct i915_page_table *path[I915_PT_LEVELS];
	u64 addr, next;

	for (addr = start; addr < end; addr = next) {
		unsigned int count;

		next = min(end, ALIGN_DOWN(addr, I915_PT_SPAN) + I915_PT_SPAN);
		count = (next - addr) >> 12;

		i915_ppgtt_find_path(vm, path, addr);
		memset64(path[0]->entry + i915_pt_index(addr, 0),
			 vm->i915->vm_device.scratch_pte[0], count);
		path[0]->used -= count;
		i915_ppgtt_prune(vm, path, addr, 0);
	}
}

/**
 * struct i915_ppgtt_fill - position in the pages of an object while they are bound
 * @sg: current piece
 * @dma: next page
 * @left: bytes left of @sg, from @dma on
 */
struct i915_ppgtt_fill {
	struct scatterlist *sg;
	dma_addr_t dma;
	u64 left;
};

static void i915_ppgtt_fill_start(struct i915_ppgtt_fill *fill, struct scatterlist *sg)
{
	fill->sg = sg;
	fill->dma = sg_dma_address(sg);
	fill->left = sg_dma_len(sg);
}

static void i915_ppgtt_fill_pt(struct i915_page_table *pt, unsigned int idx, unsigned int count,
			       struct i915_ppgtt_fill *fill)
{
	u64 *entry = pt->entry + idx;

	pt->used += count;
	while (count--) {
		if (!fill->left)
			i915_ppgtt_fill_start(fill, sg_next(fill->sg));

		WRITE_ONCE(*entry++, i915_pte_encode(fill->dma, false));
		fill->dma += 4096;
		fill->left -= 4096;
	}
}

static int i915_ppgtt_bind(struct i915_address_space *vm, struct i915_vma *vma)
{
	struct i915_page_table *path[I915_PT_LEVELS];
	u64 start = vma->node.start;
	u64 end = start + vma->obj->base.size;
	struct i915_ppgtt_fill fill;
	u64 addr, next;
	int ret;

	lockdep_assert_held(&vm->lock);

	i915_ppgtt_fill_start(&fill, vma->obj->pages->sgl);
	for (addr = start; addr < end; addr = next) {
		next = min(end, ALIGN_DOWN(addr, I915_PT_SPAN) + I915_PT_SPAN);

		ret = i915_ppgtt_make_path(vm, path, addr);
		if (ret) {
			i915_ppgtt_clear(vm, start, addr);
			return ret;
		}
		i915_ppgtt_fill_pt(path[0], i915_pt_index(addr, 0), (next - addr) >> 12, &fill);
		cond_resched();
	}

	return 0;
}

static void i915_ppgtt_unbind(struct i915_address_space *vm, struct i915_vma *vma)
{
	lockdep_assert_held(&vm->lock);

	i915_ppgtt_clear(vm, vma->node.start, vma->node.start + vma->obj->base.size);
}

/* Every VMA held a reference and is gone: only the root is left. */
static void i915_ppgtt_release(struct i915_address_space *vm)
{
	/* Tables that are lost must not come back with the next use of the array, all NULL. */
	if (drm_WARN_ON(&vm->i915->drm, vm->top->used))
		i915_pt_child_ctor(vm->top->child);
	i915_vm_device_remove(vm);
	i915_pt_destroy(&vm->i915->vm_device, vm->top);
}

/**
 * i915_ppgtt_unmap_dma - end the DMA mappings of the tables of an address space
 * @vm: a PPGTT; the device is unplugged: no new ones are made
 *
 * The tables stay for the CPU, which still takes them down.
 *
 * Context: process context, may sleep; @vm not locked.
 */
void i915_ppgtt_unmap_dma(struct i915_address_space *vm)
{
	mutex_lock(&vm->lock);
	i915_pt_unmap_tree(&vm->i915->vm_device, vm->top);
	mutex_unlock(&vm->lock);
}

/**
 * i915_ppgtt_unmap_scratch - end the DMA mappings of the scratch tables
 * @vmd: its device is unplugged
 *
 * Context: process context.
 */
void i915_ppgtt_unmap_scratch(struct i915_vm_device *vmd)
{
	unsigned int level;

	for (level = 0; level < I915_PT_LEVELS - 1; level++)
		i915_pt_unmap(vmd, vmd->scratch_pt[level]);
}

static const struct i915_vm_ops i915_ppgtt_ops = {
	.bind = i915_ppgtt_bind,
	.unbind = i915_ppgtt_unbind,
	.release = i915_ppgtt_release,
};

/**
 * i915_ppgtt_create - a new address space
 * @i915: the device
 * @owner: the file it is for, see i915_address_space.owner
 *
 * The root of the page table is there at once: context images need its address.
 *
 * Context: process context.
 * Return: the address space with one user, the caller; or ERR_PTR(-ENOMEM).
 */
struct i915_address_space *i915_ppgtt_create(struct drm_i915_private *i915, u64 owner)
{
	struct i915_address_space *vm;
	struct i915_page_table *top;

	vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	if (!vm)
		return ERR_PTR(-ENOMEM);

	top = i915_pt_create(&i915->vm_device, I915_PT_LEVELS - 1);
	if (!top) {
		kfree(vm);
		return ERR_PTR(-ENOMEM);
	}

	i915_address_space_init(vm, i915, 0, BIT_ULL(I915_PPGTT_BITS), &i915_ppgtt_ops);
	vm->owner = owner;
	vm->top = top;
	i915_vm_device_add(vm);

	return vm;
}
EXPORT_SYMBOL_IF_KUNIT(i915_ppgtt_create);

/**
 * i915_ppgtt_root - the root of the page table
 * @vm: a PPGTT
 *
 * Return: DMA address of the PML4, for context images.
 */
dma_addr_t i915_ppgtt_root(const struct i915_address_space *vm)
{
	return vm->top->dma;
}
EXPORT_SYMBOL_IF_KUNIT(i915_ppgtt_root);

/**
 * i915_ppgtt_lookup - walk the page table as the GPU would
 * @vm: a PPGTT
 * @addr: address, bytes
 *
 * For tests and debugging.
 *
 * Context: vm->lock held.
 * Return: the PTE, which is that of the scratch page where nothing is bound.
 */
u64 i915_ppgtt_lookup(struct i915_address_space *vm, u64 addr)
{
	struct i915_page_table *pt = vm->top;
	unsigned int level;

	lockdep_assert_held(&vm->lock);

	for (level = I915_PT_LEVELS - 1; level; level--) {
		pt = pt->child[i915_pt_index(addr, level)];
		if (!pt)
			return vm->i915->vm_device.scratch_pte[0];
	}

	return pt->entry[i915_pt_index(addr, 0)];
}
EXPORT_SYMBOL_IF_KUNIT(i915_ppgtt_lookup);

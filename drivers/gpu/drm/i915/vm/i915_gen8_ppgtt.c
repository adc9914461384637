// SPDX-License-Identifier: MIT

#include <linux/scatterlist.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>

#include <kunit/visibility.h>

#include "base/i915_drv.h"
#include "vm/i915_gen8_ppgtt.h"
#include "vm/i915_pt.h"
#include "vm/i915_vm.h"
#include "vm/i915_vm_device.h"
#include "vm/i915_vm_layer.h"
#include "vm/i915_vma.h"

/**
 * DOC: Gen8 page tables
 *
 * Four levels of 512 entries: PML4, PDP, PD, PT. Only the root exists from the
 * start; the others are allocated with the first VMA that needs them and freed
 * with the last. Each table counts its used entries, so empty ones are known
 * without a search. The tables themselves are in i915_pt.c.
 *
 * Rejected: preallocating the tables of a bind before vm->lock is taken. It is a
 * mutex that the shrinker only trylocks, so tables can be allocated where they
 * are needed, and a failed bind is undone by the code that unbinds.
 *
 * All of this runs under i915_address_space.lock.
 */

/* Unlink the empty tables at and above @level on the path to @addr. */
static void i915_ppgtt_prune(struct i915_address_space *vm, struct i915_page_table **path, u64 addr,
			     unsigned int level)
{
	struct i915_vm_device *vmd = to_vm_device(vm->i915);

	for (; level < I915_PT_LEVELS - 1 && !path[level]->used; level++) {
		struct i915_page_table *parent = path[level + 1];
		unsigned int idx = i915_pt_index(addr, level + 1);

		WRITE_ONCE(parent->entry[idx], vmd->scratch_pte[level + 1]);
		parent->child[idx] = NULL;
		parent->used--;
		i915_pt_discard(vm, path[level]);
	}
}

/* Fill @path with the tables that lead to @addr; allocate the missing ones. */
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
			child = i915_pt_create(to_vm_device(vm->i915), level - 1);
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

/* Point the PTEs of [start, end), all of them bound, back to scratch. */
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
			 to_vm_device(vm->i915)->scratch_pte[0], count);
		path[0]->used -= count;
		i915_ppgtt_prune(vm, path, addr, 0);
	}
}

/**
 * struct i915_ppgtt_fill - position in the pages of an object while PTEs are written
 * @sg: current segment
 * @dma: DMA address of the next page
 * @left: bytes left in @sg, from @dma on
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

/* Every VMA held a reference and has been freed, so only the root is left. */
static void i915_ppgtt_release(struct i915_address_space *vm)
{
	/* The slab expects the array back all NULL, even if tables have leaked. */
	if (drm_WARN_ON(&vm->i915->drm, vm->top->used))
		i915_pt_forget_children(vm->top);
	i915_pt_destroy(to_vm_device(vm->i915), vm->top);
	/* Last: unplug waits for those that are on the list, see i915_vm_device_unmap_dma(). */
	i915_vm_device_remove(vm);
}

/* The tables stay for the CPU, which still takes them down. */
static void i915_ppgtt_unmap_dma(struct i915_address_space *vm)
{
	mutex_lock(&vm->lock);
	i915_pt_unmap_tree(to_vm_device(vm->i915), vm->top);
	mutex_unlock(&vm->lock);
}

static const struct i915_vm_ops i915_ppgtt_ops = {
	.bind = i915_ppgtt_bind,
	.unbind = i915_ppgtt_unbind,
	.unmap_dma = i915_ppgtt_unmap_dma,
	.release = i915_ppgtt_release,
};

/**
 * i915_ppgtt_create - create an address space
 * @i915: the device
 * @owner: the file it is for, see i915_address_space.owner
 *
 * The root of the page table is allocated here, because context images need its address.
 *
 * Context: process context.
 * Return: the address space, with the caller as its user, or ERR_PTR: -ENOMEM, -ENODEV
 * (unplugged).
 */
struct i915_address_space *i915_ppgtt_create(struct drm_i915_private *i915, u64 owner)
{
	struct i915_address_space *vm;
	int idx;

	vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	if (!vm)
		return ERR_PTR(-ENOMEM);

	/* Unplug waits until it is on the list, and then unmaps what is mapped here. */
	if (!drm_dev_enter(&i915->drm, &idx)) {
		kfree(vm);
		return ERR_PTR(-ENODEV);
	}

	vm->top = i915_pt_create(to_vm_device(i915), I915_PT_LEVELS - 1);
	if (!vm->top) {
		drm_dev_exit(idx);
		kfree(vm);
		return ERR_PTR(-ENOMEM);
	}

	i915_address_space_init(vm, i915, 0, BIT_ULL(I915_PPGTT_BITS), &i915_ppgtt_ops);
	vm->owner = owner;
	i915_vm_device_add(vm);
	drm_dev_exit(idx);

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
			return to_vm_device(vm->i915)->scratch_pte[0];
	}

	return pt->entry[i915_pt_index(addr, 0)];
}
EXPORT_SYMBOL_IF_KUNIT(i915_ppgtt_lookup);

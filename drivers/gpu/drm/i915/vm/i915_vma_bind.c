// SPDX-License-Identifier: MIT

#include <linux/log2.h>
#include <linux/sizes.h>

#include <kunit/visibility.h>

#include "base/i915_audit.h"
#include "base/i915_drv.h"
#include "mem/i915_gem_pages.h"
#include "mem/i915_mem_layer.h"
#include "mem/i915_mm_tlb.h"
#include "vm/i915_evict.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_bind.h"
#include "vm/i915_vma_unbind.h"

/**
 * DOC: Binding
 *
 * Gives a VMA an address and PTEs. This is synchronous: the VMA is bound when
 * i915_vma_bind() returns. Idle VMAs in the way are evicted; nothing is waited for.
 */

/*
 * VMAs that the kernel places avoid the addresses below if there are others, because relocations
 * may have negative deltas.
 */
#define I915_VM_BIAS	SZ_256K

/**
 * i915_vma_fits - test whether a VMA is bound where it is wanted
 * @vma: the VMA; the caller holds a mark
 * @where: where it is wanted
 *
 * Context: any; needs no lock.
 * Return: true if it is bound and its address satisfies @where.
 */
bool i915_vma_fits(const struct i915_vma *vma, const struct i915_vma_placement *where)
{
	if (!i915_vma_is_bound(vma))
		return false;

	if (where->exact && vma->node.start != where->offset)
		return false;

	if (where->align && !IS_ALIGNED(vma->node.start, where->align))
		return false;

	if (where->low && !i915_vma_is_low(vma))
		return false;

	return vma->node.size >= where->size;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_fits);

static int i915_vma_place_exact(struct i915_vma *vma, const struct i915_vma_placement *where,
				u64 size, u64 end)
{
	struct i915_address_space *vm = vma->vm;
	int ret;

	if (!IS_ALIGNED(where->offset, max_t(u64, where->align, SZ_4K)) ||
	    size > end || where->offset > end - size)
		return -EINVAL;

	vma->node.start = where->offset;
	vma->node.size = size;
	ret = drm_mm_reserve_node(&vm->mm, &vma->node);
	if (ret != -ENOSPC)
		return ret;

	ret = i915_vm_evict_range(vm, where->offset, size, vma);
	if (ret)
		return ret;

	return drm_mm_reserve_node(&vm->mm, &vma->node);
}

static u64 i915_vm_bias(const struct i915_address_space *vm)
{
	return vm->total > SZ_4G ? I915_VM_BIAS : 0;
}

static bool i915_vma_place_preferred(struct i915_vma *vma, const struct i915_vma_placement *where,
				     u64 size, u64 end)
{
	if (!IS_ALIGNED(where->offset, max_t(u64, where->align, SZ_4K)) ||
	    size > end || where->offset > end - size)
		return false;

	vma->node.start = where->offset;
	vma->node.size = size;

	return !drm_mm_reserve_node(&vma->vm->mm, &vma->node);
}

static int i915_vma_insert_node(struct i915_vma *vma, u64 size, u64 align, u64 start, u64 end,
				enum drm_mm_insert_mode mode)
{
	if (start > end || size > end - start)
		return -ENOSPC;

	return drm_mm_insert_node_in_range(&vma->vm->mm, &vma->node, size, align, 0, start, end,
					   mode);
}

static int i915_vma_place_anywhere(struct i915_vma *vma, const struct i915_vma_placement *where,
				   u64 size, u64 end)
{
	struct i915_address_space *vm = vma->vm;
	/* By size, a search walks all holes that are large enough, also those beyond @end. */
	enum drm_mm_insert_mode mode = end < vm->total ? DRM_MM_INSERT_LOW : DRM_MM_INSERT_BEST;
	u64 bias = max(where->start, i915_vm_bias(vm));
	int ret;

	ret = i915_vma_insert_node(vma, size, where->align, bias, end, mode);
	if (ret == -ENOSPC && where->start < bias)
		ret = i915_vma_insert_node(vma, size, where->align, where->start, end, mode);
	if (ret != -ENOSPC)
		return ret;

	ret = i915_vm_evict_something(vm, size, where->align, where->start, end, where->own);
	if (ret)
		return ret;

	return i915_vma_insert_node(vma, size, where->align, where->start, end,
				    DRM_MM_INSERT_EVICT);
}

static int i915_vma_place(struct i915_vma *vma, const struct i915_vma_placement *where)
{
	u64 size = max_t(u64, where->size, vma->obj->base.size);
	u64 end = vma->vm->total;

	if (!IS_ALIGNED(size, SZ_4K) || (where->align && !is_power_of_2(where->align)))
		return -EINVAL;

	if (where->low)
		end = min_t(u64, end, I915_LOW_END);

	if (where->exact)
		return i915_vma_place_exact(vma, where, size, end);

	if (where->prefer && i915_vma_place_preferred(vma, where, size, end))
		return 0;

	return i915_vma_place_anywhere(vma, where, size, end);
}

static int i915_vma_bind_locked(struct i915_vma *vma, const struct i915_vma_placement *where)
{
	struct i915_address_space *vm = vma->vm;
	int ret;

	/* Pinned, but no longer DMA mapped: the device was unplugged. */
	if (!vma->obj->pages)
		return -ENODEV;

	/* If it is bound elsewhere, move it, unless somebody else has marked it. */
	ret = i915_vma_do_unbind(vma, 1);
	if (ret)
		return ret;

	ret = i915_vma_place(vma, where);
	if (ret)
		return ret;

	ret = vm->ops->bind(vm, vma);
	if (ret) {
		drm_mm_remove_node(&vma->node);
		/* Some PTEs were visible for a while: a running batch may have used them. */
		i915_tlb_stamp(to_mm(vm->i915), &vma->obj->tlb_stamp);
		return ret;
	}

	list_move_tail(&vma->vm_link, &vm->bound_list);
	atomic_inc(&vma->obj->bind_count);
	i915_audit_inc(I915_AUDIT_VMA_BOUND);

	/* Whoever sees this also sees address and PTEs, see i915_vma_is_bound(). */
	smp_store_release(&vma->bound, true);

	return 0;
}

/**
 * i915_vma_bind - give a VMA an address and PTEs
 * @vma: the VMA; the caller holds a mark
 * @where: where it is wanted
 *
 * Does nothing if it is bound and fits. If it is bound elsewhere and the caller's
 * mark is the only one, it is moved. Idle VMAs in the way are evicted.
 *
 * Context: object locked; takes vm->lock, may sleep; does not wait for the GPU.
 * Return: 0; -EBUSY if this VMA is active elsewhere, or there is no room because
 * others are active (more than &i915_vma_placement.own, or one at the exact
 * address); -ENOSPC if there is no room and waiting would not help; -EINVAL for an
 * invalid address; -ENOMEM; -EFAULT if the object was purged; -ENODEV if the device
 * was unplugged.
 */
int i915_vma_bind(struct i915_vma *vma, const struct i915_vma_placement *where)
{
	struct i915_address_space *vm = vma->vm;
	int ret;

	if (i915_vma_fits(vma, where))
		return 0;

	/* The pin that a bound VMA holds. Before vm->lock is taken, because it may take long. */
	ret = i915_gem_object_pin_pages(vma->obj);
	if (ret)
		return ret;

	mutex_lock(&vm->lock);
	ret = i915_vma_bind_locked(vma, where);
	i915_vm_unlock(vm);

	if (ret)
		i915_gem_object_unpin_pages(vma->obj);

	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_bind);

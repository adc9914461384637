/* SPDX-License-Identifier: MIT */
#ifndef _I915_VMA_H_
#define _I915_VMA_H_

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/rbtree.h>
#include <linux/sizes.h>

#include <drm/drm_mm.h>

#include "mem/i915_gem_object_types.h"
#include "vm/i915_vma_marks.h"

struct drm_printer;
struct i915_address_space;

/**
 * struct i915_vma - one object in one address space
 *
 * Destroyed with the object or the address space, whichever ends first. While it
 * has marks it stays allocated and, once bound, stays bound.
 */
struct i915_vma {
	/** @vm: the address space; the VMA holds a reference to its memory, but is no user */
	struct i915_address_space *vm;
	/** @obj: the object, not referenced: whoever marks the VMA holds a reference */
	struct drm_i915_gem_object *obj;

	/** @marks: number of active references, and whether the VMA is closed */
	struct i915_vma_marks marks;
	/**
	 * @bound: True while it has an address and PTEs. Written under vm->lock; a holder of a mark
	 * that reads true may rely on it until the mark is dropped, see i915_vma_fits().
	 */
	bool bound;

	/** @node: address range; vm->lock */
	struct drm_mm_node node;
	/** @vm_link: on vm->bound_list or unbound_list; vm->lock */
	struct list_head vm_link;
	/** @obj_node: in obj->vmas; obj->vma_lock */
	struct rb_node obj_node;
	/** @retire_link: on i915_vm_device.closed once it is closed and has retired */
	struct llist_node retire_link;
};

int i915_vma_slab_init(void);
void i915_vma_slab_exit(void);

struct i915_vma *i915_vma_get_active(struct drm_i915_gem_object *obj,
				     struct i915_address_space *vm);
void i915_vma_put_active(struct i915_vma *vma);

struct i915_vma *i915_vma_find(struct drm_i915_gem_object *obj,
			       const struct i915_address_space *vm);
struct i915_vma *i915_vma_lookup(struct drm_i915_gem_object *obj,
				 const struct i915_address_space *vm);
struct i915_address_space *i915_vma_next_vm(struct drm_i915_gem_object *obj, u64 owner,
					    const struct i915_address_space *last);
void i915_vma_free(struct i915_vma *vma);

/**
 * i915_vma_is_active - test whether a VMA has marks
 * @vma: the VMA
 *
 * Context: any.
 * Return: true if it has, so it must stay where it is.
 */
static inline bool i915_vma_is_active(const struct i915_vma *vma)
{
	return i915_vma_marks_any(&vma->marks);
}

/**
 * i915_vma_offset - the address of a VMA
 * @vma: a bound VMA the caller has marked
 *
 * Return: bytes, not in canonical form.
 */
static inline u64 i915_vma_offset(const struct i915_vma *vma)
{
	return vma->node.start;
}

/* State base addresses plus 4 GiB wrap in the last page of the 32-bit zone. */
#define I915_LOW_END	(SZ_4G - SZ_4K)

/**
 * i915_vma_is_bound - test whether a VMA has an address
 * @vma: the VMA; the caller holds a mark
 *
 * Context: any.
 * Return: true if it has, and keeps it until the mark is dropped.
 */
static inline bool i915_vma_is_bound(const struct i915_vma *vma)
{
	/* Pairs with i915_vma_bind(). */
	return smp_load_acquire(&vma->bound);
}

/**
 * i915_vma_is_low - test whether a VMA is in the 32-bit zone
 * @vma: a bound VMA the caller has marked
 *
 * Return: true if it ends at or below I915_LOW_END.
 */
static inline bool i915_vma_is_low(const struct i915_vma *vma)
{
	return vma->node.start + vma->node.size <= I915_LOW_END;
}

void i915_vma_print(const struct i915_vma *vma, struct drm_printer *p);

#endif

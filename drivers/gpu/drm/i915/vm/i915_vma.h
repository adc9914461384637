/* SPDX-License-Identifier: MIT */
#ifndef _I915_VMA_H_
#define _I915_VMA_H_

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/rbtree.h>

#include <drm/drm_mm.h>

struct i915_address_space;
struct drm_i915_gem_object;
struct drm_printer;

/**
 * struct i915_vma - one object in one address space
 *
 * Belongs to the object and to the address space and dies with the first of
 * them. While @active is not zero the VMA stays bound and stays allocated.
 */
struct i915_vma {
	/** @vm: the address space; the VMA holds a reference of its memory (not as a user) */
	struct i915_address_space *vm;
	/** @obj: the object; no reference: whoever makes the VMA active holds one */
	struct drm_i915_gem_object *obj;

	/**
	 * @active: requests in flight, or being built, that use this VMA. Goes up under
	 * obj->vma_lock, down anywhere (also in interrupt). Zero: idle.
	 */
	atomic_t active;
	/**
	 * @closed: the file let go of its handle while the VMA was active: destroy it when it
	 * retires. obj->vma_lock.
	 */
	bool closed;
	/** @bound: it has an address and PTEs. Written under vm->lock; may be read by who holds an
	 * @active mark: it then cannot go away.
	 */
	bool bound;
	/** @readonly: PTEs without write permission */
	bool readonly;

	/** @node: address range; vm->lock */
	struct drm_mm_node node;
	/** @vm_link: on vm->bound_list or unbound_list; vm->lock */
	struct list_head vm_link;
	/** @obj_node: in obj->vmas; obj->vma_lock */
	struct rb_node obj_node;
	/** @retire_link: closed and retired: waits for its destruction on i915->wq */
	struct llist_node retire_link;
};

/* where a VMA may be put */
struct i915_vma_placement {
	u64 offset;	/* wanted address (canonical form removed), bytes */
	u64 align;	/* bytes, power of two or 0 */
	bool exact;	/* softpin: @offset or nothing */
	bool prefer;	/* @offset if it is free, else anywhere */
	bool low;	/* below 4 GiB */
	u64 size;	/* 0: the object's size; else pad to this many bytes */
};

int i915_vma_slab_init(void);
void i915_vma_slab_exit(void);

/*
 * Find or make the VMA of @obj in @vm and mark it active, so that it can neither be unbound nor
 * freed. The caller holds a reference of @obj until i915_vma_put_active(). May sleep (allocates
 * when it is the first time). Return: the VMA or ERR_PTR(-ENOMEM).
 */
struct i915_vma *i915_vma_get_active(struct drm_i915_gem_object *obj, struct i915_address_space *vm);
/* One use less. Any context. Wakes i915_vma_unbind(); destroys a closed VMA (from i915->wq). */
void i915_vma_put_active(struct i915_vma *vma);
/* Another mark on a VMA that has one already. Any context. */
static inline void i915_vma_mark_active(struct i915_vma *vma)
{
	atomic_inc(&vma->active);
}

static inline bool i915_vma_is_active(const struct i915_vma *vma)
{
	return atomic_read(&vma->active) != 0;
}

/*
 * Give an active-marked VMA an address and PTEs. Object locked (base.resv), takes vm->lock; may
 * sleep and evict idle VMAs. If it is bound already and fits the placement: nothing. If it is
 * bound elsewhere and is active only by the caller's mark it is moved; else -EBUSY.
 * Return: 0, -ENOSPC (no room), -EINVAL (beyond the address space), -ENOMEM, -EBUSY, -EFAULT.
 */
int i915_vma_bind(struct i915_vma *vma, const struct i915_vma_placement *where);
/* Does the bound VMA satisfy the placement? Active mark held. No lock. */
bool i915_vma_fits(const struct i915_vma *vma, const struct i915_vma_placement *where);

static inline u64 i915_vma_offset(const struct i915_vma *vma)
{
	return vma->node.start;
}

/*
 * Wait (interruptibly) until the VMA is idle and unbind it. Takes vm->lock; the caller holds a
 * reference on object and VM, no object lock. Return: 0, -ERESTARTSYS, -EIO.
 */
int __must_check i915_vma_unbind(struct i915_vma *vma);
/*
 * The same without the wait: only where the VMA is certainly idle. vm->lock held.
 * Return: 0, or -EBUSY when it is active. Error injection may make it fail (fail_function).
 */
int __must_check __i915_vma_unbind_no_wait(struct i915_vma *vma);

/* The object dies: unbind and destroy its VMAs in every VM. May sleep, no reference left. */
void i915_vma_release_object(struct drm_i915_gem_object *obj);
/* Handle of @obj closed by a file: destroy its VMA in @vm now if idle, at retire if active. */
void i915_vma_close(struct drm_i915_gem_object *obj, struct i915_address_space *vm);
/* Unbind every idle VMA of an object (shrinker, purge, set_caching). Return: VMAs still bound. */
unsigned int i915_vma_unbind_object(struct drm_i915_gem_object *obj);

/* One "(ppgtt offset: ...)" group of debugfs i915_gem_gtt. Under obj->vma_lock. */
void i915_vma_print(const struct i915_vma *vma, struct drm_printer *p);

#endif

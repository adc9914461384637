/* SPDX-License-Identifier: MIT */
#ifndef _I915_VM_H_
#define _I915_VM_H_

#include "vm/i915_vm_types.h"

/*
 * A new PPGTT with one user (the caller). Allocates the top table, so that a context image can be
 * written for it. Return: the VM or ERR_PTR(-ENOMEM).
 */
struct i915_address_space *i915_ppgtt_create(struct drm_i915_private *i915);
/* DMA address of the PML4 for the context image */
dma_addr_t i915_ppgtt_root(const struct i915_address_space *vm);

void i915_address_space_init(struct i915_address_space *vm, struct drm_i915_private *i915,
			     u64 start, u64 total, const struct i915_vm_ops *ops);
void i915_address_space_fini(struct i915_address_space *vm);

struct i915_address_space *i915_vm_get(struct i915_address_space *vm);
void i915_vm_put(struct i915_address_space *vm);	/* any context */

struct i915_address_space *i915_vm_get_user(struct i915_address_space *vm);
/* May sleep. The last user: unbinds and destroys every VMA, without waiting. */
void i915_vm_put_user(struct i915_address_space *vm);

/*
 * Unbind every idle VMA of the VM by __i915_vma_unbind_no_wait() and destroy it. Linear in the
 * VMAs, no allocation, no wait. Return: number of VMAs left (active, or whose unbind failed).
 */
unsigned long i915_vm_clean(struct i915_address_space *vm);

/*
 * Make room: vm->lock held. Unbinds idle VMAs until @size bytes aligned to @align fit in
 * [@start, @end). -ENOSPC when that cannot be had without waiting.
 */
int i915_vm_evict_something(struct i915_address_space *vm, u64 size, u64 align, u64 start,
			    u64 end, bool needs_32b);
/* Unbind what stands in [offset, offset+size) except @self; -EBUSY / -ENOSPC if something there is active */
int i915_vm_evict_range(struct i915_address_space *vm, u64 offset, u64 size, struct i915_vma *self);
/* Unbind everything idle; vm->lock held. Return: VMAs that stayed. */
unsigned long i915_vm_evict_all(struct i915_address_space *vm);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef _I915_VM_H_
#define _I915_VM_H_

#include "vm/i915_vm_types.h"

struct i915_address_space *i915_ppgtt_create(struct drm_i915_private *i915, u64 owner);
dma_addr_t i915_ppgtt_root(const struct i915_address_space *vm);

void i915_address_space_init(struct i915_address_space *vm, struct drm_i915_private *i915,
			     u64 start, u64 total, const struct i915_vm_ops *ops);
void i915_address_space_fini(struct i915_address_space *vm);

struct i915_address_space *i915_vm_get(struct i915_address_space *vm);
void i915_vm_put(struct i915_address_space *vm);
void i915_vm_put_sync(struct i915_address_space *vm);

void i915_vm_unlock(struct i915_address_space *vm);

struct i915_address_space *i915_vm_get_user(struct i915_address_space *vm);

/* the end of the last user, and with it of all VMAs (i915_vma_end.c) */
void i915_vm_leave(struct i915_address_space *vm);
void i915_vm_put_user(struct i915_address_space *vm);
unsigned long i915_vm_clean(struct i915_address_space *vm);

int i915_vm_evict_something(struct i915_address_space *vm, u64 size, u64 align, u64 start,
			    u64 end, unsigned long own);
int i915_vm_evict_range(struct i915_address_space *vm, u64 offset, u64 size, struct i915_vma *self);
unsigned long i915_vm_evict_all(struct i915_address_space *vm);
void i915_vm_evict_idle(struct i915_address_space *vm);
struct drm_i915_gem_object *i915_vm_next_active(struct i915_address_space *vm, u64 *from, u64 end);
int i915_vm_wait_marks(struct i915_address_space *vm, u64 start, u64 end);

#endif

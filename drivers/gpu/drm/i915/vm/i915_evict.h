/* SPDX-License-Identifier: MIT */
#ifndef _I915_EVICT_H_
#define _I915_EVICT_H_

#include <linux/types.h>

struct drm_i915_gem_object;
struct i915_address_space;
struct i915_vma;

int i915_vm_evict_something(struct i915_address_space *vm, u64 size, u64 align, u64 start,
			    u64 end, unsigned long own);
int i915_vm_evict_range(struct i915_address_space *vm, u64 offset, u64 size, struct i915_vma *self);
unsigned long i915_vm_evict_all(struct i915_address_space *vm);
void i915_vm_evict_idle(struct i915_address_space *vm);
struct drm_i915_gem_object *i915_vm_next_active(struct i915_address_space *vm, u64 *from, u64 end);
int i915_vm_wait_marks(struct i915_address_space *vm, u64 start, u64 end);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef _I915_VM_H_
#define _I915_VM_H_

#include "vm/i915_vm_types.h"

void i915_address_space_init(struct i915_address_space *vm, struct drm_i915_private *i915,
			     u64 start, u64 total, const struct i915_vm_ops *ops);
void i915_address_space_fini(struct i915_address_space *vm);

struct i915_address_space *i915_vm_get(struct i915_address_space *vm);
void i915_vm_put(struct i915_address_space *vm);
void i915_vm_put_sync(struct i915_address_space *vm);

void i915_vm_unlock(struct i915_address_space *vm);

struct i915_address_space *i915_vm_get_user(struct i915_address_space *vm);

#endif

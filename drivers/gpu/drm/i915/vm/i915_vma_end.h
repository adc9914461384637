/* SPDX-License-Identifier: MIT */
#ifndef _I915_VMA_END_H_
#define _I915_VMA_END_H_

#include <linux/types.h>

struct drm_gem_object;
struct drm_i915_gem_object;
struct i915_address_space;
struct work_struct;

void i915_vma_close(struct drm_i915_gem_object *obj, struct i915_address_space *vm);
void i915_vma_close_owner(struct drm_i915_gem_object *obj, u64 owner);
void i915_vma_closed_work(struct work_struct *work);

void i915_vma_release_object(struct drm_i915_gem_object *obj);
void i915_vma_object_free(struct drm_gem_object *gem);

void i915_vm_leave(struct i915_address_space *vm);
void i915_vm_put_user(struct i915_address_space *vm);
unsigned long i915_vm_clean(struct i915_address_space *vm);

#endif

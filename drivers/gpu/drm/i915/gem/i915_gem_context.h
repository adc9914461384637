/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_CONTEXT_H_
#define _I915_GEM_CONTEXT_H_

#include <linux/container_of.h>
#include <linux/types.h>

#include "gem/i915_gem_context_types.h"

struct drm_i915_private;
struct i915_address_space;
struct i915_file;
struct i915_lrc;

int i915_gem_context_slab_init(void);
void i915_gem_context_slab_exit(void);
struct i915_gem_context *i915_gem_context_create(struct drm_i915_private *i915,
						 struct i915_file *file);
void i915_gem_context_close(struct i915_gem_context *ctx);
struct i915_gem_context *i915_gem_context_lookup(struct i915_file *file, u32 id);
void i915_gem_context_clean(struct i915_gem_context *ctx);
struct i915_address_space *i915_gem_context_vm(struct i915_gem_context *ctx);
void i915_gem_context_add_runtime(struct i915_gem_context *ctx, u64 *runtime_ns);
struct i915_lrc *i915_gem_context_lrc(struct i915_gem_context *ctx, unsigned int idx);

static inline struct i915_gem_context *to_gem_context(struct i915_gt_context *base)
{
	return container_of(base, struct i915_gem_context, base);
}

#endif

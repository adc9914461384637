/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_CONTEXT_ENGINES_H_
#define _I915_GEM_CONTEXT_ENGINES_H_

struct drm_i915_gem_context_param;
struct i915_gem_context;

int i915_gem_context_set_engines(struct i915_gem_context *ctx,
				 const struct drm_i915_gem_context_param *args);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_OBJECT_FUNCS_H_
#define _I915_GEM_OBJECT_FUNCS_H_

struct drm_gem_object_funcs;

extern const struct drm_gem_object_funcs i915_gem_object_funcs;

#endif

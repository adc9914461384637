/* SPDX-License-Identifier: MIT */
#ifndef _I915_DRM_H_
#define _I915_DRM_H_

struct drm_driver;

extern const struct drm_driver i915_drm_driver;

#endif

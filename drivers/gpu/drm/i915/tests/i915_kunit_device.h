/* SPDX-License-Identifier: MIT */
#ifndef _I915_KUNIT_DEVICE_H_
#define _I915_KUNIT_DEVICE_H_

struct drm_i915_private;
struct kunit;

struct drm_i915_private *i915_kunit_device(struct kunit *test);

#endif

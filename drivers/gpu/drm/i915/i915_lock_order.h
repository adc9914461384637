/* SPDX-License-Identifier: MIT */
#ifndef _I915_LOCK_ORDER_H_
#define _I915_LOCK_ORDER_H_

struct drm_i915_private;

#if IS_ENABLED(CONFIG_LOCKDEP)
void i915_lock_order_prime(struct drm_i915_private *i915);
#else
static inline void i915_lock_order_prime(struct drm_i915_private *i915)
{
}
#endif

#endif

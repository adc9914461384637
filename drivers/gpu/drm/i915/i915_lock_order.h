/* SPDX-License-Identifier: MIT */
#ifndef _I915_LOCK_ORDER_H_
#define _I915_LOCK_ORDER_H_

struct drm_i915_private;

#if IS_ENABLED(CONFIG_LOCKDEP)
int i915_lock_order_prime(struct drm_i915_private *i915);
#else
static inline int i915_lock_order_prime(struct drm_i915_private *i915)
{
	return 0;
}
#endif

#endif

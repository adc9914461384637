/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEN8_PPGTT_H_
#define _I915_GEN8_PPGTT_H_

#include <linux/types.h>

struct drm_i915_private;
struct i915_address_space;

/* Bits of a PPGTT address */
#define I915_PPGTT_BITS		48

struct i915_address_space *i915_ppgtt_create(struct drm_i915_private *i915, u64 owner);
dma_addr_t i915_ppgtt_root(const struct i915_address_space *vm);
u64 i915_ppgtt_lookup(struct i915_address_space *vm, u64 addr);

#endif

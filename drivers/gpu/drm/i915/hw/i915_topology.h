/* SPDX-License-Identifier: MIT */
#ifndef _I915_TOPOLOGY_H_
#define _I915_TOPOLOGY_H_

#include "hw/i915_topology_types.h"

struct i915_device_info;
struct i915_uncore;

void i915_topology_init(struct i915_topology *topology, const struct i915_device_info *info,
			struct i915_uncore *uncore);
void i915_topology_init_mock(struct i915_topology *topology);
unsigned int i915_topology_eu_total(const struct i915_topology *topology);
unsigned int i915_topology_subslice_total(const struct i915_topology *topology);

#endif

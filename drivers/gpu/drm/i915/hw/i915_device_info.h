/* SPDX-License-Identifier: MIT */
#ifndef _I915_DEVICE_INFO_H_
#define _I915_DEVICE_INFO_H_

#include <linux/types.h>

struct i915_forcewake_domain;
struct i915_topology;
struct drm_printer;

/**
 * struct i915_device_info - description of a GPU model
 */
struct i915_device_info {
	/** @name: marketing name, for logs and i915_capabilities */
	const char *name;
	/** @gen: graphics generation, 8 or 9 */
	u8 gen;
	/** @gt: size of the GT: 1, 2, 3 or 4 */
	u8 gt;
	/** @engine_mask: mask of enum i915_engine_id: the engines that exist */
	u32 engine_mask;
	/** @has_preemption: True if a batch can be preempted between its commands */
	bool has_preemption;
	/** @timestamp_hz: frequency of the command streamer timestamp, Hz */
	u32 timestamp_hz;
	/** @forcewake: forcewake domains, terminated by a zero entry */
	const struct i915_forcewake_domain *forcewake;
};

void i915_device_info_print(const struct i915_device_info *info,
			    const struct i915_topology *topology, struct drm_printer *p);

extern const struct i915_device_info i915_broadwell_gt1_info;
extern const struct i915_device_info i915_broadwell_gt2_info;
extern const struct i915_device_info i915_broadwell_gt3_info;
extern const struct i915_device_info i915_skylake_gt1_info;
extern const struct i915_device_info i915_skylake_gt2_info;
extern const struct i915_device_info i915_skylake_gt3_info;
extern const struct i915_device_info i915_skylake_gt4_info;
extern const struct i915_device_info i915_mock_info;

#endif

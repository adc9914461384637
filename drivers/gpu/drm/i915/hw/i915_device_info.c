// SPDX-License-Identifier: MIT

#include <linux/bits.h>

#include <drm/drm_print.h>

#include "hw/i915_device_info.h"
#include "hw/i915_gt_regs.h"
#include "hw/i915_topology.h"
#include "hw/i915_uncore_types.h"

/**
 * DOC: Device info
 *
 * One constant description per GPU model. Code tests the property it needs and
 * never the name of a platform. A model of a known generation is added by adding a
 * description; a generation takes more: topology, MOCS, workarounds, the context
 * image and a few commands depend on i915_device_info.gen, see
 * Documentation/gpu/i915/howto.rst.
 */

/* RCS, BCS, VCS0, VECS0. The second VCS that some models have is not used. */
#define GEN8_ENGINES	GENMASK(3, 0)

static const struct i915_forcewake_domain broadwell_domains[] = {
	{ GEN8_FORCEWAKE_RENDER_REQ, GEN8_FORCEWAKE_RENDER_ACK, true },
	{ }
};

static const struct i915_forcewake_domain skylake_domains[] = {
	{ GEN9_FORCEWAKE_RENDER_REQ, GEN9_FORCEWAKE_RENDER_ACK },
	{ GEN9_FORCEWAKE_GT_REQ, GEN9_FORCEWAKE_GT_ACK },
	{ GEN9_FORCEWAKE_MEDIA_REQ, GEN9_FORCEWAKE_MEDIA_ACK },
	{ }
};

#define BROADWELL(gt_) { \
	.name = "BROADWELL GT" #gt_, \
	.gen = 8, \
	.gt = (gt_), \
	.engine_mask = GEN8_ENGINES, \
	.timestamp_hz = 12500000, \
	.forcewake = broadwell_domains, \
}

#define SKYLAKE(gt_) { \
	.name = "SKYLAKE GT" #gt_, \
	.gen = 9, \
	.gt = (gt_), \
	.engine_mask = GEN8_ENGINES, \
	.has_preemption = true, \
	.timestamp_hz = 12000000, \
	.forcewake = skylake_domains, \
}

const struct i915_device_info i915_broadwell_gt1_info = BROADWELL(1);
const struct i915_device_info i915_broadwell_gt2_info = BROADWELL(2);
const struct i915_device_info i915_broadwell_gt3_info = BROADWELL(3);
const struct i915_device_info i915_skylake_gt1_info = SKYLAKE(1);
const struct i915_device_info i915_skylake_gt2_info = SKYLAKE(2);
const struct i915_device_info i915_skylake_gt3_info = SKYLAKE(3);
const struct i915_device_info i915_skylake_gt4_info = SKYLAKE(4);

const struct i915_device_info i915_mock_info = {
	.name = "MOCK",
	.gen = 8,
	.gt = 2,
	.engine_mask = GEN8_ENGINES,
	.timestamp_hz = 12500000,
};

/**
 * i915_device_info_print - print the description of a GPU, for i915_capabilities
 * @info: description of the model
 * @topology: what is not fused off
 * @p: the printer
 *
 * Context: process context.
 */
void i915_device_info_print(const struct i915_device_info *info,
			    const struct i915_topology *topology, struct drm_printer *p)
{
	unsigned int s;

	drm_printf(p, "platform: %s\n", info->name);
	drm_printf(p, "graphics version: %u\n", info->gen);
	drm_printf(p, "gt: %u\n", info->gt);
	drm_printf(p, "engine mask: 0x%x\n", info->engine_mask);
	drm_printf(p, "preemption: %s\n", info->has_preemption ? "yes" : "no");
	drm_printf(p, "CS timestamp frequency: %u Hz\n", info->timestamp_hz);
	drm_printf(p, "slice mask: 0x%x\n", topology->slice_mask);
	for (s = 0; s < I915_MAX_SLICES; s++) {
		if (topology->slice_mask & BIT(s))
			drm_printf(p, "slice%u: subslice mask 0x%x\n", s,
				   topology->subslice_mask[s]);
	}
	drm_printf(p, "subslice total: %u\n", i915_topology_subslice_total(topology));
	drm_printf(p, "EU total: %u\n", i915_topology_eu_total(topology));
}

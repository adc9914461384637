// SPDX-License-Identifier: MIT

#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/string.h>

#include "hw/i915_device_info.h"
#include "hw/i915_gt_regs.h"
#include "hw/i915_topology.h"
#include "hw/i915_uncore.h"

/**
 * DOC: Topology
 *
 * Execution units (EUs) are grouped in subslices, and subslices in slices. Fuses
 * tell which of them a chip has: FUSE2 enables slices and disables subslices (the
 * same ones in every slice), EU_DISABLE has eight bits per subslice.
 */

/*
 * Gen8 packs the bits of all slices one after the other, three subslices each;
 * gen9 gives every slice a register, with room for four.
 */
static u8 i915_eu_disabled(const u32 *fuse, const struct i915_device_info *info, unsigned int s,
			   unsigned int ss)
{
	unsigned int byte = info->gen >= 9 ? s * 4 + ss : s * 3 + ss;

	return fuse[byte / 4] >> (byte % 4 * 8);
}

/**
 * i915_topology_init - read the fuses
 * @topology: to fill
 * @info: the model
 * @uncore: the GPU
 *
 * Context: process context.
 */
void i915_topology_init(struct i915_topology *topology, const struct i915_device_info *info,
			struct i915_uncore *uncore)
{
	u32 fuse2, eu[3], ss_mask;
	unsigned int s, ss, i;

	memset(topology, 0, sizeof(*topology));
	topology->max_subslices = info->gen >= 9 ? 4 : 3;

	i915_forcewake_get(uncore);
	fuse2 = i915_read(uncore, GEN8_FUSE2);
	for (i = 0; i < ARRAY_SIZE(eu); i++)
		eu[i] = i915_read(uncore, GEN8_EU_DISABLE(i));
	i915_forcewake_put(uncore);

	topology->slice_mask = FIELD_GET(FUSE2_SLICE_MASK, fuse2);
	ss_mask = info->gen >= 9 ? FIELD_GET(GEN9_FUSE2_SS_DISABLE_MASK, fuse2) :
				   FIELD_GET(GEN8_FUSE2_SS_DISABLE_MASK, fuse2);
	ss_mask = ~ss_mask & GENMASK(topology->max_subslices - 1, 0);

	for (s = 0; s < I915_MAX_SLICES; s++) {
		if (!(topology->slice_mask & BIT(s)))
			continue;
		topology->subslice_mask[s] = ss_mask;
		for (ss = 0; ss < topology->max_subslices; ss++) {
			if (ss_mask & BIT(ss))
				topology->eu_mask[s][ss] = ~i915_eu_disabled(eu, info, s, ss);
		}
	}
}

/**
 * i915_topology_init_mock - topology of the mock device: one slice of three full subslices
 * @topology: to fill
 *
 * Context: any.
 */
void i915_topology_init_mock(struct i915_topology *topology)
{
	unsigned int ss;

	memset(topology, 0, sizeof(*topology));
	topology->max_subslices = 3;
	topology->slice_mask = 1;
	topology->subslice_mask[0] = 7;
	for (ss = 0; ss < 3; ss++)
		topology->eu_mask[0][ss] = 0xff;
}

/**
 * i915_topology_eu_total - count the execution units
 * @topology: of the GPU
 *
 * Context: any.
 * Return: execution units in all subslices.
 */
unsigned int i915_topology_eu_total(const struct i915_topology *topology)
{
	unsigned int s, ss, total = 0;

	for (s = 0; s < I915_MAX_SLICES; s++)
		for (ss = 0; ss < I915_MAX_SUBSLICES; ss++)
			total += hweight8(topology->eu_mask[s][ss]);

	return total;
}

/**
 * i915_topology_subslice_total - count the subslices
 * @topology: of the GPU
 *
 * Context: any.
 * Return: subslices in all slices.
 */
unsigned int i915_topology_subslice_total(const struct i915_topology *topology)
{
	unsigned int s, total = 0;

	for (s = 0; s < I915_MAX_SLICES; s++)
		total += hweight8(topology->subslice_mask[s]);

	return total;
}

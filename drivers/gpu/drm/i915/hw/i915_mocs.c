// SPDX-License-Identifier: MIT

#include "hw/i915_device_info.h"
#include "hw/i915_gt_regs.h"
#include "hw/i915_mocs.h"
#include "hw/i915_uncore.h"

/**
 * DOC: Memory object control state
 *
 * Gen9 commands select the cacheability of a surface by an index into a table.
 * The first three entries are part of the user API: uncached, according to the
 * page table, and cached in all levels. L3 uses index 63 for its own evictions.
 * All others are uncached, so that a wrong index costs time but not coherency.
 */

#define MOCS_ENTRIES	64
#define MOCS_L3_EVICT	63

/* control: cacheability 1:0, target cache 3:2, age 5:4; L3: cacheability 5:4 */
#define MOCS_UC			0x1
#define MOCS_WB			0x3
#define MOCS_LLC		0x4
#define MOCS_LLC_ELLC		0x8
#define MOCS_AGE		0x30
#define MOCS_L3_UC		0x10
#define MOCS_L3_WB		0x30

static const struct {
	u16 control;
	u16 l3cc;
} uapi_entries[] = {
	/* I915_MOCS_UNCACHED */
	{ MOCS_UC | MOCS_LLC_ELLC, MOCS_L3_UC },
	/* I915_MOCS_PTE */
	{ MOCS_AGE, MOCS_L3_WB },
	/* I915_MOCS_CACHED */
	{ MOCS_WB | MOCS_LLC_ELLC | MOCS_AGE, MOCS_L3_WB },
};

/**
 * i915_mocs_control - LLC control value of an index
 * @index: 0 to 63
 *
 * Return: value of the engine's table register.
 */
u32 i915_mocs_control(unsigned int index)
{
	if (index == MOCS_L3_EVICT)
		return MOCS_WB | MOCS_LLC | MOCS_AGE;
	if (index >= ARRAY_SIZE(uapi_entries))
		index = 0;

	return uapi_entries[index].control;
}

static u32 i915_mocs_l3(unsigned int index)
{
	return index < ARRAY_SIZE(uapi_entries) ? uapi_entries[index].l3cc : MOCS_L3_UC;
}

/**
 * i915_mocs_l3cc - L3 control value of two indices
 * @pair: 0 to 31
 *
 * Return: value of the register that holds indices 2 * @pair and the next.
 */
u32 i915_mocs_l3cc(unsigned int pair)
{
	return i915_mocs_l3(2 * pair) | i915_mocs_l3(2 * pair + 1) << 16;
}

/**
 * i915_mocs_init_engine - write the table of one engine
 * @uncore: the GPU, awake
 * @info: the model; nothing is done before gen9
 * @mocs_base: first register of the engine's table
 *
 * Context: any.
 */
void i915_mocs_init_engine(struct i915_uncore *uncore, const struct i915_device_info *info,
			   u32 mocs_base)
{
	unsigned int i;

	if (info->gen < 9)
		return;

	for (i = 0; i < MOCS_ENTRIES; i++)
		i915_write(uncore, mocs_base + 4 * i, i915_mocs_control(i));
}

/**
 * i915_mocs_init_l3cc - write the table of the L3 cache
 * @uncore: the GPU, awake
 * @info: the model; nothing is done before gen9
 *
 * Context: any.
 */
void i915_mocs_init_l3cc(struct i915_uncore *uncore, const struct i915_device_info *info)
{
	unsigned int i;

	if (info->gen < 9)
		return;

	for (i = 0; i < MOCS_ENTRIES / 2; i++)
		i915_write(uncore, GEN9_LNCFCMOCS(i), i915_mocs_l3cc(i));
}

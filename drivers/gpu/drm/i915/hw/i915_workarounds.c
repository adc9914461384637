// SPDX-License-Identifier: MIT

#include <linux/array_size.h>

#include <drm/drm_device.h>
#include <drm/drm_print.h>

#include "hw/i915_device_info.h"
#include "hw/i915_engine_regs.h"
#include "hw/i915_uncore.h"
#include "hw/i915_wa_regs.h"
#include "hw/i915_workarounds.h"

/**
 * DOC: Workarounds
 *
 * Register settings that the hardware needs to work correctly. There are three
 * kinds, by what loses the setting: GT workarounds are lost in a full reset, engine
 * workarounds in a reset of the engine, and context workarounds are part of the
 * context image. The latter are set once by commands, in the first request of an
 * engine, and every image starts as a copy of the one saved after that request.
 *
 * GT and engine workarounds are written by MMIO and read back, so a register that
 * does not take its value is an error in the log and not a hang later.
 */

static const struct i915_wa skl_gt_table[] = {
	/* WaDisableKillLogic */
	{ GAM_ECOCHK, 0, ECOCHK_DIS_TLB },
	/* WaCompressedResourceSamplerPbeMediaNewHashMode */
	{ MMCD_MISC_CTRL, 0, MMCD_PCLA | MMCD_HOTSPOT_EN },
	/* WaDisableGafsUnitClkGating */
	{ GEN7_UCGCTL4, 0, EU_GAUNIT_CLOCK_ON },
};

static const struct i915_wa skl_rcs_table[] = {
	/* let user space choose the preemption level */
	{ GEN7_FF_SLICE_CHICKEN1, 0, FFSC_PERCTX_PREEMPT_CTRL, true },
	/* WaContextSwitchWithConcurrentTLBInvalidate */
	{ GEN9_CSFE_CHICKEN1, 0, CSFE_PREEMPT_SYNC_SWITCH_OFF, true },
	/* WaEnableGapsTsvCreditFix */
	{ GEN8_GARBCNTL, 0, GAPS_TSV_CREDIT_OFF },
	/* atomics in L3 can hang the GPU */
	{ GEN9_SCRATCH_LNCF1, LNCF_NONIA_ATOMICS, 0 },
	/* the same, and WaOCLCoherentLineFlush */
	{ GEN8_L3SQCREG4, LQSQ_NONIA_ATOMICS, LQSC_FLUSH_COHERENT_LINES },
	/* the same, and WaEnableLbsSlaRetryTimerDecrement */
	{ GEN9_SCRATCH1, EVICTION_PERF_FIX, LBS_SLA_RETRY_DECREMENT },
};

static const struct i915_wa bdw_context_table[] = {
	{ RCS_INSTPM, 0, INSTPM_FORCE_ORDERING, true },
	/* WaDisableAsyncFlipPerfMode */
	{ RCS_MI_MODE, 0, MI_MODE_ASYNC_FLIP_PERF_OFF, true },
	/* WaDisablePartialInstShootdown, WaDisableThreadStallDopClockGating */
	{ GEN8_ROW_CHICKEN, 0, PARTIAL_INST_SHOOTDOWN_OFF | STALL_DOP_GATING_OFF, true },
	/* WaDisableDopClockGating */
	{ GEN8_ROW_CHICKEN2, 0, DOP_CLOCK_GATING_OFF, true },
	/* WaForceEnableNonCoherent, WaHdcDisableFetchWhenMasked, */
	/* WaForceContextSaveRestoreNonCoherent */
	{ HDC_CHICKEN0, 0, HDC_NO_FETCH_WHEN_MASKED | HDC_NON_COHERENT | HDC_CSR_NON_COHERENT,
	  true },
	/* hierarchical Z may overtake reads: off by default, faster when on */
	{ GEN7_CACHE_MODE_0, HIZ_RAW_STALL_OPT_OFF, 0, true },
	/* Wa4x4STCOptimizationDisable */
	{ GEN7_CACHE_MODE_1, 0, STC_4X4_OPT_OFF, true },
	/* 16x4 hashing is the fastest */
	{ GEN7_GT_MODE, GT_MODE_WIZ_HASH_MASK & ~GT_MODE_WIZ_HASH_16X4, GT_MODE_WIZ_HASH_16X4,
	  true },
	{ HALF_SLICE_CHICKEN3, 0, SAMPLER_POWER_BYPASS_OFF, true },
	/* WaDisableFenceDestinationToSLM: GT3 only, kept last */
	{ HDC_CHICKEN0, 0, HDC_FENCE_DEST_SLM_OFF, true },
};

static const struct i915_wa skl_context_table[] = {
	/* WaCompressedResourceSamplerPbeMediaNewHashMode */
	{ GEN7_SLICE_CHICKEN2, 0, GEN9_PBE_COMPRESSED_HASH, true },
	/* the same; WaEnableYV12BugFixInHalfSliceChicken7, WaEnableSamplerGPGPUPreemptionSupport */
	{ GEN9_HALF_SLICE_CHICKEN7, 0, SAMPLER_HASH_COMPRESSED_READ | YV12_BUGFIX_ON |
	  GPGPU_PREEMPTION_ON, true },
	/* WaClearFlowControlGpgpuContextSave, WaDisablePartialInstShootdown */
	{ GEN8_ROW_CHICKEN, 0, FLOW_CONTROL_ON | PARTIAL_INST_SHOOTDOWN_OFF, true },
	/* Wa4x4STCOptimizationDisable, WaDisablePartialResolveInVc */
	{ GEN7_CACHE_MODE_1, 0, STC_4X4_OPT_OFF | GEN9_PARTIAL_RESOLVE_VC_OFF, true },
	/* WaCcsTlbPrefetchDisable */
	{ GEN9_HALF_SLICE_CHICKEN5, CCS_TLB_PREFETCH_ON, 0, true },
	/* WaForceContextSaveRestoreNonCoherent, WaForceEnableNonCoherent */
	{ HDC_CHICKEN0, 0, HDC_CSR_NON_COHERENT | HDC_CSR_OVERRIDE_OFF | HDC_NON_COHERENT, true },
	/* WaDisableSamplerPowerBypassForSOPingPong */
	{ HALF_SLICE_CHICKEN3, 0, SAMPLER_POWER_BYPASS_OFF, true },
	/* WaDisableSTUnitPowerOptimization */
	{ HALF_SLICE_CHICKEN2, 0, ST_PO_OFF, true },
	/* WaDisable3DMidCmdPreemption, WaDisableGPGPUMidCmdPreemption */
	{ GEN8_CS_CHICKEN1, PREEMPT_3D_OBJECT_LEVEL | (PREEMPT_GPGPU_LEVEL_MASK &
	  ~PREEMPT_GPGPU_COMMAND), PREEMPT_GPGPU_COMMAND, true },
};

/* Registers that user space may write on Skylake, for preemption and workarounds of its own */
static const u32 skl_rcs_whitelist[] = {
	GEN9_CTX_PREEMPT,
	GEN8_CS_CHICKEN1,
	HDC_CHICKEN1,
	GEN7_SLICE_CHICKEN2,
	GEN8_L3SQCREG4,
};

static const struct i915_wa_list empty_list = { .name = "none" };

static const struct i915_wa_list skl_gt_list = {
	.name = "GT", .wa = skl_gt_table, .count = ARRAY_SIZE(skl_gt_table),
};

static const struct i915_wa_list skl_rcs_list = {
	.name = "render engine", .wa = skl_rcs_table, .count = ARRAY_SIZE(skl_rcs_table),
};

static const struct i915_wa_list bdw_context_list = {
	.name = "context", .wa = bdw_context_table, .count = ARRAY_SIZE(bdw_context_table) - 1,
};

static const struct i915_wa_list bdw_gt3_context_list = {
	.name = "context", .wa = bdw_context_table, .count = ARRAY_SIZE(bdw_context_table),
};

static const struct i915_wa_list skl_context_list = {
	.name = "context", .wa = skl_context_table, .count = ARRAY_SIZE(skl_context_table),
};

/**
 * i915_wa_gt - workarounds that a full reset loses
 * @info: the model
 *
 * Return: the list, maybe empty.
 */
const struct i915_wa_list *i915_wa_gt(const struct i915_device_info *info)
{
	return info->gen >= 9 ? &skl_gt_list : &empty_list;
}

/**
 * i915_wa_engine - workarounds that an engine reset loses
 * @info: the model
 * @render: true for the render engine
 *
 * Return: the list, maybe empty.
 */
const struct i915_wa_list *i915_wa_engine(const struct i915_device_info *info, bool render)
{
	return info->gen >= 9 && render ? &skl_rcs_list : &empty_list;
}

/**
 * i915_wa_context - workarounds that are part of the context image
 * @info: the model
 * @render: true for the render engine
 *
 * Return: the list, maybe empty; all its registers are masked registers.
 */
const struct i915_wa_list *i915_wa_context(const struct i915_device_info *info, bool render)
{
	if (!render)
		return &empty_list;
	if (info->gen >= 9)
		return &skl_context_list;

	return info->gt >= 3 ? &bdw_gt3_context_list : &bdw_context_list;
}

/**
 * i915_wa_apply - write workarounds
 * @uncore: the GPU, awake
 * @list: the workarounds
 *
 * Context: any.
 */
void i915_wa_apply(struct i915_uncore *uncore, const struct i915_wa_list *list)
{
	const struct i915_wa *wa;

	for (wa = list->wa; wa < list->wa + list->count; wa++) {
		if (wa->masked)
			i915_write(uncore, wa->reg, i915_wa_masked_value(wa));
		else
			i915_write(uncore, wa->reg,
				   (i915_read(uncore, wa->reg) & ~wa->clear) | wa->set);
	}
}

/**
 * i915_wa_verify - read workarounds back
 * @uncore: the GPU, awake
 * @list: the workarounds
 *
 * Context: any.
 * Return: number of registers that have a different value.
 */
unsigned int i915_wa_verify(struct i915_uncore *uncore, const struct i915_wa_list *list)
{
	const struct i915_wa *wa;
	unsigned int lost = 0;
	u32 value;

	for (wa = list->wa; wa < list->wa + list->count; wa++) {
		value = i915_read(uncore, wa->reg);
		if ((value & (wa->clear | wa->set)) == wa->set)
			continue;
		drm_err(uncore->drm, "workaround lost: %s, register 0x%05x reads 0x%08x\n",
			list->name, wa->reg, value);
		lost++;
	}

	return lost;
}

/**
 * i915_wa_whitelist - let user space write some registers of an engine
 * @uncore: the GPU, awake
 * @info: the model
 * @mmio_base: of the engine
 * @render: true for the render engine
 *
 * Unused slots are set to a harmless register.
 *
 * Context: any.
 */
void i915_wa_whitelist(struct i915_uncore *uncore, const struct i915_device_info *info,
		       u32 mmio_base, bool render)
{
	unsigned int i;
	u32 reg;

	if (info->gen < 9 || !render)
		return;

	for (i = 0; i < RING_NONPRIV_SLOTS; i++) {
		reg = i < ARRAY_SIZE(skl_rcs_whitelist) ? skl_rcs_whitelist[i] :
							  mmio_base + RING_NOPID;
		i915_write(uncore, mmio_base + RING_NONPRIV(i), reg);
	}
}

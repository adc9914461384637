// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: the register table.
 *
 * The one place that knows which registers exist. It drives MMIO, the filter
 * for register writes in user batches, what a context saves and what a reset
 * restores. An access to anything else is reported (kind "register").
 * Numbers are from the PRM (volume 2c, command reference: registers).
 */
#include "gt_reg_table.h"

#define E_RCS   ENG_BIT(RCS)
#define E_BCS   ENG_BIT(BCS)
#define E_XCS   (ENG_BIT(BCS) | ENG_BIT(VCS) | ENG_BIT(VECS))

/* every engine has it; an engine reset brings the reset value back */
#define ENG(a, k, nm, ...) \
    { .addr = a, .kind = k, .engines = ENG_ALL, .reset_by = ENG_ALL, \
      .name = nm, ##__VA_ARGS__ }
/* survives an engine reset */
#define ENGK(a, k, nm, ...) \
    { .addr = a, .kind = k, .engines = ENG_ALL, .name = nm, ##__VA_ARGS__ }
/* render pipeline state: part of the context, user batches may write it */
#define USR(a, count, nm, ...) \
    { .addr = a, .n = count, .kind = RK_RAM, .ctx = E_RCS, .user = E_RCS, \
      .name = nm, ##__VA_ARGS__ }
/* part of the render context, privileged */
#define CTX(a, count, k, nm, ...) \
    { .addr = a, .n = count, .kind = k, .ctx = E_RCS, .name = nm, \
      ##__VA_ARGS__ }
#define GLB(a, count, k, nm, ...) \
    { .addr = a, .n = count, .kind = k, .name = nm, ##__VA_ARGS__ }
/*
 * Lost in a reset of the whole GPU: caches, address translation, clocks of
 * the GT. Power management and PRIVATE_PAT are not: no driver writes them
 * again, and yet real ones go on.
 */
#define GLBF(a, count, k, nm, ...) \
    { .addr = a, .n = count, .kind = k, .full = true, .name = nm, \
      ##__VA_ARGS__ }

const GtReg gt_regtab[] = {
    /* ---- every engine: ring, status, execlists */
    ENGK(0x028, RK_RAM, "RING_028"),
    ENG(ENG_TAIL, RK_RO, "TAIL", .rd = gt_rd_tail),
    ENG(ENG_HEAD, RK_RO, "HEAD", .rd = gt_rd_head),
    ENG(ENG_START, RK_RO, "START"),
    ENG(ENG_CTL, RK_RO, "CTL", .rd = gt_rd_ctl),
    ENGK(0x050, RK_MASK, "PSMI_CTL"),
    ENGK(0x054, RK_RAM, "MAX_IDLE"),
    ENG(ENG_ACTHD_HI, RK_RO, "ACTHD_UDW", .rd = gt_rd_acthd_hi),
    ENG(0x060, RK_RO, "DMA_FADD_UDW", .rd = gt_rd_acthd_hi),
    ENG(ENG_IPEIR, RK_RAM, "IPEIR"),
    ENG(ENG_IPEHR, RK_RAM, "IPEHR"),
    ENG(ENG_INSTDONE, RK_RO, "INSTDONE", .rd = gt_rd_instdone),
    ENG(0x070, RK_RO, "INSTPS"),
    ENG(ENG_ACTHD, RK_RO, "ACTHD", .rd = gt_rd_acthd),
    ENG(0x078, RK_RO, "DMA_FADD", .rd = gt_rd_acthd),
    ENGK(ENG_HWS_PGA, RK_RAM, "HWS_PGA"),
    ENG(ENG_NOPID, RK_RAM, "NOPID"),
    ENGK(0x098, RK_RAM, "HWSTAM"),
    ENG(ENG_MI_MODE, RK_MASK, "MI_MODE", .ctx = ENG_ALL,
        .rd = gt_rd_mi_mode, .wr = gt_wr_mi_mode),
    ENG(ENG_IMR, RK_RAM, "IMR", .reset = ~0u),
    ENG(ENG_EIR, RK_W1C, "EIR", .wr = gt_wr_eir),
    ENG(ENG_EMR, RK_RAM, "EMR"),
    ENG(ENG_ESR, RK_QUIET, "ESR"),
    { .addr = 0x0c0, .kind = RK_MASK, .engines = ENG_ALL, .ctx = ENG_ALL,
      .user = E_RCS, .reset_by = ENG_ALL, .name = "INSTPM" },
    ENG(ENG_R_PWR_CLK, RK_RAM, "R_PWR_CLK_STATE"),
    ENGK(ENG_RESET_CTL, RK_MASK, "RESET_CTL", .wr = gt_wr_reset_ctl),
    ENG(ENG_BB_STATE, RK_RO, "BB_STATE", .rd = gt_rd_bb),
    ENG(ENG_SBB_LO, RK_RO, "SBB_ADDR", .rd = gt_rd_bb),
    ENG(ENG_SBB_STATE, RK_RO, "SBB_STATE", .rd = gt_rd_bb),
    ENG(ENG_SBB_HI, RK_RO, "SBB_ADDR_UDW", .rd = gt_rd_bb),
    ENG(ENG_BB_ADDR, RK_RO, "BB_ADDR", .rd = gt_rd_bb),
    ENG(0x150, RK_RAM, "BB_START_ADDR"),
    ENG(0x154, RK_RAM, "BB_START_ADDR_UDW"),
    { .addr = ENG_BB_OFFSET, .kind = RK_RAM, .engines = ENG_ALL,
      .ctx = E_RCS, .user = E_RCS, .name = "BB_OFFSET" },
    ENG(ENG_BB_ADDR_HI, RK_RO, "BB_ADDR_UDW", .rd = gt_rd_bb),
    ENG(0x170, RK_RAM, "BB_PREEMPT_ADDR"),
    ENG(0x178, RK_RAM, "RING_178"),
    ENG(0x17c, RK_RAM, "RING_17C"),
    ENG(ENG_CCID, RK_RO, "CCID"),
    ENG(ENG_PER_CTX, RK_RAM, "BB_PER_CTX_PTR"),
    ENG(ENG_INDIRECT_CTX, RK_RAM, "INDIRECT_CTX"),
    ENG(ENG_INDIRECT_OFF, RK_RAM, "INDIRECT_CTX_OFFSET"),
    { .addr = ENG_BCS_SWCTRL, .kind = RK_MASK, .engines = E_BCS,
      .ctx = E_BCS, .user = E_BCS, .reset_by = E_BCS, .name = "BCS_SWCTRL" },
    { .addr = 0x200, .kind = RK_RAM, .engines = ENG_ALL & ~E_BCS,
      .name = "RING_200" },
    ENGK(ENG_ELSP, RK_RAM, "ELSP", .wr = gt_wr_elsp),
    ENG(ENG_EXECLIST_LO, RK_RO, "EXECLIST_STATUS", .rd = gt_rd_execlist),
    ENG(ENG_EXECLIST_HI, RK_RO, "EXECLIST_STATUS_HI", .rd = gt_rd_execlist),
    ENG(ENG_CTX_CTRL, RK_MASK, "CTX_CTRL"),
    ENG(ENG_PDP_LO, RK_RAM, "PDP", .n = 8),
    ENG(ENG_RING_MODE, RK_MASK, "RING_MODE"),
    ENGK(ENG_TIMESTAMP, RK_RO, "TIMESTAMP", .rd = gt_rd_timestamp),
    ENGK(ENG_TIMESTAMP_HI, RK_RO, "TIMESTAMP_UDW", .rd = gt_rd_timestamp),
    ENG(ENG_CSB, RK_RO, "CSB", .n = 12),
    ENG(ENG_CSB_PTR, RK_MASK, "CSB_PTR", .reset = 0x505,
        .wr = gt_wr_csb_ptr),
    ENG(ENG_CTX_TIMESTAMP, RK_RAM, "CTX_TIMESTAMP",
        .rd = gt_rd_ctx_timestamp),
    { .addr = ENG_PRED_RESULT_2, .kind = RK_RAM, .engines = ENG_ALL,
      .ctx = ENG_ALL, .user = ENG_ALL, .name = "PREDICATE_RESULT_2" },
    { .addr = ENG_PRED_SRC0, .n = 8, .kind = RK_RAM, .engines = ENG_ALL,
      .ctx = ENG_ALL, .user = ENG_ALL, .name = "PREDICATE" },
    { .addr = ENG_GPR, .n = 32, .kind = RK_RAM, .engines = ENG_ALL,
      .ctx = ENG_ALL, .user = ENG_ALL, .name = "GPR" },

    /* ---- render engine and pipeline, context state user batches may set */
    USR(0x02290, 2, "PS_INVOCATION_SLICE1"),
    USR(0x022c8, 2, "HS_INVOCATION_SLICE0"),
    USR(0x022d8, 2, "DS_INVOCATION_SLICE0"),
    USR(0x022f0, 4, "PS_DEPTH_SLICE"),
    USR(0x02300, 32, "PIPELINE_STATISTICS"),
    USR(0x02420, 10, "3DPRIM_AND_GPUGPU"),
    USR(0x02448, 4, "PS_INVOCATION_SLICE2"),
    USR(0x02500, 3, "GPGPU_DISPATCHDIM"),
    USR(0x05200, 8, "SO_NUM_PRIMS_WRITTEN"),
    USR(0x05240, 8, "SO_PRIM_STORAGE_NEEDED"),
    USR(0x05280, 4, "SO_WRITE_OFFSET"),
    { .addr = 0x07000, .n = 3, .kind = RK_MASK, .ctx = E_RCS, .user = E_RCS,
      .name = "CACHE_MODE" },
    USR(0x07034, 1, "GT_MODE_7034"),
    USR(0x0e400, 2, "TD_CTL"),
    GLBF(0x0b010, 1, RK_RAM, "L3SQCREG1", .user = E_RCS),

    /* ---- context state of the render engine, kernel only */
    CTX(0x02088, 1, RK_MASK, "FF_THREAD_MODE_2088", .reset_by = E_RCS),
    CTX(0x02090, 1, RK_MASK, "FF_SLICE_CS_CHICKEN", .reset_by = E_RCS),
    CTX(0x02248, 1, RK_RAM, "CTX_PREEMPTION"),
    CTX(0x02580, 1, RK_MASK, "CS_CHICKEN1"),
    CTX(0x07010, 1, RK_MASK, "HIZ_CHICKEN"),
    CTX(0x07014, 2, RK_MASK, "COMMON_SLICE_CHICKEN"),
    CTX(0x07300, 2, RK_MASK, "HDC_CHICKEN"),
    CTX(0x0e100, 1, RK_MASK, "SAMPLER_MODE"),
    CTX(0x0e180, 3, RK_MASK, "HALF_SLICE_CHICKEN"),
    CTX(0x0e18c, 1, RK_MASK, "ROW_CHICKEN4"),
    CTX(0x0e194, 1, RK_MASK, "HALF_SLICE_CHICKEN5"),
    CTX(0x0e1b8, 2, RK_RAM, "ROW_E1B8"),
    CTX(0x0e4f0, 2, RK_MASK, "ROW_CHICKEN"),
    /* performance counters of the execution units: stored, never counting */
    CTX(0x0e458, 2, RK_RAM, "EU_PERF_CNTL"),
    CTX(0x0e558, 2, RK_RAM, "EU_PERF_CNTL"),
    CTX(0x0e658, 2, RK_RAM, "EU_PERF_CNTL"),
    CTX(0x0e758, 1, RK_RAM, "EU_PERF_CNTL"),

    /* ---- render engine, not context state */
    GLB(0x02024, 1, RK_RAM, "PGTBL_ER"),
    GLB(0x020a0, 1, RK_RAM, "RCS_20A0"),
    GLB(0x020d4, 1, RK_MASK, "CS_DEBUG_MODE1", .reset_by = E_RCS),
    GLB(0x020e0, 1, RK_MASK, "FF_SLICE_CS_CHICKEN1", .reset_by = E_RCS),
    GLB(0x020e4, 1, RK_MASK, "FF_SLICE_CS_CHICKEN2", .reset_by = E_RCS),
    GLB(0x020ec, 1, RK_MASK, "CS_CHICKEN", .reset_by = E_RCS),
    GLB(0x024d0, NONPRIV_SLOTS, RK_RAM, "FORCE_TO_NONPRIV",
        .reset_by = E_RCS),
    GLB(0x02b04, 1, RK_MASK, "OA_DEBUG", .chips = CHIP_SKL),
    GLB(0x07100, 1, RK_RO, "SC_INSTDONE", .reset = ~0u),
    GLB(0x0e160, 2, RK_RO, "SAMPLER_ROW_INSTDONE", .reset = ~0u),

    /* ---- GT: faults, workarounds, caches */
    GLBF(0x00fdc, 1, RK_RAM, "MCR_SELECTOR"),
    GLBF(0x04024, 1, RK_RAM, "GTT_CACHE_EN"),
    GLBF(0x04080, 1, RK_RAM, "GAMW_ECO_DEV_RW_IA", .chips = CHIP_SKL),
    GLBF(0x04090, 1, RK_RAM, "GAM_ECOCHK"),
    GLB(REG_FAULT, 1, RK_RAM, "RING_FAULT", .wr = gt_wr_fault),
    GLB(0x040e0, 2, RK_RAM, "PRIVATE_PAT"),
    GLB(REG_TLB_RCS, 5, RK_RAM, "TLB_INVALIDATE", .wr = gt_wr_tlb),
    GLBF(0x04ab0, 1, RK_RAM, "GAMT_4AB0", .chips = CHIP_SKL),
    GLB(REG_FAULT_DATA0, 2, RK_QUIET, "FAULT_TLB_DATA"),
    GLBF(0x04dd4, 1, RK_RAM, "GAMT_4DD4"),
    GLBF(0x04ddc, 1, RK_RAM, "GAMT_4DDC", .chips = CHIP_SKL),
    GLB(REG_RC6_CTX, 1, RK_RO, "RC6_CTX_INFO", .chips = CHIP_BDW),
    GLB(REG_RC6_CTX, 1, RK_RO, "RC6_CTX_INFO", .chips = CHIP_SKL, .reset = 1),
    GLB(0x09044, 1, RK_RAM, "MISC_9044", .chips = CHIP_SKL),
    GLB(0x09120, 1, RK_RO, "FUSE2", .chips = CHIP_BDW, .reset = 0x02000000),
    GLB(0x09120, 1, RK_RO, "FUSE2", .chips = CHIP_SKL, .reset = 0x02800000),
    GLB(0x09134, 3, RK_RO, "EU_DISABLE"),
    GLBF(0x09400, 1, RK_RAM, "UCGCTL1"),
    GLBF(0x0940c, 1, RK_RAM, "MISCCPCTL_940C", .chips = CHIP_SKL),
    GLB(REG_GDRST, 1, RK_RAM, "GDRST", .wr = gt_wr_gdrst),
    GLBF(0x09424, 1, RK_RAM, "MISCCPCTL"),
    GLBF(0x09430, 1, RK_RAM, "UCGCTL6"),
    GLBF(0x09840, 1, RK_RAM, "GDT_CHICKEN"),
    GLB(0x0b004, 2, RK_RAM, "SCRATCH_B004", .chips = CHIP_SKL,
        .reset_by = E_RCS),
    GLBF(0x0b020, 32, RK_RAM, "L3CC", .chips = CHIP_SKL),
    GLBF(0x0b020, 2, RK_RAM, "L3CNTLREG", .chips = CHIP_BDW, .user = E_RCS),
    GLBF(0x0b100, 1, RK_RAM, "L3SQC_B100"),
    GLBF(0x0b110, 1, RK_RAM, "L3SQC_B110"),
    GLB(0x0b118, 2, RK_RAM, "L3SQCREG4", .reset_by = E_RCS),
    GLB(0x0c800, 64, RK_RAM, "RCS_MOCS", .chips = CHIP_SKL,
        .reset_by = ENG_BIT(RCS)),
    GLB(0x0c900, 64, RK_RAM, "VCS_MOCS", .chips = CHIP_SKL,
        .reset_by = ENG_BIT(VCS)),
    GLBF(0x0ca00, 64, RK_RAM, "VCS1_MOCS", .chips = CHIP_SKL),
    GLB(0x0cb00, 64, RK_RAM, "VECS_MOCS", .chips = CHIP_SKL,
        .reset_by = ENG_BIT(VECS)),
    GLB(0x0cc00, 64, RK_RAM, "BCS_MOCS", .chips = CHIP_SKL,
        .reset_by = ENG_BIT(BCS)),
    GLB(0x0c000, 1, RK_RO, "GUC_STATUS", .chips = CHIP_SKL, .reset = 1),
    GLB(0x0c050, 1, RK_RAM, "GUC_WOPCM_SIZE", .chips = CHIP_SKL),
    GLB(0x0c340, 1, RK_RAM, "GUC_WOPCM_OFFSET", .chips = CHIP_SKL),
    GLB(0x0c3e4, 1, RK_RAM, "GUC_MAX_IDLE", .chips = CHIP_SKL),

    /* ---- forcewake, power, frequency */
    GLB(REG_FW_ACK_RENDER, 1, RK_RO, "FORCEWAKE_ACK_RENDER",
        .chips = CHIP_SKL, .rd = gt_rd_fw_ack),
    GLB(REG_FW_ACK_MEDIA, 1, RK_RO, "FORCEWAKE_ACK_MEDIA",
        .chips = CHIP_SKL, .rd = gt_rd_fw_ack),
    GLB(REG_FW_ACK_GT, 1, RK_RO, "FORCEWAKE_ACK", .rd = gt_rd_fw_ack),
    GLB(REG_FW_GT, 1, RK_MASK, "FORCEWAKE_MT", .wr = gt_wr_fw),
    GLB(REG_FW_RENDER, 1, RK_MASK, "FORCEWAKE_RENDER", .chips = CHIP_SKL,
        .wr = gt_wr_fw),
    GLB(REG_FW_MEDIA, 1, RK_MASK, "FORCEWAKE_MEDIA", .chips = CHIP_SKL,
        .wr = gt_wr_fw),
    GLB(0x13805c, 1, RK_RO, "GT_THREAD_STATUS"),
    GLB(REG_RPNSWREQ, 1, RK_RAM, "RPNSWREQ"),
    GLB(0x0a00c, 1, RK_RAM, "RC_VIDEO_FREQ"),
    GLB(0x0a010, 1, RK_RAM, "RP_DOWN_TIMEOUT"),
    GLB(REG_RPSTAT, 1, RK_RO, "RPSTAT1", .rd = gt_rd_rpstat),
    GLB(REG_RP_CONTROL, 1, RK_RAM, "RP_CONTROL"),
    GLB(0x0a02c, 2, RK_RAM, "RP_THRESHOLD"),
    GLB(REG_CUR_UP_EI, 1, RK_RAM, "RP_CUR_UP_EI", .rd = gt_rd_ei,
        .wr = gt_wr_ei),
    GLB(0x0a054, 2, RK_RO, "RP_UP"),
    GLB(REG_CUR_DOWN_EI, 1, RK_RAM, "RP_CUR_DOWN_EI", .rd = gt_rd_ei,
        .wr = gt_wr_ei),
    GLB(0x0a060, 2, RK_RO, "RP_DOWN"),
    GLB(0x0a068, 3, RK_RAM, "RP_EI"),
    GLB(REG_RC_CONTROL, 2, RK_RAM, "RC_CONTROL", .wr = gt_wr_rc6),
    GLB(0x0a098, 8, RK_RAM, "RC_WAKE_LIMITS"),
    GLB(0x0a0b8, 4, RK_RAM, "RC6_THRESHOLD"),
    GLB(0x0a0c8, 1, RK_RAM, "PG_IDLE_0C8"),
    GLB(0x0a168, 1, RK_RAM, "PMINTRMSK"),
    GLB(0x0a210, 1, RK_RAM, "PG_ENABLE", .chips = CHIP_SKL),
    GLB(0x0a26c, 1, RK_RO, "CTC_MODE", .chips = CHIP_SKL, .reset = 4),
    GLB(0x138104, 1, RK_RO, "RC6_LOCKED"),
    GLB(REG_RC6_RESIDENCY, 1, RK_RAM, "RC6_RESIDENCY", .rd = gt_rd_rc6),
    GLB(0x13810c, 2, RK_RO, "RC6P"),
    GLB(REG_PCODE, 1, RK_RAM, "PCODE_MAILBOX", .wr = gt_wr_pcode),
    GLB(0x138128, 2, RK_RAM, "PCODE_DATA"),

    /* ---- straps, interrupts */
    GLB(0x42014, 1, RK_RO, "FUSE_STRAP", .reset = 0x40000000),
    GLB(0x42080, 1, RK_RAM, "CHICKEN_PAR1"),
    GLB(0x42090, 1, RK_RAM, "CHICKEN_PAR_42090"),
    GLB(0x420b0, 3, RK_RAM, "CHICKEN_PIPESL"),
    GLB(REG_FPGA_DBG, 1, RK_W1C, "FPGA_DBG"),
    GLB(REG_MASTER_IRQ, 1, RK_RAM, "MASTER_IRQ", .rd = gt_rd_master,
        .wr = gt_wr_master),
    GLB(0x44300, 1, RK_QUIET, "GT_ISR"),
    GLB(0x44304, 1, RK_RAM, "GT_IMR", .reset = ~0u),
    GLB(0x44308, 1, RK_RAM, "GT_IIR", .wr = gt_wr_iir),
    GLB(0x4430c, 1, RK_RAM, "GT_IER", .wr = gt_wr_ier),
    GLB(0x44310, 1, RK_QUIET, "GT_ISR"),
    GLB(0x44314, 1, RK_RAM, "GT_IMR", .reset = ~0u),
    GLB(0x44318, 1, RK_RAM, "GT_IIR", .wr = gt_wr_iir),
    GLB(0x4431c, 1, RK_RAM, "GT_IER", .wr = gt_wr_ier),
    GLB(0x44320, 1, RK_QUIET, "GT_ISR"),
    GLB(0x44324, 1, RK_RAM, "GT_IMR", .reset = ~0u),
    GLB(0x44328, 1, RK_RAM, "GT_IIR", .wr = gt_wr_iir),
    GLB(0x4432c, 1, RK_RAM, "GT_IER", .wr = gt_wr_ier),
    GLB(0x44330, 1, RK_QUIET, "GT_ISR"),
    GLB(0x44334, 1, RK_RAM, "GT_IMR", .reset = ~0u),
    GLB(0x44338, 1, RK_RAM, "GT_IIR", .wr = gt_wr_iir),
    GLB(0x4433c, 1, RK_RAM, "GT_IER", .wr = gt_wr_ier),
    GLB(0x44400, 12, RK_RAM, "DE_PIPE_IRQ"),
    GLB(0x444e0, 2, RK_RAM, "PCU_IMR"),
    GLB(0x444e8, 1, RK_W1C, "PCU_IIR"),
    GLB(0x444ec, 1, RK_RAM, "PCU_IER"),
    GLB(0x44440, 4, RK_RAM, "DE_MISC_IRQ"),
    GLB(0x44460, 4, RK_RAM, "DE_MISC2_IRQ"),
    GLB(0x45000, 1, RK_RAM, "ARB_CTL", .chips = CHIP_SKL),
    GLB(0x46408, 1, RK_RAM, "RSTWRN_OPT"),
    GLB(0x46430, 1, RK_RAM, "GEN9_CLKGATE", .chips = CHIP_SKL),
    GLB(0x51000, 1, RK_RO, "DFSM", .chips = CHIP_SKL, .reset = 0x50200000),
    GLB(0x78000, 3, RK_QUIET, "PVINFO"),
    GLB(0xc2014, 1, RK_RO, "SFUSE_STRAP"),
    GLB(0xc2020, 1, RK_RAM, "SOUTH_DSPCLK_GATE"),
    GLB(0xc4000, 2, RK_RAM, "SDE_IMR"),
    GLB(0xc4008, 1, RK_W1C, "SDE_IIR"),
    GLB(0xc400c, 1, RK_RAM, "SDE_IER"),
    GLB(0xc4040, 1, RK_W1C, "SERR_INT"),
    GLB(0xf0060, 1, RK_RAM, "TRANSA_CHICKEN1"),

    /* ---- fences, GGTT flush, system agent */
    GLB(REG_FENCE, 64, RK_RAM, "FENCE"),
    GLB(REG_GFX_FLUSH, 1, RK_RAM, "GFX_FLSH_CNTL", .wr = gt_wr_gfx_flush),
    GLB(0x1082c0, 1, RK_RO, "STOLEN_RESERVED"),
    GLB(0x120010, 1, RK_RO, "EDRAM_CAP"),
    GLB(0x130040, 1, RK_RAM, "LCPLL_CTL"),
    GLB(0x145948, 1, RK_RO, "RP_STATE_948"),
    GLB(0x145994, 1, RK_RO, "RP_STATE_LIMITS"),
    GLB(REG_RP_STATE_CAP, 1, RK_RO, "RP_STATE_CAP", .reset = 0x00061214),
    GLB(0x145e04, 1, RK_RO, "DCLK"),
};
const unsigned gt_regtab_n = ARRAY_SIZE(gt_regtab);

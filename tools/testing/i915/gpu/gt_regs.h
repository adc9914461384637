/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual Intel GPU: register offsets used by name in the code.
 *
 * Everything else is known only to the table in gt_regtab.c. Offsets named
 * ENG_* are relative to an engine's base.
 */
#ifndef GT_REGS_H
#define GT_REGS_H

/* engine, relative to its base */
#define ENG_TAIL            0x030
#define ENG_HEAD            0x034
#define ENG_START           0x038
#define ENG_CTL             0x03c
#define   CTL_VALID             (1u << 0)
#define   CTL_WAIT_SEMAPHORE    (1u << 10)
#define ENG_ACTHD_HI        0x05c
#define ENG_IPEIR           0x064
#define ENG_IPEHR           0x068
#define ENG_INSTDONE        0x06c
#define ENG_ACTHD           0x074
#define ENG_HWS_PGA         0x080
#define ENG_NOPID           0x094
#define ENG_MI_MODE         0x09c
#define   MI_MODE_STOP_RING     (1u << 8)
#define   MI_MODE_IDLE          (1u << 9)
#define ENG_IMR             0x0a8
#define ENG_EIR             0x0b0
#define ENG_EMR             0x0b4
#define ENG_ESR             0x0b8
#define   ERR_INSTRUCTION       (1u << 0)
#define   ERR_PRIVILEGE         (1u << 2)
#define ENG_R_PWR_CLK       0x0c8
#define ENG_RESET_CTL       0x0d0
#define   RESET_CTL_REQUEST     (1u << 0)
#define   RESET_CTL_READY       (1u << 1)
#define ENG_BB_STATE        0x110
#define   BB_STATE_PPGTT        (1u << 5)
#define ENG_SBB_LO          0x114
#define ENG_SBB_STATE       0x118
#define ENG_SBB_HI          0x11c
#define ENG_BB_ADDR         0x140
#define ENG_BB_OFFSET       0x158
#define ENG_BB_ADDR_HI      0x168
#define ENG_CCID            0x180
#define ENG_PER_CTX         0x1c0
#define ENG_INDIRECT_CTX    0x1c4
#define ENG_INDIRECT_OFF    0x1c8
#define ENG_BCS_SWCTRL      0x200
#define   SWCTRL_SRC_Y          (1u << 0)
#define   SWCTRL_DST_Y          (1u << 1)
#define ENG_ELSP            0x230
#define ENG_EXECLIST_LO     0x234
#define ENG_EXECLIST_HI     0x238
#define ENG_CTX_CTRL        0x244
#define   CTX_CTRL_INHIBIT      (1u << 0)
#define   CTX_CTRL_NO_SYNC      (1u << 3)
#define ENG_PDP_LO          0x270
#define ENG_PDP_HI          0x274
#define ENG_RING_MODE       0x29c
#define   RING_MODE_RUNLIST     (1u << 15)
#define ENG_TIMESTAMP       0x358
#define ENG_TIMESTAMP_HI    0x35c
#define ENG_CSB             0x370
#define ENG_CSB_PTR         0x3a0
#define ENG_CTX_TIMESTAMP   0x3a8
#define ENG_PRED_RESULT_2   0x3bc
#define ENG_PRED_SRC0       0x400
#define ENG_PRED_SRC1       0x408
#define ENG_PRED_DATA       0x410
#define ENG_PRED_RESULT     0x418
#define ENG_PRED_RESULT_1   0x41c
#define ENG_NONPRIV         0x4d0
#define   NONPRIV_SLOTS         12
#define   NONPRIV_ADDR          0x03fffffcu
#define ENG_GPR             0x600

/* global */
#define REG_FAULT           0x04094
#define REG_PAT             0x040e0         /* two halves of four indices */
#define REG_FAULT_DATA0     0x04b10
#define REG_FAULT_DATA1     0x04b14
#define REG_64K_ENABLE      0x04080
#define   ENABLE_64K            0xfu
#define REG_TLB_RCS         0x04260
#define REG_TLB_VCS         0x04264
#define REG_TLB_VCS1        0x04268
#define REG_TLB_BCS         0x0426c
#define REG_TLB_VECS        0x04270
#define REG_GDRST           0x0941c
#define   GDRST_FULL            (1u << 0)
#define REG_RPNSWREQ        0x0a008
#define REG_RPSTAT          0x0a01c
#define REG_RC_CONTROL      0x0a090
#define REG_RC_STATE        0x0a094
#define REG_FW_RENDER       0x0a278
#define REG_FW_MEDIA        0x0a270
#define REG_FW_GT           0x0a188
#define REG_FW_ACK_RENDER   0x00d84
#define REG_FW_ACK_MEDIA    0x00d88
#define REG_FW_ACK_GT       0x130044
#define REG_FPGA_DBG        0x42300
#define   FPGA_DBG_UNCLAIMED    (1u << 31)
#define REG_MASTER_IRQ      0x44200
#define   MASTER_ENABLE         0x80000000u
#define REG_BANK_ISR        0x44300         /* + 0x10 * bank */
#define REG_BANK_IMR        0x44304
#define REG_BANK_IIR        0x44308
#define REG_BANK_IER        0x4430c
#define REG_FENCE           0x100000        /* + 8 * n, 32 of them */
#define REG_GFX_FLUSH       0x101008
#define REG_PCODE           0x138124
#define   PCODE_SET_FREQ        0x08        /* ring frequency table */
#define   PCODE_GET_FREQ        0x09
#define REG_PCODE_DATA      0x138128
#define REG_RP_STATE_CAP    0x145998
#define REG_RP_CONTROL      0x0a024
#define   RP_ENABLE             (1u << 7)
#define REG_CUR_UP_EI       0x0a050
#define REG_CUR_DOWN_EI     0x0a05c
#define REG_RC6_CTX         0x08504
#define REG_RC6_RESIDENCY   0x138108

#endif

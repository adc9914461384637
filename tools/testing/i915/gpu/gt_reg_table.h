/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual Intel GPU: shape of the register table (gt_regtab.c). */
#ifndef GT_REG_TABLE_H
#define GT_REG_TABLE_H

#include "gt_int.h"

enum GtRegKind {
    RK_RAM,         /* reads what was written */
    RK_MASK,        /* upper half of a write selects bits of the lower half */
    RK_W1C,         /* writing 1 clears */
    RK_RO,          /* writes are a mistake */
    RK_QUIET,       /* read-only, writes ignored without a report */
};

/* forcewake domains, GtEngDef.fw_skl */
enum { FW_NONE = 0, FW_GT = 1, FW_RENDER = 2, FW_MEDIA = 4, FW_ALL = 7 };
#define FW_END  0x40000         /* registers from here on are always awake */

typedef uint32_t GtRegRead(GtDev *s, GtEng *e, uint32_t a);
typedef void GtRegWrite(GtDev *s, GtEng *e, uint32_t a, uint32_t v);

typedef struct GtReg {
    uint32_t addr;          /* BAR0 offset, or engine offset if engines set */
    uint16_t n;             /* consecutive dwords, 0 = 1 */
    uint8_t kind;           /* enum GtRegKind */
    uint8_t chips;          /* 0 = both */
    uint8_t engines;        /* engines that have it; 0 = global register */
    uint8_t ctx;            /* engines that save it with the context */
    uint8_t user;           /* engines whose user batches may write it */
    uint8_t reset_by;       /* engines whose reset restores the reset value */
    bool full;              /* a reset of the whole GPU does */
    uint32_t reset;         /* value at power on */
    GtRegRead *rd;          /* instead of the stored value */
    GtRegWrite *wr;         /* instead of the kind's rule */
    const char *name;
} GtReg;

extern const GtReg gt_regtab[];
extern const unsigned gt_regtab_n;

/* gt_reghooks.c */
void gt_fw_follow(GtDev *s, unsigned domain);
GtRegRead gt_rd_tail, gt_rd_head, gt_rd_ctl, gt_rd_acthd, gt_rd_acthd_hi;
GtRegRead gt_rd_instdone, gt_rd_mi_mode, gt_rd_bb, gt_rd_execlist;
GtRegRead gt_rd_timestamp, gt_rd_ctx_timestamp, gt_rd_master, gt_rd_fw_ack;
GtRegRead gt_rd_rpstat, gt_rd_rc6, gt_rd_ei;
GtRegWrite gt_wr_mi_mode, gt_wr_reset_ctl, gt_wr_csb_ptr, gt_wr_eir;
GtRegWrite gt_wr_elsp, gt_wr_master, gt_wr_iir, gt_wr_ier, gt_wr_gdrst;
GtRegWrite gt_wr_ei, gt_wr_gfx_flush, gt_wr_tlb, gt_wr_pcode, gt_wr_rc6;
GtRegWrite gt_wr_fault, gt_wr_fw, gt_wr_pat, gt_wr_mocs;

#endif

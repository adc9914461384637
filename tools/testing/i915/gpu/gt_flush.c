// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: MI_FLUSH_DW and PIPE_CONTROL: TLB invalidation,
 * post-sync writes, notify interrupt. Cache flushes have no effect, the
 * model is coherent and serial.
 */
#include "gt_int.h"

enum { SYNC_NONE, SYNC_DATA, SYNC_DEPTH, SYNC_TIME };

#define INDEX_BIT   (1u << 21)
#define TLB_BIT     (1u << 18)
#define NOTIFY_BIT  (1u << 8)

/* flags of PIPE_CONTROL */
#define PC_VF           (1u << 4)
#define PC_DEPTH_STALL  (1u << 13)
#define PC_STALLS       (1u << 0 | 1u << 1 | 1u << 5 | 1u << 12 | \
                         PC_DEPTH_STALL)    /* flushes among them */
#define PC_POST_SYNC    (3u << 14)
#define PC_TLB          TLB_BIT
#define PC_CS_STALL     (1u << 20)
#define PC_INDEX        INDEX_BIT
#define PC_LRI          (1u << 23)
#define PC_RESERVED     0xf2420040u

/* index: the address is an offset in a status page, which one says ggtt */
static void post_sync(GtEng *e, unsigned kind, uint64_t a, bool index,
                      bool ggtt, uint64_t v, bool qword)
{
    if (index) {
        a = (ggtt ? ER(e, ENG_HWS_PGA) & 0xfffff000u :
                    ELEM_LRCA(e->el[e->cur])) + (a & 0xff8);
        ggtt = true;
    } else if (!gt_space_ok(e, ggtt)) {
        return;
    }
    if (kind == SYNC_TIME) {
        v = gt_timestamp(e->gt);
        qword = true;
    }
    if (qword) {
        gt_wr64(e, a, !ggtt, v);
    } else {
        gt_wr32(e, a, !ggtt, v);
    }
    gt_wake_waiters(e->gt, e);
}

int gt_mi_flush_dw(GtEng *e, const uint32_t *dw, int n)
{
    unsigned kind = (dw[0] >> 14) & 3;

    if ((dw[0] & TLB_BIT) && kind != SYNC_DATA && kind != SYNC_TIME) {
        gt_strict(e->gt, e, SK_FLUSH, e->cmd_at, "MI_FLUSH_DW invalidates the "
                  "TLB only together with a post-sync write: set bit 14");
    } else if (dw[0] & TLB_BIT) {
        gt_invalidate(e);
    }
    if (kind == SYNC_DEPTH) {
        gt_strict(e->gt, e, SK_COMMAND, e->cmd_at, "MI_FLUSH_DW post-sync "
                  "operation 2 is reserved");
    } else if (kind) {
        uint64_t a = ((uint64_t)dw[2] << 32) | (dw[1] & ~7u);
        uint64_t v = (n > 3 ? dw[3] : 0) |
                     (n > 4 ? (uint64_t)dw[4] << 32 : 0);

        post_sync(e, kind, a, dw[0] & INDEX_BIT, dw[1] & 4, v, n > 4);
    }
    if (dw[0] & NOTIFY_BIT) {
        gt_event(e, EV_NOTIFY);
    }
    return ST_GO;
}

/* What the PRM asks of the flags of a PIPE_CONTROL */
static const struct {
    uint8_t chips;
    uint32_t mask, value;       /* applies when the masked flags are this */
    uint32_t any;               /* one of these must be set, 0 = none needed */
    uint32_t none;              /* and none of these */
    const char *what;
} pc_rule[] = {
    { CHIP_ALL, PC_TLB, PC_TLB, PC_CS_STALL, 0,
      "TLB invalidation needs the command streamer stall (bit 20)" },
    { CHIP_BDW, PC_CS_STALL, PC_CS_STALL, PC_STALLS | PC_POST_SYNC, 0,
      "a command streamer stall needs a flush, another stall or a post-sync "
      "write beside it" },
    { CHIP_ALL, PC_INDEX, PC_INDEX, PC_POST_SYNC, 0,
      "store index (bit 21) needs a post-sync write" },
    { CHIP_ALL, PC_LRI, PC_LRI, 0, PC_POST_SYNC,
      "a register write (bit 23) excludes a post-sync write" },
    { CHIP_ALL, PC_POST_SYNC, SYNC_DEPTH << 14, PC_DEPTH_STALL, 0,
      "the depth count needs the depth stall (bit 13)" },
    { CHIP_ALL, 0, 0, 0, PC_RESERVED, "reserved bits are set" },
};

static void check_pipe_control(GtEng *e, uint32_t flags)
{
    for (int i = 0; i < ARRAY_SIZE(pc_rule); i++) {
        if ((pc_rule[i].chips & e->gt->chip) &&
            (flags & pc_rule[i].mask) == pc_rule[i].value &&
            ((pc_rule[i].any && !(flags & pc_rule[i].any)) ||
             (flags & pc_rule[i].none))) {
            gt_strict(e->gt, e, SK_FLUSH, e->cmd_at, "PIPE_CONTROL flags %08x:"
                      " %s", flags, pc_rule[i].what);
        }
    }
    if (e->gt->chip == CHIP_SKL && (flags & PC_VF) && !e->null_pc) {
        gt_strict(e->gt, e, SK_FLUSH, e->cmd_at, "PIPE_CONTROL flags %08x: VF "
                  "invalidation needs a PIPE_CONTROL without flags before it",
                  flags);
    }
    e->null_pc = !flags;
}

int gt_pipe_control(GtEng *e, const uint32_t *dw, int n)
{
    uint32_t flags = dw[1];
    unsigned kind = (flags >> 14) & 3;

    check_pipe_control(e, flags);
    if (flags & TLB_BIT) {
        gt_invalidate(e);
    }
    if (kind) {
        uint64_t a = ((uint64_t)dw[3] << 32) | (dw[2] & ~3u);
        uint64_t v = dw[4] | ((uint64_t)dw[5] << 32);

        post_sync(e, kind, a, flags & INDEX_BIT, flags & (1 << 24),
                  kind == SYNC_DATA ? v : 0, true);
    }
    if ((flags & PC_LRI) && gt_reg_ok(e, dw[2] & 0x7ffffc)) {
        gt_reg_write(e->gt, e, dw[2] & 0x7ffffc, dw[4]);
    }
    if (flags & NOTIFY_BIT) {
        gt_event(e, EV_NOTIFY);
    }
    return ST_GO;
}

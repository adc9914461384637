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

    if (dw[0] & TLB_BIT) {
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

int gt_pipe_control(GtEng *e, const uint32_t *dw, int n)
{
    uint32_t flags = dw[1];
    unsigned kind = (flags >> 14) & 3;

    if (flags & TLB_BIT) {
        gt_invalidate(e);
    }
    if (kind) {
        uint64_t a = ((uint64_t)dw[3] << 32) | (dw[2] & ~3u);
        uint64_t v = dw[4] | ((uint64_t)dw[5] << 32);

        post_sync(e, kind, a, flags & INDEX_BIT, flags & (1 << 24),
                  kind == SYNC_DATA ? v : 0, true);
    }
    if (flags & NOTIFY_BIT) {
        gt_event(e, EV_NOTIFY);
    }
    return ST_GO;
}

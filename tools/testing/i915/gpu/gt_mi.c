// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual Intel GPU: MI commands that steer execution. */
#include "gt_int.h"

int gt_mi_noop(GtEng *e, const uint32_t *dw, int n)
{
    if (dw[0] & (1 << 22)) {
        ER(e, ENG_NOPID) = dw[0] & 0x3fffff;
    }
    return ST_GO;
}

int gt_mi_user_interrupt(GtEng *e, const uint32_t *dw, int n)
{
    gt_event(e, EV_USER);
    return ST_GO;
}

int gt_mi_arb_check(GtEng *e, const uint32_t *dw, int n)
{
    return ST_ARB;
}

int gt_mi_arb_on_off(GtEng *e, const uint32_t *dw, int n)
{
    e->arb = dw[0] & 1;
    return ST_GO;
}

int gt_mi_report_head(GtEng *e, const uint32_t *dw, int n)
{
    gt_wr32(e, (ER(e, ENG_HWS_PGA) & 0xfffff000u) + 0x10, false, e->head);
    return ST_GO;
}

int gt_mi_batch_end(GtEng *e, const uint32_t *dw, int n)
{
    e->stored_ahead = 0;
    if (e->lvl) {
        e->lvl--;
        return ST_JUMP;
    }
    gt_strict(e->gt, e, SK_BATCH, e->cmd_at, "MI_BATCH_BUFFER_END in the ring "
              "is ignored");
    return ST_GO;
}

int gt_mi_batch_start(GtEng *e, const uint32_t *dw, int n)
{
    uint64_t to = (((uint64_t)dw[2] << 32) | (dw[1] & ~3u)) & GT_ADDR48;
    bool pp = dw[0] & (1 << 8);
    int from = e->lvl;

    if ((dw[0] & (1 << 15)) && !(ER(e, ENG_PRED_RESULT_1) & 1)) {
        return ST_GO;           /* predicated, and false */
    }
    if (gt_user_batch(e)) {
        pp = true;              /* users cannot escalate */
    }
    if (e->lvl == 0 || (dw[0] & (1 << 22))) {
        /* call: come back behind this command */
        if (e->lvl) {
            e->bb[e->lvl] += 4 * n;
        } else {
            e->head = (e->head + 4 * n) & (e->size - 1);
        }
        if (e->lvl == 2) {
            gt_strict(e->gt, e, SK_BATCH, e->cmd_at, "third-level batch: only "
                      "two levels exist, the return is lost");
        }
        e->lvl = MIN(e->lvl + 1, 2);
    }
    e->stored_ahead = 0;
    e->bb[e->lvl] = to;
    e->bbpp[e->lvl] = pp;
    e->f_host = NULL;           /* translate again at each jump */
    if (!from) {
        gt_inject_note_batch(e, to);
        if (gt_armed(e->gt, FT_HANG)) {
            gt_inject_batch(e);
        }
    }
    return ST_JUMP;
}

int gt_mi_cond_batch_end(GtEng *e, const uint32_t *dw, int n)
{
    uint64_t a = ((uint64_t)(n > 3 ? dw[3] : 0) << 32) | (dw[2] & ~7u);
    uint32_t mem = gt_rd32(e, a, !(dw[0] & (1 << 22)));

    if ((dw[0] & (1 << 19)) || !(dw[0] & (1 << 21))) {
        gt_strict(e->gt, e, SK_COMMAND, e->cmd_at, "MI_CONDITIONAL_BATCH_"
                  "BUFFER_END %s is not modelled: a plain comparison is made",
                  dw[0] & (1 << 19) ? "with a mask" : "without comparing");
    }
    if (e->lvl && mem <= dw[1]) {
        e->lvl--;
        return ST_JUMP;
    }
    return ST_GO;
}

static bool compare(unsigned op, uint32_t mem, uint32_t data)
{
    switch (op) {
    case 0:
        return mem > data;
    case 1:
        return mem >= data;
    case 2:
        return mem < data;
    case 3:
        return mem <= data;
    case 4:
        return mem == data;
    case 5:
        return mem != data;
    }
    return true;
}

int gt_mi_semaphore_wait(GtEng *e, const uint32_t *dw, int n)
{
    unsigned op = (dw[0] >> 12) & 7;
    bool poll = dw[0] & ((1 << 15) | (1 << 16));
    uint32_t mem;

    if (!poll && e->waiting && !e->signalled) {
        return ST_WAIT;         /* looks again only when it is signalled */
    }
    e->signalled = false;
    if (op > 5) {
        gt_strict(e->gt, e, SK_COMMAND, e->cmd_at, "MI_SEMAPHORE_WAIT compare "
                  "operation %u is reserved", op);
    }
    if (dw[0] & (1 << 16)) {    /* poll a register */
        mem = gt_reg_read(e->gt, e, dw[2] & 0x7ffffc);
    } else {
        mem = gt_rd32(e, ((uint64_t)dw[3] << 32) | dw[2],
                      !(dw[0] & (1 << 22)));
    }
    if (!compare(op, mem, dw[1])) {
        return ST_WAIT;
    }
    if (unlikely(e->sem_until || gt_armed(e->gt, FT_SEM_LATE)) &&
        gt_inject_semaphore(e)) {
        return ST_WAIT;
    }
    if (e->waiting) {
        e->waiting = false;
        e->backoff = 0;
    }
    return ST_ARB;
}

/* wake the context, if it runs and waits: what it waits for is in memory */
int gt_mi_semaphore_signal(GtEng *e, const uint32_t *dw, int n)
{
    static const int target[8] = { RCS, VCS, BCS, VECS, -1, -1, -1, -1 };
    int id = target[(dw[0] >> 15) & 7];

    if (id < 0) {
        gt_strict(e->gt, e, SK_COMMAND, e->cmd_at, "MI_SEMAPHORE_SIGNAL to "
                  "engine %u, which is not there", (dw[0] >> 15) & 7);
    } else {
        gt_signal_context(&e->gt->eng[id], dw[1]);
    }
    return ST_GO;
}

int gt_mi_set_predicate(GtEng *e, const uint32_t *dw, int n)
{
    if (dw[0] & 0xf) {
        gt_strict(e->gt, e, SK_COMMAND, e->cmd_at, "MI_SET_PREDICATE mode %u "
                  "is not modelled: commands are executed", dw[0] & 0xf);
    }
    return ST_GO;
}

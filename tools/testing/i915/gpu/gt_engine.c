// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: when engines run.
 *
 * An engine works in slices of a bounded number of commands (long blits
 * count by their size), from a timer of the guest's clock or, for the first
 * "inline" commands, within the ELSP write itself. A full slice is followed
 * by a pause: the time the commands would take at the GPU's clock and, from
 * the fifth on, the time they took the host for each busy engine. So endless
 * batches starve neither the CPUs nor other engines, and slow down with the
 * frequency the driver asked for. (With -icount the host's time is invisible
 * and the pauses are exact.) An unsatisfied semaphore polls with growing
 * delay and is looked at again after every store of another engine.
 */
#include "gt_reg_table.h"

#define POLL_NS         10000           /* unit of polling and backing off */
#define POLL_MAX        20
#define FULL_SPEED      4               /* slices before sharing the host */
#define CMD_NS          40              /* a command at the highest clock */
/*
 * The semaphore-wait event makes drivers end a time slice. Raised at once it
 * would ping-pong with a gate that is closed only for the moment of a switch.
 */
#define WAIT_EVENT_NS   360000

static const GtEngDef engine_def[GT_NENG] = {
    [RCS] = { "rcs0", 0x02000, 1 << 1, REG_TLB_RCS, 0, 0, 0,
              FW_RENDER },
    [BCS] = { "bcs0", 0x22000, 1 << 3, REG_TLB_BCS, 0, 16, 2,
              FW_GT },
    [VCS] = { "vcs0", 0x12000, 1 << 2, REG_TLB_VCS, 1, 0, 1,
              FW_MEDIA },
    [VECS] = { "vecs0", 0x1a000, 1 << 4, REG_TLB_VECS, 3, 0, 3,
               FW_MEDIA },
};

const char *gt_engine_name(int id)
{
    return engine_def[id].name;
}

uint64_t gt_ticks(GtDev *s, int64_t ns)
{
    return s->chip == CHIP_SKL ? muldiv64(ns, 12, 1000) : ns / 80;
}

uint64_t gt_timestamp(GtDev *s)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    return gt_ticks(s, now) & 0xfffffffffULL;   /* 36 bits */
}

bool gt_stopped(GtEng *e)
{
    return e->held || (ER(e, ENG_MI_MODE) & MI_MODE_STOP_RING);
}

void gt_kick(GtEng *e, int64_t delay_ns)
{
    if (unlikely(e->gt->seed)) {
        delay_ns = gt_seed_kick(e->gt, delay_ns);
    }
    timer_mod(e->timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + delay_ns);
}

/* memory changed: let waiting engines look again */
void gt_wake_waiters(GtDev *s, GtEng *but)
{
    for (int i = 0; i < GT_NENG; i++) {
        GtEng *e = &s->eng[i];

        if (e != but && e->waiting) {
            e->backoff = 0;
            gt_kick(e, 0);
        }
    }
}

static int64_t busy_engines(GtDev *s)
{
    int64_t n = 0;

    for (int i = 0; i < GT_NENG; i++) {
        n += s->eng[i].cur >= 0 && !s->eng[i].dead && !s->eng[i].waiting;
    }
    return n;
}

/* what n commands cost at the requested frequency */
static int64_t gpu_time(GtDev *s, int64_t n)
{
    uint32_t cap = R(s, REG_RP_STATE_CAP), lo = (cap >> 16) & 0xff;
    uint32_t hi = cap & 0xff, req = R(s, REG_RPNSWREQ);

    /* Skylake asks in thirds of the unit of the capability register */
    req = s->chip == CHIP_SKL ? (req >> 23) / 3 : req >> 24;
    req = req ? MIN(MAX(req, lo), hi) : hi;
    return n * CMD_NS * hi / req;
}

/* a slice of n commands, begun at "since", is used up */
static void pause_between_slices(GtEng *e, int n, int64_t since)
{
    int64_t spent = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - since;
    int64_t delay = gpu_time(e->gt, n);

    e->backoff = MIN(e->backoff + 1, POLL_MAX);
    if (e->backoff > FULL_SPEED) {
        delay = MAX(delay, spent * busy_engines(e->gt));
    }
    gt_kick(e, MAX(delay, 1000));
}

static void wait_and_poll(GtEng *e)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    if (!e->waiting) {
        e->waiting = true;
        e->wait_told = false;
        e->wait_since = now;
        e->backoff = 0;
    }
    e->backoff = MIN(e->backoff + 1, POLL_MAX);
    if (!e->wait_told && now - e->wait_since >= WAIT_EVENT_NS) {
        e->wait_told = true;
        gt_event(e, EV_SEMWAIT);
    }
    gt_kick(e, e->backoff * POLL_NS);
}

/*
 * No longer held: go on, if there is something to do. (A timer for nothing is
 * dear with -icount: the CPU stands still until the main loop has run it.)
 */
void gt_engine_go_on(GtEng *e)
{
    if (e->cur >= 0 && !e->dead && !gt_stopped(e)) {
        gt_kick(e, 0);
    }
}

/* who waits is asked again, who spins is not */
static bool pass_arb(GtEng *e, int st)
{
    return unlikely(e->gt->seed) && st != ST_SPIN && gt_seed_pass_arb(e->gt);
}

static void run(GtEng *e, int budget)
{
    int64_t since = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    bool arb;
    int st;

    COUNT(e->gt, CN_SLICE);
    e->budget = budget;
    while (e->cur >= 0 && !e->dead && !gt_stopped(e)) {
        if (!e->lvl && e->head == e->tail) {
            gt_ring_done(e);
            continue;
        }
        if (e->budget-- <= 0) {
            pause_between_slices(e, budget, since);
            return;
        }
        st = unlikely(e->hang) ? gt_inject_step(e) : gt_step(e);
        arb = (st == ST_ARB || st == ST_WAIT || st == ST_SPIN) && e->arb &&
              e->have_pend && !pass_arb(e, st);
        if (arb) {
            e->waiting = false;
            gt_switch_to_pending(e);
        } else if (st == ST_WAIT) {
            if (e->arb && gt_sync_switch(e)) {
                continue;
            }
            wait_and_poll(e);
            return;
        } else if (st == ST_MORE) {
            pause_between_slices(e, budget, since);
            return;
        } else if (st == ST_SPIN) {
            return;             /* until a submission or the end of it */
        }
    }
    e->backoff = 0;
    if (e->cur < 0) {
        timer_del(e->timer);
    }
}

static void tick(void *opaque)
{
    GtEng *e = opaque;
    int slice = e->gt->slice;

    run(e, unlikely(e->gt->seed) ? gt_seed_slice(e, slice) : slice);
}

void gt_submit_run(GtEng *e)
{
    GtDev *s = e->gt;
    int64_t begin = unlikely(s->seed) ? gt_seed_begin(s) : 0;

    if (begin) {
        gt_kick(e, s->latency + begin);
    } else if (s->inl && !s->latency) {
        run(e, s->inl);
    } else {
        gt_kick(e, s->latency);
    }
}

void gt_engine_init(GtDev *s, int id)
{
    GtEng *e = &s->eng[id];

    e->gt = s;
    e->id = id;
    e->def = &engine_def[id];
    e->cur = -1;
    e->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, tick, e);
}

/* everything in flight is lost, no event, no interrupt */
void gt_engine_reset(GtEng *e)
{
    GT_TRACE(e->gt, 1, "%s reset (cur %d lvl %d head %x tail %x)",
             e->def->name, e->cur, e->lvl, e->head, e->tail);
    timer_del(e->timer);
    e->cur = -1;
    e->have_pend = e->dead = e->waiting = false;
    gt_inject_reset(e);
    e->elsp_n = 0;
    e->lvl = 0;
    e->blt_row = 0;
    e->cmd = 0;
    e->backoff = 0;
    e->head = e->tail = e->start = e->size = 0;
    e->wp = 5;
    e->last_reason = 0;
    memset(e->el, 0, sizeof(e->el));
    memset(e->tlb, 0, sizeof(e->tlb));
    memset(e->walked, 0, sizeof(e->walked));
    e->mocs_set = e->stored_ahead = e->ahead_page = 0;
    e->f_host = NULL;
    gt_regs_engine_reset(e);
}

/* what a write to GDRST asks for */
void gt_engines_reset(GtDev *s, uint32_t gdrst)
{
    for (int i = 0; i < GT_NENG; i++) {
        GtEng *e = &s->eng[i];

        if (!(gdrst & (GDRST_FULL | e->def->reset_bit))) {
            continue;
        }
        COUNT(s, CN_RESET);
        if (gt_armed(s, FT_CSB_AT_RESET)) {
            gt_inject_at_reset(e);
        }
        gt_engine_reset(e);
    }
    if (gdrst & GDRST_FULL) {
        gt_regs_full_reset(s);
    }
}

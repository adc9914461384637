// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual Intel GPU: what faults do. README.md describes them. */
#include "gt_reg_table.h"

/* ------------------------------------------------------------ interrupts */

/* an event that nothing masks; true: it is dealt with */
bool gt_inject_event(GtEng *e, int bit)
{
    GtDev *s = e->gt;
    const GtRule *r;

    if (gt_armed(s, FT_IRQ_LOST) &&
        gt_inject_hit(s, e, FT_IRQ_LOST, 1 + bit, 0)) {
        return true;
    }
    if (gt_armed(s, FT_IRQ_LATE)) {
        r = gt_inject_hit(s, e, FT_IRQ_LATE, 1 + bit, 0);
        if (r) {
            gt_later(s, e, LT_EVENT, r->delay, bit, 0, 0);
            return true;
        }
    }
    if (gt_armed(s, FT_IRQ_TWICE) &&
        gt_inject_hit(s, e, FT_IRQ_TWICE, 1 + bit, 0)) {
        gt_event_latch(e, bit);
    }
    return false;
}

void gt_inject_spurious(GtDev *s, GtEng *e, const GtRule *r)
{
    gt_event_latch(e, r->sub ? r->sub - 1 : EV_USER);
}

void gt_inject_spurious_msi(GtDev *s, GtEng *e, const GtRule *r)
{
    gt_msi(s);
}

/* --------------------------------------------------------- status events */

static void garbled(GtEng *e, const GtRule *r, uint32_t lo, uint32_t id)
{
    gt_status_store(e, r->has_value ? r->value : ~lo, r->has_id ? r->id : id,
                    CSB_PARTS);
}

static void lost(GtEng *e, const GtRule *r, uint32_t lo, uint32_t id)
{
}

static void twice(GtEng *e, const GtRule *r, uint32_t lo, uint32_t id)
{
    gt_status_store(e, lo, id, CSB_PARTS);
    gt_status_store(e, lo, id, CSB_PARTS);
}

static void late(GtEng *e, const GtRule *r, uint32_t lo, uint32_t id)
{
    gt_later(e->gt, e, LT_STATUS, r->delay, lo, id, CSB_PARTS);
}

/* pointer and interrupt are there before the entry */
static void hole(GtEng *e, const GtRule *r, uint32_t lo, uint32_t id)
{
    gt_status_store(e, lo, id, CSB_PART_POINTER | CSB_PART_IRQ);
    gt_later(e->gt, e, LT_ENTRY, r->delay, lo, id, e->wp);
}

/* the interrupt is there before entry and pointer */
static void early_irq(GtEng *e, const GtRule *r, uint32_t lo, uint32_t id)
{
    gt_later(e->gt, e, LT_STATUS, r->delay, lo, id,
             CSB_PART_ENTRY | CSB_PART_POINTER);
    gt_status_store(e, lo, id, CSB_PART_IRQ);
}

static const struct {
    enum GtFault what;
    void (*how)(GtEng *e, const GtRule *r, uint32_t lo, uint32_t id);
} on_status[] = {
    { FT_CSB_LOST, lost }, { FT_CSB_GARBLED, garbled },
    { FT_CSB_TWICE, twice }, { FT_CSB_LATE, late }, { FT_CSB_HOLE, hole },
    { FT_CSB_EARLY_IRQ, early_irq },
};

/* a status event that is due; true: it is dealt with */
bool gt_inject_status(GtEng *e, uint32_t lo, uint32_t id)
{
    GtDev *s = e->gt;

    for (int i = 0; i < ARRAY_SIZE(on_status); i++) {
        const GtRule *r = NULL;

        if (gt_armed(s, on_status[i].what)) {
            r = gt_inject_hit_id(e, id, on_status[i].what, lo);
        }
        if (r && e->csb_queued && on_status[i].what != FT_CSB_LOST) {
            break;              /* order is kept: behind those on their way */
        }
        if (r) {
            on_status[i].how(e, r, lo, id);
            return true;
        }
    }
    if (e->csb_queued) {
        gt_later_behind(e, lo, id);
        return true;
    }
    return false;
}

void gt_inject_stray(GtDev *s, GtEng *e, const GtRule *r)
{
    gt_status_store(e, r->value, r->has_id ? r->id : e->ran[0].hi, CSB_PARTS);
}

/* the last moment before the engine is reset */
void gt_inject_at_reset(GtEng *e)
{
    const GtRule *r = gt_inject_hit(e->gt, e, FT_CSB_AT_RESET, 0, 0);

    if (r) {
        gt_inject_stray(e->gt, e, r);
    }
}

/* a submission has arrived: the event of what needs none of its own */
void gt_inject_submit(GtEng *e)
{
    GtDev *s = e->gt;
    const GtRule *r;

    if (gt_armed(s, FT_IRQ_SPURIOUS)) {
        /* the bit is what to raise, not what to look for */
        r = gt_inject_hit(s, e, FT_IRQ_SPURIOUS, FT_ANY, 0);
        if (r) {
            gt_inject_spurious(s, e, r);
        }
    }
    if (gt_armed(s, FT_CSB_STRAY)) {
        r = gt_inject_hit(s, e, FT_CSB_STRAY, 0, 0);
        if (r) {
            gt_inject_stray(s, e, r);
        }
    }
}

/* ------------------------------------------------------------------ hangs */

/* a batch of the ring starts */
void gt_inject_batch(GtEng *e)
{
    const GtRule *r = gt_inject_hit(e->gt, e, FT_HANG, 0, e->bb[1]);

    if (r) {
        e->hang = r->mode;
        e->hang_in = r->after;
        e->hang_ns = r->delay;
    }
}

static int hang_now(GtEng *e)
{
    if (e->hang_ns) {
        gt_later(e->gt, e, LT_HANG_END, e->hang_ns,
                 ELEM_LRCA(e->el[e->cur]), 0, 0);
        e->hang_ns = 0;
    }
    if (e->hang == HANG_SPIN) {
        return ST_SPIN;
    }
    e->dead = true;
    e->deaf = e->hang == HANG_DEAD;
    return ST_DEAD;
}

/* instead of a command */
int gt_inject_step(GtEng *e)
{
    if (!e->lvl) {
        e->hang = HANG_NONE;    /* the batch ended first */
    } else if (!e->hang_in) {
        return hang_now(e);
    } else {
        e->hang_in--;
    }
    return gt_step(e);
}

static void forget_hung(GtDev *s, unsigned i)
{
    s->hung[i] = s->hung[--s->n_hung];
}

/* the context leaves in a batch that hangs, or will: so it does when back */
void gt_inject_switch(GtEng *e)
{
    GtDev *s = e->gt;

    if (!e->hang) {
        return;
    }
    if (s->n_hung < GT_HUNG) {
        s->hung[s->n_hung++] = (GtHung) {
            .eng = e, .lrca = ELEM_LRCA(e->el[e->cur]), .mode = e->hang,
            .in = e->hang_in, .ns = e->hang_ns,
        };
    }
    e->hang = HANG_NONE;
}

static int find_hung(GtEng *e, uint32_t lrca)
{
    for (int i = 0; i < e->gt->n_hung; i++) {
        if (e->gt->hung[i].eng == e && e->gt->hung[i].lrca == lrca) {
            return i;
        }
    }
    return -1;
}

void gt_inject_load(GtEng *e)
{
    int i;

    e->ran[1] = e->ran[0];
    e->ran[0] = e->el[e->cur];
    e->sem_until = 0;
    i = find_hung(e, ELEM_LRCA(e->ran[0]));
    if (i >= 0) {
        /* unless the driver took it out of the batch */
        e->hang = e->lvl ? e->gt->hung[i].mode : HANG_NONE;
        e->hang_in = e->gt->hung[i].in;
        e->hang_ns = e->gt->hung[i].ns;
        forget_hung(e->gt, i);
    }
}

void gt_inject_hang_end(GtEng *e, uint32_t lrca)
{
    int i = find_hung(e, lrca);

    if (i >= 0) {
        forget_hung(e->gt, i);
    } else if (e->hang && e->cur >= 0 && ELEM_LRCA(e->el[e->cur]) == lrca) {
        if (e->hang != HANG_SPIN) {
            e->dead = e->deaf = false;
        }
        e->hang = HANG_NONE;
        gt_engine_go_on(e);
    }
}

/* satisfied, but is it seen? true: not yet */
bool gt_inject_semaphore(GtEng *e)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    const GtRule *r;

    if (e->sem_until) {
        if (now < e->sem_until) {
            return true;
        }
        e->sem_until = 0;
        return false;
    }
    r = gt_inject_hit(e->gt, e, FT_SEM_LATE, 0, e->cmd_at);
    if (r) {
        e->sem_until = now + r->delay;
    }
    return r;
}

/* the engine is reset */
void gt_inject_reset(GtEng *e)
{
    gt_later_drop(e->gt, e, LT_OF_ENGINE);
    e->hang = HANG_NONE;
    e->deaf = false;
    e->sem_until = 0;
    e->inval_lost = false;
}

/* --------------------------------------------------------- the device ends */

/* all ones, no interrupt, no engine moves */
void gt_inject_gone(GtDev *s, GtEng *none, const GtRule *r)
{
    gt_later_drop(s, NULL, ~(LT_BIT(LT_FIRE) | LT_BIT(LT_BACK)));
    if (r->delay) {
        gt_later(s, NULL, LT_BACK, r->delay, 0, 0, 0);
    }
    s->gone = true;
    for (int i = 0; i < GT_NENG; i++) {
        timer_del(s->eng[i].timer);
        s->eng[i].dead = true;
    }
    gt_irq_update(s);
}

/* it comes back as after power on */
void gt_inject_back(GtDev *s)
{
    gt_ggtt_clear(s);
    gt_power_on(s);
}

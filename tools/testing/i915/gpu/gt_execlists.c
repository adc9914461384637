// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: execution lists.
 *
 * Four writes to ELSP submit two elements. Each submission is acknowledged
 * by exactly one event (idle to active, preempted, or lite restore), each
 * active element ends with one completion; an element displaced by a later
 * submission just disappears. Order: image saved, event stored, write
 * pointer stored, interrupt.
 */
#include "gt_int.h"

#define HWSP_CSB        0x40
#define HWSP_CSB_WP     0x7c
#define CSB_ENTRIES     6

static uint64_t status_page(GtEng *e)
{
    return ER(e, ENG_HWS_PGA) & 0xfffff000u;
}

void gt_status_entry(GtEng *e, unsigned slot, uint32_t lo, uint32_t id)
{
    uint32_t ev[2] = { lo, id };

    gt_write(e, status_page(e) + HWSP_CSB + 8 * slot, false, ev, 8);
}

/* without faults all parts come at once */
void gt_status_store(GtEng *e, uint32_t lo, uint32_t id, unsigned parts)
{
    if (parts & CSB_PART_POINTER) {
        e->wp = (e->wp + 1) % CSB_ENTRIES;
        GT_TRACE(e->gt, 2, "%s csb[%d] %08x %08x", e->def->name, e->wp, lo,
                 id);
        ER(e, ENG_CSB + 8 * e->wp) = lo;
        ER(e, ENG_CSB + 8 * e->wp + 4) = id;
    }
    if (parts & CSB_PART_ENTRY) {
        gt_status_entry(e, e->wp, lo, id);
        smp_wmb();              /* entry before pointer */
    }
    if (parts & CSB_PART_POINTER) {
        gt_wr32(e, status_page(e) + HWSP_CSB_WP, false, e->wp);
        ER(e, ENG_CSB_PTR) = (ER(e, ENG_CSB_PTR) & ~7u) | e->wp;
    }
    if (parts & CSB_PART_IRQ) {
        gt_event(e, EV_SWITCH);
    }
}

static void status_event(GtEng *e, uint32_t lo, uint32_t id)
{
    e->last_reason = lo & 0x1ff;
    COUNT(e->gt, CN_CSB);
    if (unlikely(e->gt->armed || e->csb_queued) &&
        gt_inject_status(e, lo, id)) {
        return;
    }
    if (unlikely(e->gt->seed) && gt_seed_status(e, lo, id)) {
        return;
    }
    gt_status_store(e, lo, id, CSB_PARTS);
}

static void promote(GtEng *e)
{
    memcpy(e->el, e->pend, sizeof(e->el));
    e->have_pend = false;
}

void gt_switch_to_pending(GtEng *e)
{
    uint32_t id = e->el[e->cur].hi;

    COUNT(e->gt, CN_PREEMPT);
    gt_inject_switch(e);
    gt_ctx_save(e);
    promote(e);
    gt_ctx_load(e, 0);
    status_event(e, CSB_PREEMPT, id);
}

/* HEAD reached TAIL in the ring */
void gt_ring_done(GtEng *e)
{
    uint32_t id = e->el[e->cur].hi;

    if (unlikely(e->gt->seed) && e->have_pend && gt_seed_preempt_at_end(e)) {
        gt_switch_to_pending(e);
        return;
    }
    gt_ctx_save(e);
    if (e->have_pend) {
        status_event(e, CSB_COMPLETE, id);
        promote(e);
        gt_ctx_load(e, 0);
        status_event(e, CSB_IDLE_ACTIVE, e->el[0].hi);
    } else if (e->cur == 0 && ELEM_VALID(e->el[1])) {
        gt_ctx_load(e, 1);
        status_event(e, CSB_SWITCH, id);
    } else {
        e->cur = -1;
        status_event(e, CSB_COMPLETE, id);
    }
}

/*
 * An unsatisfied semaphore: look for other work, unless the context forbids
 * that. Its element is done for; the driver has to submit it again.
 */
bool gt_sync_switch(GtEng *e)
{
    uint32_t id = e->el[e->cur].hi;
    bool next = e->cur == 0 && ELEM_VALID(e->el[1]);

    if (ER(e, ENG_CTX_CTRL) & CTX_CTRL_NO_SYNC) {
        return false;
    }
    e->waiting = false;
    gt_inject_switch(e);
    gt_ctx_save(e);
    if (next) {
        gt_ctx_load(e, 1);
    } else {
        e->cur = -1;
    }
    status_event(e, next ? CSB_WAIT_SWITCH : CSB_WAIT_IDLE, id);
    return true;
}

/* MI_SEMAPHORE_SIGNAL of another engine */
void gt_signal_context(GtEng *e, uint32_t id)
{
    if (e->cur >= 0 && e->el[e->cur].hi == id && e->waiting) {
        e->signalled = true;
        e->backoff = 0;
        gt_kick(e, 0);
    }
}

static void check_elements(GtEng *e)
{
    GtDev *s = e->gt;
    uint32_t at = e->def->base + ENG_ELSP;

    if (e->have_pend) {
        gt_strict(s, e, SK_ELSP_PENDING, at, "ELSP written before the earlier "
                  "submission was acknowledged: wait for its event");
    }
    if (!(ER(e, ENG_RING_MODE) & RING_MODE_RUNLIST)) {
        gt_strict(s, e, SK_RUNLIST, at, "ELSP written with run lists off: set "
                  "RING_MODE bit 15 first");
    }
    for (int i = 0; i < 2; i++) {
        uint32_t lo = e->pend[i].lo;

        if (!ELEM_VALID(e->pend[i])) {
            continue;
        }
        if ((lo & 0x18) != 0x18 && (lo & 0x18) != 0x08) {
            gt_strict(s, e, SK_DESCRIPTOR, at, "element %d (%08x): addressing "
                      "mode %u, only 1 and 3 exist", i, lo, (lo >> 3) & 3);
        }
        if (!ELEM_LRCA(e->pend[i])) {
            gt_strict(s, e, SK_DESCRIPTOR, at, "element %d (%08x) has no "
                      "context address", i, lo);
        }
    }
    if (ELEM_VALID(e->pend[1]) &&
        ELEM_LRCA(e->pend[0]) == ELEM_LRCA(e->pend[1])) {
        gt_strict(s, e, SK_DESCRIPTOR, at, "both elements name the context "
                  "%08x", ELEM_LRCA(e->pend[0]));
    }
}

/* the same context, and nothing asks for more than a longer TAIL? */
static bool is_lite_restore(GtEng *e)
{
    return ELEM_LRCA(e->pend[0]) == ELEM_LRCA(e->el[e->cur]) &&
           !ELEM_FORCE(e->pend[0]);
}

/* distances from HEAD, which never passes TAIL */
static void check_lite_restore(GtEng *e, uint32_t was)
{
    uint32_t mask = e->size - 1;
    uint32_t now = (e->tail - e->head) & mask, then = (was - e->head) & mask;

    if (now <= then) {
        gt_strict(e->gt, e, SK_LITE_RESTORE, e->tail, "lite restore with TAIL "
                  "%x %s %x (HEAD %x): give it a TAIL further on, or set bit 2 "
                  "of the descriptor", e->tail,
                  now == then ? "not advanced from" : "moved back from", was,
                  e->head);
    }
}

static void lite_restore(GtEng *e)
{
    uint32_t was = e->tail;

    promote(e);
    e->cur = 0;
    e->tail = gt_ctx_tail(e);
    check_lite_restore(e, was);
    gt_check_ring_line(e);
    COUNT(e->gt, CN_LITE);
    status_event(e, CSB_LITE, e->el[0].hi);
}

static void submit(GtEng *e)
{
    e->pend[1] = (GtElem) { .hi = e->elsp[0], .lo = e->elsp[1] };
    e->pend[0] = (GtElem) { .hi = e->elsp[2], .lo = e->elsp[3] };
    COUNT(e->gt, CN_ELSP);
    GT_TRACE(e->gt, 2, "%s elsp %08x:%08x %08x:%08x cur %d", e->def->name,
             e->pend[0].hi, e->pend[0].lo, e->pend[1].hi, e->pend[1].lo,
             e->cur);
    check_elements(e);
    if (!ELEM_VALID(e->pend[0])) {
        gt_strict(e->gt, e, SK_DESCRIPTOR, e->def->base + ENG_ELSP,
                  "element 0 (%08x) is not valid: submission ignored",
                  e->pend[0].lo);
        return;
    }
    if (gt_armed(e->gt, FT_ELSP_LOST) &&
        gt_inject_hit(e->gt, e, FT_ELSP_LOST, 0, 0)) {
        return;
    }
    e->have_pend = true;
    if (unlikely(e->gt->armed)) {
        gt_inject_submit(e);
    }
    if (e->dead) {
        return;                 /* nothing moves before the reset */
    }
    if (e->cur < 0) {
        promote(e);
        gt_ctx_load(e, 0);
        status_event(e, CSB_IDLE_ACTIVE, e->el[0].hi);
    } else if (is_lite_restore(e)) {
        lite_restore(e);
    }
    gt_submit_run(e);
}

void gt_elsp_write(GtEng *e, uint32_t v)
{
    e->elsp[e->elsp_n++] = v;
    if (e->elsp_n == ARRAY_SIZE(e->elsp)) {
        e->elsp_n = 0;
        submit(e);
    }
}

uint32_t gt_execlist_status(GtEng *e)
{
    static const uint32_t active[] = { 0, 0x44000, 0x28000 };

    return (e->have_pend ? 2 : 0) | (ELEM_VALID(e->el[0]) ? 0x10 : 0) |
           (ELEM_VALID(e->el[1]) ? 0x08 : 0) | (e->last_reason << 5) |
           active[e->cur + 1];
}

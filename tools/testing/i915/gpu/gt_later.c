// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: what happens later.
 *
 * A list ordered by time, and by age among equal times, with one timer of the
 * guest's clock: the same run gives the same order.
 */
#include "gt_reg_table.h"

struct GtLater {
    QTAILQ_ENTRY(GtLater) next;
    int64_t due;
    GtEng *eng;                 /* NULL: of the device */
    uint8_t kind;
    uint32_t a, b, c;
};

static void do_event(GtDev *s, GtEng *e, const GtLater *l)
{
    gt_event_latch(e, l->a);
}

static void do_status(GtDev *s, GtEng *e, const GtLater *l)
{
    e->csb_queued--;
    gt_status_store(e, l->a, l->b, l->c);
}

static void do_entry(GtDev *s, GtEng *e, const GtLater *l)
{
    gt_status_entry(e, l->c, l->a, l->b);
}

static void do_ready(GtDev *s, GtEng *e, const GtLater *l)
{
    if (ER(e, ENG_RESET_CTL) & RESET_CTL_REQUEST) {
        ER(e, ENG_RESET_CTL) |= RESET_CTL_READY;
    }
}

static void do_gdrst(GtDev *s, GtEng *e, const GtLater *l)
{
    R(s, REG_GDRST) &= ~l->a;
    gt_engines_reset(s, l->a);
}

static void do_forcewake(GtDev *s, GtEng *e, const GtLater *l)
{
    gt_fw_follow(s, l->a);
}

static void do_inval(GtDev *s, GtEng *e, const GtLater *l)
{
    R(s, l->a) &= ~1u;
    gt_invalidate(e);
}

static void do_hang_end(GtDev *s, GtEng *e, const GtLater *l)
{
    gt_inject_hang_end(e, l->a);
}

static void do_msi(GtDev *s, GtEng *e, const GtLater *l)
{
    gt_msi(s);
}

static void do_back(GtDev *s, GtEng *e, const GtLater *l)
{
    gt_inject_back(s);
}

static void do_fire(GtDev *s, GtEng *e, const GtLater *l)
{
    gt_inject_fire(s, l->a);
}

static void (*const action[LT_N])(GtDev *s, GtEng *e, const GtLater *l) = {
    [LT_EVENT] = do_event,
    [LT_STATUS] = do_status,
    [LT_ENTRY] = do_entry,
    [LT_READY] = do_ready,
    [LT_GDRST] = do_gdrst,
    [LT_FW] = do_forcewake,
    [LT_INVAL] = do_inval,
    [LT_HANG_END] = do_hang_end,
    [LT_MSI] = do_msi,
    [LT_BACK] = do_back,
    [LT_FIRE] = do_fire,
};

static void set_timer(GtDev *s)
{
    GtLater *first = QTAILQ_FIRST(&s->later);

    if (first) {
        timer_mod(s->later_timer, first->due);
    } else {
        timer_del(s->later_timer);
    }
}

static void insert(GtDev *s, GtLater *l)
{
    GtLater *at;

    QTAILQ_FOREACH_REVERSE(at, &s->later, next) {
        if (at->due <= l->due) {
            QTAILQ_INSERT_AFTER(&s->later, at, l, next);
            set_timer(s);
            return;
        }
    }
    QTAILQ_INSERT_HEAD(&s->later, l, next);
    set_timer(s);
}

static void at_time(GtDev *s, GtEng *e, enum GtLaterKind kind, int64_t due,
                    uint32_t a, uint32_t b, uint32_t c)
{
    GtLater *l = g_new0(GtLater, 1);

    *l = (GtLater) {
        .due = due, .eng = e, .kind = kind, .a = a, .b = b, .c = c,
    };
    if (kind == LT_STATUS) {
        e->csb_queued++;
    }
    insert(s, l);
}

void gt_later(GtDev *s, GtEng *e, enum GtLaterKind kind, int64_t ns,
              uint32_t a, uint32_t b, uint32_t c)
{
    at_time(s, e, kind, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + ns, a, b, c);
}

/* a status event of an engine that has others on their way keeps its place */
void gt_later_behind(GtEng *e, uint32_t lo, uint32_t id)
{
    int64_t due = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    GtLater *l;

    QTAILQ_FOREACH(l, &e->gt->later, next) {
        if (l->eng == e && l->kind == LT_STATUS) {
            due = MAX(due, l->due);
        }
    }
    at_time(e->gt, e, LT_STATUS, due, lo, id, CSB_PARTS);
}

/* forget what is on its way; e NULL: of all engines and the device */
void gt_later_drop(GtDev *s, GtEng *e, uint32_t kinds)
{
    GtLater *l, *keep;

    QTAILQ_FOREACH_SAFE(l, &s->later, next, keep) {
        if ((!e || l->eng == e) && (kinds & LT_BIT(l->kind))) {
            if (l->kind == LT_STATUS) {
                l->eng->csb_queued--;
            }
            QTAILQ_REMOVE(&s->later, l, next);
            g_free(l);
        }
    }
    set_timer(s);
}

static void tick(void *opaque)
{
    GtDev *s = opaque;
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    GtLater *l;

    while ((l = QTAILQ_FIRST(&s->later)) && l->due <= now) {
        QTAILQ_REMOVE(&s->later, l, next);
        action[l->kind](s, l->eng, l);
        g_free(l);
    }
    set_timer(s);
}

void gt_later_init(GtDev *s)
{
    QTAILQ_INIT(&s->later);
    s->later_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, tick, s);
}

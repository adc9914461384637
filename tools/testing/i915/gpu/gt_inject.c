// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: fault rules, armed and hitting.
 *
 * Each place of the model where a fault can happen is an event of that fault.
 * A rule counts the events that fit its engine, context and kind, and hits at
 * those its "when" names. Every hit is printed with its place and time.
 */
#include "gt_reg_table.h"
#include "qapi/error.h"

static void find_armed(GtDev *s)
{
    s->armed = 0;
    for (int i = 0; i < GT_RULES; i++) {
        if (s->rule[i].used && !s->rule[i].spent) {
            s->armed |= 1ULL << s->rule[i].what;
        }
    }
}

/* the batch in the ring of a context, as far as it is known */
static uint64_t *batch_of(GtEng *e, uint32_t lrca)
{
    GtDev *s = e->gt;
    unsigned i = ((lrca >> 12) + e->id) % ARRAY_SIZE(s->batch);

    if (s->batch[i].eng != e || s->batch[i].lrca != lrca) {
        s->batch[i].eng = e;
        s->batch[i].lrca = lrca;
        s->batch[i].batch = 0;
    }
    return &s->batch[i].batch;
}

void gt_inject_note_batch(GtEng *e, uint64_t to)
{
    *batch_of(e, ELEM_LRCA(e->el[e->cur])) = to;
}

static bool fits_context(const GtRule *r, GtEng *e, const GtElem *who)
{
    if (r->ctx && r->ctx != who->hi && r->ctx != ELEM_LRCA(*who)) {
        return false;
    }
    return !r->batch || *batch_of(e, ELEM_LRCA(*who)) == r->batch;
}

static bool fits(const GtRule *r, GtEng *e, const GtElem *who,
                 enum GtFault what, uint64_t sub, uint64_t addr, int64_t now)
{
    uint64_t page = what == FT_PAGE_FAULT ? ~0xfffULL : ~0ULL;

    if (!r->used || r->spent || r->fires || r->what != what ||
        now - r->armed_at < (int64_t)r->t) {
        return false;
    }
    if ((r->eng && (!e || r->eng != 1 + e->id)) ||
        (r->sub && sub != FT_ANY && r->sub != sub) ||
        (r->has_addr && ((r->addr ^ addr) & page))) {
        return false;
    }
    return !e || fits_context(r, e, who);
}

static bool counts(GtDev *s, GtRule *r)
{
    r->seen++;
    if (r->every) {
        return r->seen % r->every == 0;
    }
    if (r->p) {
        return gt_splitmix(&s->random) % r->p == 0;
    }
    return r->seen >= MAX(r->n, 1);
}

static void take_hit(GtDev *s, GtRule *r, GtEng *e, uint32_t lrca,
                     uint64_t sub, uint64_t addr)
{
    r->hits++;
    COUNT(s, CN_FAULT);
    fprintf(s->out, "i915-gpu: FAULT %s: rule %d engine %s ctx %08x event %"
            PRIu64 " hit %" PRIu64 " time %" PRId64 " kind %" PRIx64 " at %"
            PRIx64 "\n", gt_faultdef[r->what].name, (int)(r - s->rule) + 1,
            e ? e->def->name : "none", lrca, r->seen, r->hits,
            qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL), sub, addr);
    fflush(s->out);
    if (r->count && r->hits >= r->count) {
        r->spent = true;
        find_armed(s);
    }
}

static const GtRule *hit(GtDev *s, GtEng *e, const GtElem *who,
                         enum GtFault what, uint64_t sub, uint64_t addr)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    GtRule *first = NULL;

    for (int i = 0; i < GT_RULES; i++) {
        GtRule *r = &s->rule[i];

        /* all that fit count the event, the first that hits has it */
        if (fits(r, e, who, what, sub, addr, now) && counts(s, r) && !first) {
            first = r;
        }
    }
    if (first) {
        take_hit(s, first, e, e ? ELEM_LRCA(*who) : 0, sub, addr);
    }
    return first;
}

/* an event of a fault: the rule that hits, or NULL */
const GtRule *gt_inject_hit(GtDev *s, GtEng *e, enum GtFault what,
                            uint64_t sub, uint64_t addr)
{
    return hit(s, e, !e ? NULL : e->cur >= 0 ? &e->el[e->cur] : &e->ran[0],
               what, sub, addr);
}

/* the same, about the context with this id, which may have left */
const GtRule *gt_inject_hit_id(GtEng *e, uint32_t id, enum GtFault what,
                               uint64_t sub)
{
    const GtElem *who = e->ran[1].hi == id && e->ran[0].hi != id ?
                        &e->ran[1] : &e->ran[0];

    return hit(e->gt, e, who, what, sub, 0);
}

/* a fault that needs no event, at its time */
static void (*const by_time[FT_N])(GtDev *s, GtEng *e, const GtRule *r) = {
    [FT_IRQ_SPURIOUS] = gt_inject_spurious,
    [FT_MSI_SPURIOUS] = gt_inject_spurious_msi,
    [FT_CSB_STRAY] = gt_inject_stray,
    [FT_GONE] = gt_inject_gone,
};

void gt_inject_fire(GtDev *s, unsigned id)
{
    GtRule *r = &s->rule[id - 1];
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    GtEng *e = gt_faultdef[r->what].engine ?
               &s->eng[r->eng ? r->eng - 1 : RCS] : NULL;

    if (r->used && r->fires && !r->spent &&
        now - r->armed_at >= (int64_t)r->t) {
        r->count = 1;
        r->seen++;
        take_hit(s, r, e, 0, r->sub, 0);
        by_time[r->what](s, e, r);
    }
}

/* the rule's number, or 0 and why not */
unsigned gt_inject_arm(GtDev *s, const char *text, char why[GT_WHY])
{
    int i = 0;
    GtRule r;

    if (!gt_rule_parse(text, &r, why)) {
        return 0;
    }
    while (i < GT_RULES && s->rule[i].used) {
        i++;
    }
    if (i == GT_RULES) {
        snprintf(why, GT_WHY, "all %d rules are taken: disarm some first",
                 GT_RULES);
        return 0;
    }
    r.used = true;
    r.armed_at = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    r.fires = r.by_time && by_time[r.what];
    s->rule[i] = r;
    if (r.fires) {
        gt_later(s, NULL, LT_FIRE, r.t, i + 1, 0, 0);
    }
    find_armed(s);
    return i + 1;
}

/*
 * One rule; 0: all, and what they did that lasts. A reset that is stuck is
 * forgotten: the driver has given it up, and would not expect it now.
 */
void gt_inject_disarm(GtDev *s, unsigned id)
{
    if (id) {
        s->rule[id - 1] = (GtRule) { 0 };
        find_armed(s);
        return;
    }
    memset(s->rule, 0, sizeof(s->rule));
    find_armed(s);
    if (s->gone) {
        gt_inject_back(s);
    }
    gt_later_drop(s, NULL, LT_BIT(LT_FW) | LT_BIT(LT_GDRST) |
                  LT_BIT(LT_FIRE));
    for (int d = 0; d < ARRAY_SIZE(s->fw_ack); d++) {
        gt_fw_follow(s, d);
    }
    R(s, REG_GDRST) = 0;
}

/* what came of a fault; equal lines once */
void gt_inject_note(GtDev *s, GtEng *e, const char *fmt, ...)
{
    g_autofree char *text = NULL, *line = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    line = g_strdup_printf("i915-gpu: FAULT note: engine %s: %s\n",
                           e ? e->def->name : "none", text);
    if (g_hash_table_add(s->said, g_strdup(line))) {
        fputs(line, s->out);
        fflush(s->out);
    }
}

void gt_inject_power_on(GtDev *s)
{
    gt_later_drop(s, NULL, ~LT_BIT(LT_FIRE));
    memset(s->fw_ack, 0, sizeof(s->fw_ack));
    s->gone = s->flush_lost = false;
    s->n_hung = 0;
}

/* the rules of the command line */
bool gt_inject_init(GtDev *s, Error **errp)
{
    g_auto(GStrv) rule = g_strsplit(s->faults ? s->faults : "", "+", -1);
    char why[GT_WHY];

    gt_seed_set(s, s->seed);
    gt_later_init(s);
    for (int i = 0; rule[i]; i++) {
        if (!gt_inject_arm(s, rule[i], why)) {
            error_setg(errp, "faults: %s: %s", rule[i], why);
            return false;
        }
    }
    return true;
}

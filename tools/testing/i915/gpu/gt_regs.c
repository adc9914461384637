// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: register access, driven by the table.
 *
 * At start the table is expanded into one row number per dword of the
 * register space, so that an access is an index and not a search.
 */
#include "gt_reg_table.h"

static const GtReg *row_of(GtDev *s, uint32_t a)
{
    unsigned i = s->regidx[a >> 2];

    return i ? &gt_regtab[i - 1] : NULL;
}

GtEng *gt_engine_at(GtDev *s, uint32_t a)
{
    for (int i = 0; i < GT_NENG; i++) {
        if (a - s->eng[i].def->base < 0x800) {
            return &s->eng[i];
        }
    }
    return NULL;
}

static void map_row(GtDev *s, unsigned k, uint32_t base)
{
    const GtReg *r = &gt_regtab[k];

    for (unsigned j = 0; j < MAX(r->n, 1); j++) {
        uint16_t *slot = &s->regidx[(base + r->addr) / 4 + j];

        if (!*slot) {           /* earlier rows win */
            *slot = k + 1;
        }
    }
}

static void add_context_regs(GtDev *s, const GtReg *r, int id)
{
    uint32_t base = r->engines ? s->eng[id].def->base : 0;

    for (unsigned j = 0; j < MAX(r->n, 1); j++) {
        s->ctxregs[id] = g_renew(uint32_t, s->ctxregs[id],
                                 s->n_ctxregs[id] + 1);
        s->ctxregs[id][s->n_ctxregs[id]++] = base + r->addr + 4 * j;
    }
}

void gt_regs_init(GtDev *s)
{
    s->regs = g_malloc0(GT_REG_BYTES);
    s->regidx = g_new0(uint16_t, GT_REG_BYTES / 4);
    for (unsigned k = 0; k < gt_regtab_n; k++) {
        const GtReg *r = &gt_regtab[k];

        if (r->chips && !(r->chips & s->chip)) {
            continue;
        }
        if (!r->engines) {
            map_row(s, k, 0);
        }
        for (int id = 0; id < GT_NENG; id++) {
            if (r->engines & ENG_BIT(id)) {
                map_row(s, k, s->eng[id].def->base);
            }
            if (r->ctx & ENG_BIT(id)) {
                add_context_regs(s, r, id);
            }
        }
    }
}

/* reset values into the registers of row k found at a base */
static void restore_row(GtDev *s, unsigned k, uint32_t base)
{
    const GtReg *r = &gt_regtab[k];

    for (unsigned j = 0; j < MAX(r->n, 1); j++) {
        uint32_t a = base + r->addr + 4 * j;

        if (s->regidx[a >> 2] == k + 1) {
            R(s, a) = r->reset;
        }
    }
}

/* e: only what a reset of this engine restores; full: of the whole GPU */
static void restore(GtDev *s, GtEng *e, bool full)
{
    for (unsigned k = 0; k < gt_regtab_n; k++) {
        const GtReg *r = &gt_regtab[k];

        if ((e && !(r->reset_by & ENG_BIT(e->id))) || (full && !r->full)) {
            continue;
        }
        if (!r->engines) {
            restore_row(s, k, 0);
        }
        for (int id = 0; id < GT_NENG; id++) {
            if ((r->engines & ENG_BIT(id)) && (!e || e->id == id)) {
                restore_row(s, k, s->eng[id].def->base);
            }
        }
    }
}

void gt_regs_power_on(GtDev *s)
{
    restore(s, NULL, false);
}

void gt_regs_engine_reset(GtEng *e)
{
    restore(e->gt, e, false);
}

/* what is of no engine, besides that of all engines */
void gt_regs_full_reset(GtDev *s)
{
    restore(s, NULL, true);
}

/* may a user batch of this engine write the register? */
bool gt_reg_user(GtEng *e, uint32_t a)
{
    const GtReg *r = a < GT_REG_BYTES ? row_of(e->gt, a) : NULL;

    if (r && (r->user & ENG_BIT(e->id)) &&
        (!r->engines || gt_engine_at(e->gt, a) == e)) {
        return true;
    }
    for (int i = 0; e->gt->chip == CHIP_SKL && i < NONPRIV_SLOTS; i++) {
        if ((ER(e, ENG_NONPRIV + 4 * i) & NONPRIV_ADDR) == a && a) {
            return true;
        }
    }
    return false;
}

/* nobody has this register; for a CPU that is remembered */
static void unclaimed(GtDev *s, GtEng *by)
{
    if (!by) {
        R(s, REG_FPGA_DBG) |= FPGA_DBG_UNCLAIMED;
    }
}

uint32_t gt_reg_read(GtDev *s, GtEng *by, uint32_t a)
{
    const GtReg *r;

    a &= ~3u;
    r = a < GT_REG_BYTES ? row_of(s, a) : NULL;
    if (!r) {
        unclaimed(s, by);
        gt_strict(s, by, SK_REGISTER, a, "read of an unknown register: check "
                  "the offset, or add it to gt_regtab.c");
        return 0;
    }
    return r->rd ? r->rd(s, gt_engine_at(s, a), a) : R(s, a);
}

static void write_masked(GtDev *s, GtEng *by, const GtReg *r, uint32_t a,
                         uint32_t v)
{
    uint32_t m = v >> 16;

    if (v && !m) {
        gt_strict(s, by, SK_MASK, a, "write %08x to masked register %s "
                  "changes nothing: set the upper half", v, r->name);
    }
    R(s, a) = (R(s, a) & ~m) | (v & m);
}

void gt_reg_write(GtDev *s, GtEng *by, uint32_t a, uint32_t v)
{
    const GtReg *r;

    a &= ~3u;
    r = a < GT_REG_BYTES ? row_of(s, a) : NULL;
    if (!r) {
        unclaimed(s, by);
        gt_strict(s, by, SK_REGISTER, a, "write %08x to an unknown register: "
                  "check the offset, or add it to gt_regtab.c", v);
        return;
    }
    if (r->wr) {
        r->wr(s, gt_engine_at(s, a), a, v);
        return;
    }
    switch (r->kind) {
    case RK_MASK:
        write_masked(s, by, r, a, v);
        break;
    case RK_W1C:
        R(s, a) &= ~v;
        break;
    case RK_RO:
        gt_strict(s, by, SK_REGISTER_RO, a, "write %08x to read-only register "
                  "%s is ignored", v, r->name);
        break;
    case RK_QUIET:
        break;
    default:
        R(s, a) = v;
    }
}

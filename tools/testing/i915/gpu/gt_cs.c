// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: the command streamer: fetch, decode by the command
 * table, check, run.
 *
 * The table is expanded once into an index by class and opcode for each
 * engine and chip.
 */
#include "gt_cmd_table.h"

#define NCLASS3     8192                /* header bits 28:16 */

typedef struct GtDecode {
    uint8_t mi[64], blt[128], gfx[NCLASS3];
} GtDecode;

static GtDecode decode[2][GT_NENG];     /* row + 1, by chip and engine */

static uint8_t *decode_slot(GtDecode *d, uint32_t h)
{
    switch (h >> 29) {
    case 0:
        return &d->mi[(h >> 23) & 0x3f];
    case 2:
        return &d->blt[(h >> 22) & 0x7f];
    case 3:
        return &d->gfx[(h >> 16) & (NCLASS3 - 1)];
    }
    return NULL;
}

static void enter_row(unsigned k)
{
    const GtCmd *c = &gt_cmdtab[k];
    uint32_t vary = ~c->mask & (NCLASS3 - 1) << 16;

    for (int chip = 0; chip < 2; chip++) {
        for (int id = 0; id < GT_NENG; id++) {
            if (!(c->engines & ENG_BIT(id)) ||
                (c->chips && !(c->chips & (1 << chip)))) {
                continue;
            }
            for (uint32_t v = 0; v <= ((c->value >> 29) == 3 ? vary : 0);
                 v += 1 << 16) {
                uint8_t *slot = decode_slot(&decode[chip][id], c->value | v);

                if ((v & vary) == v && !*slot) {
                    *slot = k + 1;
                }
            }
        }
    }
}

void gt_cs_init(void)
{
    memset(decode, 0, sizeof(decode));
    for (unsigned k = 0; k < gt_cmdtab_n; k++) {
        enter_row(k);
    }
}

static const GtCmd *lookup(int chip, int id, uint32_t h)
{
    uint8_t *slot = decode_slot(&decode[chip == CHIP_SKL][id], h);

    return slot && *slot ? &gt_cmdtab[*slot - 1] : NULL;
}

static int cmd_length(const GtCmd *c, uint32_t h)
{
    if (c->fixed) {
        return c->fixed;
    }
    return c->lenbits ? (h & ((1u << c->lenbits) - 1)) + 2 : 1;
}

uint64_t gt_fetch_addr(GtEng *e)
{
    return e->lvl ? e->bb[e->lvl] : (uint64_t)e->start + e->head;
}

bool gt_user_batch(GtEng *e)
{
    return e->lvl && e->bbpp[e->lvl];
}

/* GGTT access from a user batch is dropped by hardware */
bool gt_space_ok(GtEng *e, bool ggtt)
{
    if (!ggtt || !gt_user_batch(e)) {
        return true;
    }
    gt_strict(e->gt, e, SK_PRIVILEGE, e->cmd_at, "GGTT access in a user batch "
              "is dropped: use a PPGTT address (clear the GGTT bit)");
    return false;
}

/* invalid instruction: stop, tell the driver, wait for its reset */
int gt_cs_error(GtEng *e, enum GtKind kind, const char *why)
{
    gt_strict(e->gt, e, kind, e->cmd_at, "%s; engine stopped, reset it", why);
    e->dead = true;
    ER(e, ENG_EIR) |= ERR_INSTRUCTION & ~ER(e, ENG_EMR);
    ER(e, ENG_ESR) |= ERR_INSTRUCTION;
    ER(e, ENG_IPEIR) = 1;
    gt_event(e, EV_CS_ERROR);
    return ST_DEAD;
}

/* what tests use that want an invalid instruction: a kind of its own */
#define CMD_MEANT       0x0f800000u
#define CMD_MEANT_IGT   0xdeadbeefu

static int unknown(GtEng *e, uint32_t h)
{
    for (int id = 0; id < GT_NENG; id++) {
        if (lookup(e->gt->chip, id, h)) {
            return gt_cs_error(e, SK_ENGINE, "command of another engine");
        }
    }
    return gt_cs_error(e, h == CMD_MEANT || h == CMD_MEANT_IGT ? SK_MEANT :
                       SK_COMMAND, "no such command");
}

/* copy n dwords of commands, false stops the engine; ring reads wrap */
static bool fetch(GtEng *e, uint32_t *out, int skip, int n)
{
    bool pp = gt_user_batch(e);

    for (int i = skip; n; ) {
        uint64_t va = gt_fetch_addr(e) + 4 * i;
        uint8_t *page;
        int k;

        if (!e->lvl && va >= (uint64_t)e->start + e->size) {
            va -= e->size;
        }
        page = gt_fetch_page(e, va, pp);
        if (!page) {
            return false;
        }
        k = MIN(n, (int)(0x1000 - (va & 0xfff)) / 4);
        memcpy(out, page + (va & 0xfff), 4 * k);
        out += k;
        i += k;
        n -= k;
    }
    return true;
}

static void advance(GtEng *e, int n)
{
    if (e->lvl) {
        e->bb[e->lvl] += 4 * n;
    } else {
        e->head = (e->head + 4 * n) & (e->size - 1);
    }
}

/* a command in the ring must not reach beyond TAIL */
static void check_ring(GtEng *e, int n)
{
    uint32_t left = (e->tail - e->head) & (e->size - 1);

    if (!e->lvl && 4u * n > left) {
        gt_strict(e->gt, e, SK_TAIL, e->cmd_at, "command of %d dwords reaches "
                  "beyond TAIL %x", n, e->tail);
        e->tail = e->head + 4 * n;
        e->tail &= e->size - 1;
    }
}

static void check_command(GtEng *e, const GtCmd *c, int n)
{
    if ((c->min && n < c->min) || (c->max && n > c->max)) {
        gt_strict(e->gt, e, SK_LENGTH, e->cmd_at, "%s of %d dwords, %d%s "
                  "expected", c->name, n, c->min,
                  c->max == c->min ? "" : " or more");
    }
    if (e->cmd & c->mbz) {
        gt_strict(e->gt, e, SK_COMMAND, e->cmd_at, "%s has reserved bits %x "
                  "set", c->name, e->cmd & c->mbz);
    }
    if (c->flags & CF_COUNT) {
        COUNT(e->gt, CN_SKIPPED);
    }
    if (c->flags & CF_UNMODELLED) {
        gt_strict(e->gt, e, SK_COMMAND, e->cmd_at, "%s is not modelled and "
                  "skipped", c->name);
    }
}

static int execute(GtEng *e, const GtCmd *c, int n)
{
    uint32_t dw[GT_CMD_MAX] = { e->cmd };
    int st;

    if ((c->flags & CF_PRIV) && gt_user_batch(e)) {
        gt_strict(e->gt, e, SK_PRIVILEGE, e->cmd_at, "%s in a user batch is "
                  "dropped: privileged command", c->name);
        return ST_GO;
    }
    if ((c->flags & CF_GGTT22) && !gt_space_ok(e, e->cmd & (1 << 22))) {
        return ST_GO;
    }
    if (!fetch(e, dw + 1, 1, MIN(n, GT_CMD_MAX) - 1)) {
        return ST_DEAD;
    }
    st = c->run(e, dw, n);
    return e->dead ? ST_DEAD : st;
}

/* run one command */
int gt_step(GtEng *e)
{
    const GtCmd *c;
    int n, st = ST_GO;

    e->cmd_at = gt_fetch_addr(e);
    if (!fetch(e, &e->cmd, 0, 1)) {
        return ST_DEAD;
    }
    if (gt_user_batch(e) && (e->stored_ahead ||
        (e->cmd_at & 0xfff) >= 0x1000 - GT_PREFETCH)) {
        gt_check_prefetch(e);
    }
    ER(e, ENG_IPEHR) = e->cmd;
    c = lookup(e->gt->chip, e->id, e->cmd);
    if (!c) {
        return unknown(e, e->cmd);
    }
    n = cmd_length(c, e->cmd);
    COUNT(e->gt, CN_CMD);
    GT_TRACE(e->gt, 3, "%s %d %" PRIx64 ": %08x %s", e->def->name, e->lvl,
             e->cmd_at, e->cmd, c->name);
    check_ring(e, n);
    check_command(e, c, n);
    if (c->run) {
        st = execute(e, c, n);
    }
    if (st == ST_GO || st == ST_ARB) {
        advance(e, n);
    }
    return st;
}

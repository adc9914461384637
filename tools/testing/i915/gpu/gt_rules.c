// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: rules about things in use: the GGTT under a ring, a
 * status page or an image, tables under a walk, commands already fetched,
 * cacheability nobody has set up. They only report; what follows on real
 * hardware cannot be foretold.
 */
#include "gt_int.h"

/* ------------------------------------------------------------- the GGTT */

static bool within(uint32_t n, uint32_t ga, uint32_t pages)
{
    return n - (ga >> 12) < pages;
}

static const char *used_by_element(GtEng *e, const GtElem *el, uint32_t n)
{
    return ELEM_VALID(*el) && within(n, ELEM_LRCA(*el), gt_image_pages(e)) ?
           "a context that was submitted" : NULL;
}

/* what of the engine page n of the GGTT is, NULL if nothing */
static const char *used_by(GtEng *e, uint32_t n)
{
    const char *what = NULL;

    if ((ER(e, ENG_RING_MODE) & RING_MODE_RUNLIST) &&
        within(n, ER(e, ENG_HWS_PGA), 1)) {
        return "the status page";
    }
    if (e->cur >= 0 && within(n, e->start, e->size >> 12)) {
        return "the ring that runs";
    }
    for (int i = 0; i < 2 && !what; i++) {
        if (e->cur >= 0 && i >= e->cur) {
            what = used_by_element(e, &e->el[i], n);
        }
        if (e->have_pend && !what) {
            what = used_by_element(e, &e->pend[i], n);
        }
    }
    return what;
}

void gt_check_ggtt_store(GtDev *s, uint32_t n, uint64_t pte)
{
    uint64_t old = s->gtt[n];

    if (!(old & GT_PTE_PRESENT) ||
        !((old ^ pte) & (GT_PTE_ADDR | GT_PTE_PRESENT)) ||
        !(pci_get_word(s->dev.config + PCI_COMMAND) & PCI_COMMAND_MASTER)) {
        return;
    }
    for (int i = 0; i < GT_NENG; i++) {
        const char *what = used_by(&s->eng[i], n);

        if (what) {
            gt_strict(s, NULL, SK_GGTT_IN_USE, (uint64_t)n << 12, "PTE %"
                      PRIx64 " becomes %" PRIx64 " under %s of %s: wait for "
                      "its end, or reset it", old, pte, what,
                      s->eng[i].def->name);
        }
    }
}

/* --------------------------------------------------------- page tables */

/* bits 3, 4 and 7 of a leaf are an index into PRIVATE_PAT */
void gt_check_leaf(GtEng *e, uint64_t va, uint64_t leaf)
{
    unsigned index = ((leaf >> 3) & 3) | ((leaf >> 5) & 4);

    if (!(e->gt->pat_set & (1 << (index / 4)))) {
        gt_strict(e->gt, e, SK_PAT, va & ~0xfffULL, "entry %" PRIx64 " uses "
                  "index %u of PRIVATE_PAT, which nobody has written: set %x",
                  leaf, index, REG_PAT + index / 4 * 4);
    }
}

void gt_note_table(GtEng *e, uint64_t va, int lvl, uint64_t gpa)
{
    GtDev *s = e->gt;
    unsigned i = (gpa >> 12) % GT_TABLES;

    s->table[i].gpa = gpa;
    s->table[i].root = e->four_level ? e->pdp[0] : 0;
    s->table[i].va = va;
    s->table[i].lvl = lvl;
}

/* a user batch writes to a page: is it a table of a context that runs? */
void gt_check_user_write(GtEng *e, uint64_t va, uint64_t gpa)
{
    GtDev *s = e->gt;
    unsigned i = (gpa >> 12) % GT_TABLES;

    if (!gpa || s->table[i].gpa != (gpa & ~0xfffULL)) {
        return;
    }
    for (int k = 0; k < GT_NENG; k++) {
        GtEng *o = &s->eng[k];

        if (o->cur >= 0 && o->four_level && o->pdp[0] == s->table[i].root &&
            gt_ppgtt_table(o, s->table[i].va, s->table[i].lvl) ==
            s->table[i].gpa) {
            gt_strict(s, e, SK_WRITE_TO_TABLE, va, "write to a level %d page "
                      "table of the context that runs on %s",
                      s->table[i].lvl, o->def->name);
            return;
        }
    }
}

/* ------------------------------------------------------------- commands */

/* part of the batch that was fetched already is stored to */
void gt_check_store_ahead(GtEng *e, uint64_t va, unsigned len)
{
    uint64_t at = e->cmd_at;

    if (va > at && va < at + GT_PREFETCH) {
        e->stored_ahead = va & ~3ULL;
    }
}

/* at a command of a user batch, near the end of a page or behind a store */
void gt_check_prefetch(GtEng *e)
{
    uint64_t page = e->cmd_at & ~0xfffULL;

    if (e->stored_ahead && e->cmd_at >= e->stored_ahead) {
        if (e->cmd_at < e->stored_ahead + 4) {
            gt_strict(e->gt, e, SK_PREFETCH, e->cmd_at, "the batch stored to "
                      "this command when it was fetched already: jump there");
        }
        e->stored_ahead = 0;
    }
    if (e->gt->strict && (e->cmd_at & 0xfff) >= 0x1000 - GT_PREFETCH &&
        e->ahead_page != page) {
        e->ahead_page = page;
        if (gt_ppgtt_absent(e, page + 0x1000)) {
            gt_strict(e->gt, e, SK_PREFETCH, page + 0x1000, "commands are "
                      "fetched %d bytes ahead: let what follows a batch lead "
                      "somewhere", GT_PREFETCH);
        }
    }
}

/* HEAD and TAIL in one line of 64 bytes: HEAD must be first */
void gt_check_ring_line(GtEng *e)
{
    if (!((e->head ^ e->tail) & ~63u) && e->tail < e->head) {
        gt_strict(e->gt, e, SK_TAIL, e->tail, "TAIL %x is in the cache line of "
                  "HEAD %x, before it: leave 64 bytes of the ring free",
                  e->tail, e->head);
    }
}

/* an address of STATE_BASE_ADDRESS comes with an index into the MOCS table */
static void check_mocs(GtEng *e, unsigned index)
{
    if (!((e->mocs_set >> index) & 1)) {
        gt_strict(e->gt, e, SK_MOCS, e->cmd_at, "STATE_BASE_ADDRESS uses MOCS "
                  "index %u, which nobody has written since the reset", index);
    }
}

int gt_state_base(GtEng *e, const uint32_t *dw, int n)
{
    static const uint8_t base[] = { 1, 4, 6, 8, 10 };

    if (e->gt->chip != CHIP_SKL) {
        return ST_GO;
    }
    for (int i = 0; i < ARRAY_SIZE(base); i++) {
        if (base[i] < n && (dw[base[i]] & 1)) {
            check_mocs(e, (dw[base[i]] >> 5) & 0x3f);
        }
    }
    if (n > 3 && (dw[1] & 1)) {
        check_mocs(e, (dw[3] >> 17) & 0x3f);
    }
    return ST_GO;
}

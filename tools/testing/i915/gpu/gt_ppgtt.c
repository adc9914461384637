// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: per-process page tables and the engines' TLBs.
 *
 * A TLB is filled on use and emptied only where hardware empties it: context
 * load, a flush command with the invalidate bit, the invalidation registers.
 * With strict=on each hit is compared with the page table as it is now.
 */
#include "gt_int.h"

#define PDE_LARGE   (1u << 7)       /* 2 MiB: not on these chips */
#define PDE_64K     (1u << 11)

static bool load_entry(GtDev *s, uint64_t gpa, uint64_t *val)
{
    uint8_t *p = gt_ram_page(s, gpa);

    if (!p) {
        return false;
    }
    *val = qatomic_read((uint64_t *)(p + (gpa & 0xff8)));
    return true;
}

static void check_entry(GtEng *e, uint64_t va, int lvl, uint64_t ent,
                        bool p64)
{
    uint64_t ok = lvl == 1 ? GT_PTE_ADDR | 0xfff : GT_PTE_ADDR | 0x3f;

    if (lvl == 2 && e->gt->chip == CHIP_SKL) {
        ok |= PDE_64K;
    }
    if (ent & ~ok) {
        gt_strict(e->gt, e, SK_PTE, va, "level %d entry %" PRIx64 " has "
                  "reserved bits %" PRIx64 " set%s", lvl, ent, ent & ~ok,
                  lvl > 1 && (ent & PDE_LARGE) ?
                  " (bit 7: no 2 MiB pages here)" : "");
    }
    if (p64 && (ent & 0xf000)) {
        gt_strict(e->gt, e, SK_PTE, va, "64 KiB page entry %" PRIx64
                  " is not 64 KiB aligned", ent);
    }
}

/*
 * Where the entry of a level leads, as remembered by a cache of the upper
 * levels: only with the property, for drivers that count on there being none.
 */
static uint64_t walk_cached(GtEng *e, uint64_t va, int lvl, uint64_t now)
{
    uint64_t tag = (va >> (12 + 9 * (lvl - 1))) << 3 | lvl;
    GtTlbEntry *c = &e->walked[(tag ^ tag >> 6) % GT_WALKCACHE];

    if (c->tag != tag) {
        c->tag = tag;
        c->leaf = now;
    } else if ((c->leaf ^ now) & (GT_PTE_ADDR | GT_PTE_PRESENT)) {
        gt_strict(e->gt, e, SK_STALE_TLB, va, "level %d entry %" PRIx64
                  " used, page table says %" PRIx64 " now: invalidate after "
                  "changing page directories in use", lvl, c->leaf, now);
    }
    return c->leaf;
}

/*
 * Walk the tables. Returns the leaf entry, 0 if there is none, with *lvl the
 * level that failed. check: count the steps and look at each entry.
 */
static uint64_t walk(GtEng *e, uint64_t va, int *lvl, bool check)
{
    GtDev *s = e->gt;
    uint64_t table = e->pdp[0], ent = 0;
    bool p64 = false;

    *lvl = 4;
    if (!e->four_level) {
        table = e->pdp[(va >> 30) & 3];
        *lvl = 2;
    }
    for (; *lvl > 0; (*lvl)--) {
        unsigned i = (va >> (12 + 9 * (*lvl - 1))) & 511;

        if (!load_entry(s, table + 8 * (p64 ? i & ~15u : i), &ent)) {
            return 0;
        }
        s->count[CN_WALK] += check;
        if (unlikely(s->walk_cache) && check && *lvl > 1) {
            ent = walk_cached(e, va, *lvl, ent);
        }
        if (check && s->strict) {
            gt_note_table(e, va, *lvl, table);
        }
        if (!(ent & GT_PTE_PRESENT)) {
            return 0;
        }
        if (check) {
            check_entry(e, va, *lvl, ent, p64);
        }
        table = ent & GT_PTE_ADDR;
        if (*lvl == 2) {
            p64 = s->chip == CHIP_SKL && (ent & PDE_64K) &&
                  (R(s, REG_64K_ENABLE) & ENABLE_64K);
        }
    }
    return p64 ? (ent & ~0xf000ULL) | (va & 0xf000) : ent;
}

/* latch the fault registers and stop the engine until it is reset */
void gt_fault_latch(GtEng *e, uint64_t va, bool pp)
{
    GtDev *s = e->gt;

    e->dead = true;
    if (!(R(s, REG_FAULT) & 1)) {
        R(s, REG_FAULT) = (e->def->fault_id << 12) | (1 << 3) |
                          (pp ? 0 : 2) | 1;
        R(s, REG_FAULT_DATA0) = va >> 12;
        R(s, REG_FAULT_DATA1) = ((va >> 44) & 0xf) | (pp ? 0 : 0x10);
    }
}

void gt_fault(GtEng *e, uint64_t va, bool pp, int lvl, bool wr)
{
    gt_fault_latch(e, va, pp);
    gt_strict(e->gt, e, SK_PAGE_FAULT, va, "%s has no translation (%s, "
              "level %d): engine stopped, reset it", wr ? "write" : "read",
              pp ? "PPGTT" : "GGTT", lvl);
}

static void check_hit(GtEng *e, uint64_t va, uint64_t leaf)
{
    int lvl;
    uint64_t now = walk(e, va, &lvl, false);

    if (!((now ^ leaf) & (GT_PTE_ADDR | GT_PTE_PRESENT | GT_PTE_WRITE))) {
        return;
    }
    if (e->inval_lost) {
        gt_inject_note(e->gt, e, "stale translation of %" PRIx64 " used after "
                       "inval-lost", va);
    } else {
        gt_strict(e->gt, e, SK_STALE_TLB, va, "translation %" PRIx64
                  " used, page table says %" PRIx64 " now: invalidate after "
                  "changing PTEs in use", leaf, now);
    }
}

uint64_t gt_ppgtt_leaf(GtEng *e, uint64_t va, bool wr)
{
    GtDev *s = e->gt;
    uint64_t page, leaf;
    GtTlbEntry *t;
    int lvl;

    va &= GT_ADDR48;
    page = va & ~0xfffULL;
    if (gt_armed(s, FT_PAGE_FAULT) &&
        gt_inject_hit(s, e, FT_PAGE_FAULT, 0, va)) {
        gt_fault_latch(e, va, true);
        return 0;
    }
    t = &e->tlb[(va >> 12) % GT_TLB];
    if (t->tag == (page | 1)) {
        COUNT(s, CN_TLB_HIT);
        if (s->strict) {
            check_hit(e, va, t->leaf);
        }
        return t->leaf;
    }
    COUNT(s, CN_TLB_MISS);
    leaf = walk(e, va, &lvl, true);
    if (!leaf) {
        gt_fault(e, va, true, lvl, wr);
        return 0;
    }
    if (unlikely(s->seed)) {
        gt_seed_tlb(e);
    }
    if (s->strict) {
        gt_check_leaf(e, va, leaf);
    }
    t->tag = page | 1;
    t->leaf = leaf;
    return leaf;
}

void gt_tlb_flush(GtEng *e)
{
    if (e->gt->break_inval) {
        return;                 /* property for testing the checker */
    }
    for (int i = 0; i < GT_TLB; i++) {
        e->tlb[i].tag = 0;
    }
    memset(e->walked, 0, sizeof(e->walked));
    e->ahead_page = 0;
    e->f_host = NULL;
    e->inval_lost = false;
}

/* is there no translation? Nothing is counted, stopped or remembered. */
bool gt_ppgtt_absent(GtEng *e, uint64_t va)
{
    int lvl;

    return !walk(e, va & GT_ADDR48, &lvl, false);
}

/* the table in which the entry of a level for va is, 0 if there is none */
uint64_t gt_ppgtt_table(GtEng *e, uint64_t va, int lvl)
{
    uint64_t table = e->pdp[0], ent;

    for (int l = 4; l > lvl; l--) {
        unsigned i = (va >> (12 + 9 * (l - 1))) & 511;

        if (!load_entry(e->gt, table + 8 * i, &ent) ||
            !(ent & GT_PTE_PRESENT)) {
            return 0;
        }
        table = ent & GT_PTE_ADDR;
    }
    return table;
}

/* asked for, by a command or through the registers */
void gt_invalidate(GtEng *e)
{
    COUNT(e->gt, CN_INVAL);
    if (gt_armed(e->gt, FT_INVAL_LOST) &&
        gt_inject_hit(e->gt, e, FT_INVAL_LOST, 0, 0)) {
        e->inval_lost = true;
    } else {
        gt_tlb_flush(e);
    }
}

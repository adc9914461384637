// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: what belongs to a context besides its state page: the
 * rest of its image, and the batches that run as it is restored.
 *
 * The model has nothing to keep in the pages behind the state page. Real
 * engines read and write all of them, so each must be mapped for as long as
 * the context may run, and nobody else may use it: a word at its end is
 * written with each save and looked for with each restore.
 */
#include "gt_int.h"

#define MARK_AT         0xff8
#define MARK(page)      (0x6939313663747800ULL + (page))
#define WA_COMMANDS     4096            /* enough for any sane batch */

/* size of the whole image with the status page, as hardware writes it */
int gt_image_pages(GtEng *e)
{
    return e->id != RCS ? 2 : e->gt->chip == CHIP_SKL ? 22 : 20;
}

/*
 * Where page k of the image is, 0 if nowhere. By the page table as it is now,
 * and not counted: this is for the checks alone.
 */
static uint64_t image_page(GtEng *e, int k)
{
    GtDev *s = e->gt;
    uint64_t ga = ELEM_LRCA(e->el[e->cur]) + 0x1000ULL * k;
    uint64_t pte = ga >> 12 < GT_NPTE ? s->gtt[ga >> 12] : 0;

    if (!(pte & GT_PTE_PRESENT) || !gt_ram_page(s, pte & GT_PTE_ADDR)) {
        gt_strict(s, e, SK_CONTEXT_SIZE, ga, "page %d of the context image, of "
                  "%d, is not mapped in the GGTT: engines use all of it", k,
                  gt_image_pages(e));
        return 0;
    }
    return pte & GT_PTE_ADDR;
}

/* saved: the image was saved before, and is to be restored */
void gt_ctx_pages(GtEng *e, bool saved)
{
    GtDev *s = e->gt;

    for (int k = 2; s->strict && k < gt_image_pages(e); k++) {
        uint64_t gpa = image_page(e, k), is;

        if (!gpa || !saved) {
            continue;
        }
        is = ldq_le_p(gt_ram_page(s, gpa) + MARK_AT);
        if (is != MARK(k)) {
            gt_strict(s, e, SK_CONTEXT_SIZE, ELEM_LRCA(e->el[e->cur]) +
                      0x1000ULL * k + MARK_AT, "page %d of the context image "
                      "was written (%" PRIx64 ") since it was saved", k, is);
        }
    }
}

void gt_ctx_mark_pages(GtEng *e)
{
    GtDev *s = e->gt;

    for (int k = 2; s->strict && k < gt_image_pages(e); k++) {
        uint64_t gpa = image_page(e, k);

        if (gpa && ldq_le_p(gt_ram_page(s, gpa) + MARK_AT) != MARK(k)) {
            uint64_t mark = cpu_to_le64(MARK(k));

            address_space_write(s->as, gpa + MARK_AT, MEMTXATTRS_UNSPECIFIED,
                                &mark, sizeof(mark));
        }
    }
}

/*
 * Run commands from a GGTT address: so many bytes of them, or (0) up to the
 * end of the batch. They may not wait, and are not counted: counters are about
 * what a driver asks for, and it asks once.
 */
static void run_wa_batch(GtEng *e, uint32_t at, uint32_t bytes,
                         const char *name)
{
    uint64_t count[CN_N], bb = e->bb[1];
    bool pp = e->bbpp[1];
    int lvl = e->lvl, st = ST_GO, n = 0;

    memcpy(count, e->gt->count, sizeof(count));
    e->lvl = 1;
    e->bb[1] = at;
    e->bbpp[1] = false;
    while (e->lvl == 1 && !e->dead && (!bytes || e->bb[1] < at + bytes)) {
        st = gt_step(e);
        if (st == ST_WAIT || st == ST_MORE || e->lvl > 1 ||
            ++n > WA_COMMANDS) {
            gt_strict(e->gt, e, SK_CONTEXT, e->cmd_at, "%s waits, calls or "
                      "does not end: nothing runs before it is done", name);
            break;
        }
    }
    count[CN_STRICT] = e->gt->count[CN_STRICT];
    count[CN_FAULT] = e->gt->count[CN_FAULT];
    memcpy(e->gt->count, count, sizeof(count));
    e->waiting = false;
    e->arb = true;
    e->f_host = NULL;
    e->cmd = 0;
    if (!e->dead) {
        e->lvl = lvl;
        e->bb[1] = bb;
        e->bbpp[1] = pp;
    }
}

/* the context is restored; its own batches come before its commands */
void gt_ctx_wa_batches(GtEng *e)
{
    uint32_t indirect = ER(e, ENG_INDIRECT_CTX), per_ctx = ER(e, ENG_PER_CTX);
    uint32_t offset = e->gt->chip == CHIP_SKL ? 0x26 << 6 : 0x17 << 6;

    if (indirect & 0x3f) {
        if (ER(e, ENG_INDIRECT_OFF) != offset) {
            gt_strict(e->gt, e, SK_CONTEXT, ELEM_LRCA(e->el[e->cur]) + 0x1000,
                      "INDIRECT_CTX_OFFSET %x, %x expected",
                      ER(e, ENG_INDIRECT_OFF), offset);
        }
        run_wa_batch(e, indirect & ~0x3fu, 64 * (indirect & 0x3f),
                     "INDIRECT_CTX");
    }
    if ((per_ctx & 1) && !e->dead) {
        run_wa_batch(e, per_ctx & ~0x3fu, 0, "BB_PER_CTX");
    }
}

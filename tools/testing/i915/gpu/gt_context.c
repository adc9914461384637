// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: the context image.
 *
 * The state page (LRCA + 0x1000) is a list of register offsets and values.
 * The first part, ring and page directories, is what the driver writes and
 * is checked at each load. What else a context carries is kept in a private
 * area of the page, and also shown where drivers know it to be.
 */
#include "gt_int.h"

#define IMG_DW          1024
#define PRIV_DW         0x200           /* private area: magic, then values */
#define PRIV_MAGIC      0x69393136
#define IMG_CTX_CTRL    0x03
#define IMG_HEAD        0x05
#define IMG_TAIL        0x07
#define IMG_START       0x09
#define IMG_CTL         0x0b
#define IMG_BB_HI       0x0d
#define IMG_BB_LO       0x0f
#define IMG_BB_STATE    0x11
#define IMG_SBB_HI      0x13
#define IMG_SBB_LO      0x15
#define IMG_SBB_STATE   0x17
#define IMG_PER_CTX     0x19
#define IMG_INDIRECT    0x1b
#define IMG_INDIR_OFF   0x1d
#define IMG_TIMESTAMP   0x23
#define IMG_PDP0_LO     0x33
#define IMG_PDP0_HI     0x31
#define IMG_PWR_CLK     0x43

/* register offsets each image must have, at dword index */
static const struct {
    uint8_t dw;
    uint16_t reg;
} expect[] = {
    { 0x02, ENG_CTX_CTRL }, { 0x04, ENG_HEAD }, { 0x06, ENG_TAIL },
    { 0x08, ENG_START }, { 0x0a, ENG_CTL }, { 0x0c, ENG_BB_ADDR_HI },
    { 0x0e, ENG_BB_ADDR }, { 0x10, ENG_BB_STATE }, { 0x12, ENG_SBB_HI },
    { 0x14, ENG_SBB_LO }, { 0x16, ENG_SBB_STATE },
    { 0x22, ENG_CTX_TIMESTAMP },
    { 0x24, ENG_PDP_HI + 24 }, { 0x26, ENG_PDP_LO + 24 },
    { 0x28, ENG_PDP_HI + 16 }, { 0x2a, ENG_PDP_LO + 16 },
    { 0x2c, ENG_PDP_HI + 8 }, { 0x2e, ENG_PDP_LO + 8 },
    { 0x30, ENG_PDP_HI }, { 0x32, ENG_PDP_LO },
};

/* registers shown in the image behind the ring part */
typedef struct GtCtxSlot {
    uint8_t chips, engines;
    uint16_t dw;                /* index of the first offset dword */
    uint16_t reg, n;
    uint32_t header;            /* written at dw - 1, 0 = part of a list */
} GtCtxSlot;

static const GtCtxSlot slots[] = {
    { CHIP_BDW, ENG_BIT(RCS), 0x58, ENG_MI_MODE, 1, 0x11000001 },
    { CHIP_BDW, ENG_BIT(RCS), 0xc4, ENG_BB_OFFSET, 1, 0x11000001 },
    { CHIP_BDW, ENG_BIT(RCS), 0xd8, ENG_GPR, 32, 0x1100103f },
    { CHIP_SKL, ENG_ALL, 0x54, ENG_MI_MODE, 1, 0 },
    { CHIP_SKL, ENG_ALL, 0x64, ENG_BB_OFFSET, 1, 0 },
    { CHIP_SKL, ENG_ALL, 0x66, ENG_PRED_RESULT_1, 1, 0 },
    { CHIP_SKL, ENG_ALL, 0x68, ENG_GPR, 32, 0 },
};

static uint64_t state_page(GtEng *e, int i)
{
    return ELEM_LRCA(e->el[i]) + 0x1000ULL;
}

uint32_t gt_ctx_run_time(GtEng *e)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    return e->ts_base + (uint32_t)gt_ticks(e->gt, now - e->ts_load);
}

/* the ring's TAIL as the CPU last wrote it, checked */
static uint32_t checked_tail(GtEng *e, uint32_t tail)
{
    if ((tail & 7) || tail >= e->size) {
        gt_strict(e->gt, e, SK_TAIL, tail, "TAIL %x is %s (ring size %x)",
                  tail, (tail & 7) ? "not a multiple of 8" :
                  "beyond the ring", e->size);
    }
    return tail & (e->size - 1) & ~7u;
}

uint32_t gt_ctx_tail(GtEng *e)
{
    return checked_tail(e, gt_rd32(e, state_page(e, e->cur) + IMG_TAIL * 4,
                                   false));
}

static void check_image(GtEng *e, const uint32_t *img)
{
    GtDev *s = e->gt;
    bool short_list = s->chip == CHIP_BDW && e->id != RCS;
    uint64_t at = state_page(e, e->cur);

    if (img[1] >> 12 != 0x11001 && img[1] >> 12 != 0x11000) {
        gt_strict(s, e, SK_CONTEXT, at + 4, "image has no LRI header at "
                  "dword 1: %08x", img[1]);
    } else if ((img[1] & 0xff) != (short_list ? 0x15 : 0x1b)) {
        gt_strict(s, e, SK_CONTEXT, at + 4, "LRI header %08x at dword 1 has "
                  "the wrong length", img[1]);
    }
    for (int i = 0; i < ARRAY_SIZE(expect); i++) {
        if (img[expect[i].dw] != e->def->base + expect[i].reg) {
            gt_strict(s, e, SK_CONTEXT, at + 4 * expect[i].dw, "image dword "
                      "%02x is %08x, register offset %05x expected",
                      expect[i].dw, img[expect[i].dw],
                      e->def->base + expect[i].reg);
            break;
        }
    }
    if (!(img[IMG_CTL] & CTL_VALID)) {
        gt_strict(s, e, SK_CONTEXT, at + 4 * IMG_CTL, "ring not valid in the "
                  "image: CTL %08x, set bit 0", img[IMG_CTL]);
    }
    if ((img[IMG_START] & 0xfff) || !img[IMG_START]) {
        gt_strict(s, e, SK_CONTEXT, at + 4 * IMG_START, "ring START %08x is "
                  "not a page address", img[IMG_START]);
    }
    if (e->size & (e->size - 1)) {
        gt_strict(s, e, SK_CONTEXT, at + 4 * IMG_CTL, "ring size %x is not a "
                  "power of two", e->size);
    }
    if ((img[IMG_HEAD] & 0x1ffffc) >= e->size) {
        gt_strict(s, e, SK_CONTEXT, at + 4 * IMG_HEAD, "HEAD %08x is beyond "
                  "the ring (size %x)", img[IMG_HEAD], e->size);
    }
}

static void load_page_dirs(GtEng *e, const uint32_t *img)
{
    GtDev *s = e->gt;

    e->four_level = (e->el[e->cur].lo & 0x18) == 0x18;
    for (int k = 0; k < 4; k++) {
        uint32_t hi = img[IMG_PDP0_HI - 4 * k], lo = img[IMG_PDP0_LO - 4 * k];

        e->pdp[k] = (((uint64_t)hi << 32) | lo) & GT_PTE_ADDR;
        ER(e, ENG_PDP_HI + 8 * k) = hi;
        ER(e, ENG_PDP_LO + 8 * k) = lo;
        if ((!k || !e->four_level) && !gt_ram_page(s, e->pdp[k])) {
            gt_strict(s, e, SK_CONTEXT, state_page(e, e->cur), "PDP%d "
                      "%08x%08x points to no RAM", k, hi, lo);
        }
    }
}

static void load_ring(GtEng *e, const uint32_t *img)
{
    e->size = ((img[IMG_CTL] >> 12) & 0x1ff) * 4096 + 4096;
    check_image(e, img);
    e->size = pow2floor(e->size);
    e->head = img[IMG_HEAD] & (e->size - 1) & ~3u;
    e->start = img[IMG_START] & 0xfffff000u;
    e->tail = checked_tail(e, img[IMG_TAIL]);
    gt_check_ring_line(e);
    ER(e, ENG_CTX_CTRL) = img[IMG_CTX_CTRL] & 0xffff;
    ER(e, ENG_START) = e->start;
    ER(e, ENG_CTL) = img[IMG_CTL];
    ER(e, ENG_CCID) = e->el[e->cur].lo;
    if (e->id == RCS) {
        ER(e, ENG_PER_CTX) = img[IMG_PER_CTX];
        ER(e, ENG_INDIRECT_CTX) = img[IMG_INDIRECT];
        ER(e, ENG_INDIRECT_OFF) = img[IMG_INDIR_OFF];
        ER(e, ENG_R_PWR_CLK) = img[IMG_PWR_CLK];
    }
    load_page_dirs(e, img);
    e->ts_base = img[IMG_TIMESTAMP];
    e->ts_load = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* the context stopped inside a batch: go back there */
static void load_batch(GtEng *e, const uint32_t *img)
{
    e->lvl = 0;
    if (img[IMG_BB_LO] & 1) {
        e->lvl = 1;
        e->bb[1] = ((uint64_t)img[IMG_BB_HI] << 32) | (img[IMG_BB_LO] & ~3u);
        e->bbpp[1] = img[IMG_BB_STATE] & BB_STATE_PPGTT;
        if (img[IMG_SBB_LO] & 1) {
            e->lvl = 2;
            e->bb[2] = ((uint64_t)img[IMG_SBB_HI] << 32) |
                       (img[IMG_SBB_LO] & ~3u);
            e->bbpp[2] = img[IMG_SBB_STATE] & BB_STATE_PPGTT;
        }
    }
}

static bool slot_applies(GtEng *e, const GtCtxSlot *sl)
{
    return (sl->chips & e->gt->chip) && (sl->engines & ENG_BIT(e->id));
}

/* registers of the context; img NULL: power-on values (restore inhibited) */
static void load_registers(GtEng *e, const uint32_t *img)
{
    GtDev *s = e->gt;
    bool have = img && img[PRIV_DW] == PRIV_MAGIC;

    for (unsigned k = 0; k < s->n_ctxregs[e->id]; k++) {
        R(s, s->ctxregs[e->id][k]) = have ? img[PRIV_DW + 1 + k] : 0;
    }
    for (int i = 0; img && i < ARRAY_SIZE(slots); i++) {
        const GtCtxSlot *sl = &slots[i];

        if (!slot_applies(e, sl) ||
            img[sl->dw] != e->def->base + sl->reg) {
            continue;
        }
        for (int k = 0; k < sl->n; k++) {
            uint32_t v = img[sl->dw + 2 * k + 1];

            if (sl->reg == ENG_MI_MODE) {
                v &= v >> 16;
            }
            ER(e, sl->reg + 4 * k) = v;
        }
    }
    ER(e, ENG_MI_MODE) &= 0xffff & ~(MI_MODE_STOP_RING | MI_MODE_IDLE);
}

/* the render engine's only, where the image has room for them */
static bool has_wa_batches(GtEng *e, const uint32_t *img)
{
    return e->id == RCS &&
           img[IMG_PER_CTX - 1] == e->def->base + ENG_PER_CTX &&
           img[IMG_INDIRECT - 1] == e->def->base + ENG_INDIRECT_CTX;
}

void gt_ctx_load(GtEng *e, int i)
{
    uint32_t img[IMG_DW];

    e->cur = i;
    e->cmd = 0;
    e->arb = true;
    e->waiting = e->signalled = e->null_pc = false;
    e->blt_row = 0;
    COUNT(e->gt, CN_CTX_SWITCH);
    gt_tlb_flush(e);
    e->f_host = NULL;
    gt_read(e, state_page(e, i), false, img, sizeof(img));
    load_ring(e, img);
    if (img[IMG_CTX_CTRL] & CTX_CTRL_INHIBIT) {
        e->lvl = 0;
        load_registers(e, NULL);
    } else {
        load_batch(e, img);
        load_registers(e, img);
    }
    gt_ctx_pages(e, !(img[IMG_CTX_CTRL] & CTX_CTRL_INHIBIT) &&
                    img[PRIV_DW] == PRIV_MAGIC);
    gt_inject_load(e);
    if (has_wa_batches(e, img)) {
        gt_ctx_wa_batches(e);
    }
}

static void save_batch(GtEng *e, uint32_t *img)
{
    img[IMG_BB_HI] = e->lvl >= 1 ? e->bb[1] >> 32 : 0;
    img[IMG_BB_LO] = e->lvl >= 1 ? ((uint32_t)e->bb[1] & ~3u) | 1 : 0;
    img[IMG_BB_STATE] = e->lvl >= 1 && e->bbpp[1] ? BB_STATE_PPGTT : 0;
    img[IMG_SBB_HI] = e->lvl >= 2 ? e->bb[2] >> 32 : 0;
    img[IMG_SBB_LO] = e->lvl >= 2 ? ((uint32_t)e->bb[2] & ~3u) | 1 : 0;
    img[IMG_SBB_STATE] = e->lvl >= 2 && e->bbpp[2] ? BB_STATE_PPGTT : 0;
}

static void save_registers(GtEng *e, uint32_t *img)
{
    GtDev *s = e->gt;

    for (int i = 0; i < ARRAY_SIZE(slots); i++) {
        const GtCtxSlot *sl = &slots[i];

        if (!slot_applies(e, sl)) {
            continue;
        }
        if (sl->header) {
            img[sl->dw - 1] = sl->header;
        }
        for (int k = 0; k < sl->n; k++) {
            uint32_t v = ER(e, sl->reg + 4 * k);

            if (sl->reg == ENG_MI_MODE) {
                v = (v & ~MI_MODE_STOP_RING) | 0xffff0000u;
            }
            img[sl->dw + 2 * k] = e->def->base + sl->reg + 4 * k;
            img[sl->dw + 2 * k + 1] = v;
        }
    }
    img[PRIV_DW] = PRIV_MAGIC;
    for (unsigned k = 0; k < s->n_ctxregs[e->id]; k++) {
        img[PRIV_DW + 1 + k] = R(s, s->ctxregs[e->id][k]);
    }
}

void gt_ctx_save(GtEng *e)
{
    uint32_t img[IMG_DW];
    uint64_t at = state_page(e, e->cur);

    gt_read(e, at, false, img, sizeof(img));
    img[IMG_CTX_CTRL] &= ~CTX_CTRL_INHIBIT;
    img[IMG_HEAD] = e->head;
    /* never seen to stand still, even if the run took no virtual time */
    img[IMG_TIMESTAMP] = gt_ctx_run_time(e) + 1;
    save_batch(e, img);
    save_registers(e, img);
    /* leave the TAIL alone: the CPU may have put a newer one there */
    gt_write(e, at, false, img, IMG_TAIL * 4);
    gt_write(e, at + (IMG_TAIL + 1) * 4, false, img + IMG_TAIL + 1,
             sizeof(img) - (IMG_TAIL + 1) * 4);
    gt_ctx_mark_pages(e);
    e->gt->count[CN_CTX_BYTES] += sizeof(img) - 4;
}

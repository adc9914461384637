// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: the blitter, row by row.
 *
 * A blit may be gigabytes: when the slice is used up the handler leaves
 * with ST_MORE and continues at the next row in the next slice.
 */
#include "gt_int.h"

#define ROW_COST    512                 /* bytes that count as one command */
#define ROP_SRC     0xcc
#define ROP_PAT     0xf0

typedef struct Blit {
    GtSurf dst, src;
    int x1, y1, w, h;                   /* bytes, rows */
    int sx, sy;
    uint8_t rop;
    bool pp, bottom_up;
} Blit;

/* address of byte xb in row y; *run: bytes until the next break */
uint64_t gt_surf_addr(const GtSurf *f, int xb, int y, int *run)
{
    if (f->tile == 1) {                 /* X: 512 bytes by 8 rows */
        *run = 512 - (xb & 511);
        return f->base + (uint64_t)(y >> 3) * f->pitch * 8 +
               (uint64_t)(xb >> 9) * 4096 + (y & 7) * 512 + (xb & 511);
    }
    if (f->tile == 2) {                 /* Y: 16-byte columns of 32 rows */
        *run = 16 - (xb & 15);
        return f->base + (uint64_t)(y >> 5) * f->pitch * 32 +
               (uint64_t)(xb >> 7) * 4096 + ((xb & 127) >> 4) * 512 +
               (y & 31) * 16 + (xb & 15);
    }
    *run = INT_MAX;
    return f->base + (int64_t)y * f->pitch + xb;
}

static void row_io(GtEng *e, const GtSurf *f, int xb, int y, uint8_t *buf,
                   int n, bool wr, bool pp)
{
    while (n > 0 && !e->dead) {
        int run, k;
        uint64_t a = gt_surf_addr(f, xb, y, &run);

        k = MIN(run, n);
        if (wr) {
            gt_write(e, a, pp, buf, k);
        } else {
            gt_read(e, a, pp, buf, k);
        }
        buf += k;
        xb += k;
        n -= k;
    }
}

static uint8_t rop3(uint8_t rop, uint8_t s, uint8_t d)
{
    uint8_t r = 0;

    for (int i = 0; i < 8; i++) {
        int k = (((s >> i) & 1) << 1) | ((d >> i) & 1);

        r |= ((rop >> k) & 1) << i;
    }
    return r;
}

static void copy_row(GtEng *e, const Blit *b, int k, uint8_t *row)
{
    row_io(e, &b->src, b->sx, b->sy + k, row, b->w, false, b->pp);
    if (b->rop != ROP_SRC) {
        g_autofree uint8_t *old = g_malloc(b->w);

        row_io(e, &b->dst, b->x1, b->y1 + k, old, b->w, false, b->pp);
        for (int x = 0; x < b->w; x++) {
            row[x] = rop3(b->rop, row[x], old[x]);
        }
    }
    row_io(e, &b->dst, b->x1, b->y1 + k, row, b->w, true, b->pp);
}

/* rows from e->blt_row on; fill: colour row, else copy */
static int run_rows(GtEng *e, const Blit *b, uint8_t *fill)
{
    g_autofree uint8_t *row = fill ? NULL : g_malloc(b->w);

    while (e->blt_row < b->h) {
        int k = b->bottom_up ? b->h - 1 - e->blt_row : e->blt_row;

        if (fill) {
            row_io(e, &b->dst, b->x1, b->y1 + k, fill, b->w, true, b->pp);
        } else {
            copy_row(e, b, k, row);
        }
        if (e->dead) {
            return ST_DEAD;
        }
        e->gt->count[CN_BLT_BYTES] += b->w;
        e->blt_row++;
        e->budget -= b->w / ROW_COST;
        if (e->budget <= 0 && e->blt_row < b->h) {
            return ST_MORE;
        }
    }
    e->blt_row = 0;
    gt_wake_waiters(e->gt, e);
    return ST_GO;
}

/* destination rectangle; false if empty */
static bool rectangle(Blit *b, const uint32_t *dw, int bpp)
{
    int x2 = (int16_t)dw[3], y2 = (int16_t)(dw[3] >> 16);
    int x1 = (int16_t)dw[2];

    b->y1 = (int16_t)(dw[2] >> 16);
    b->x1 = x1 * bpp;
    b->w = (x2 - x1) * bpp;
    b->h = y2 - b->y1;
    b->dst.base = (((uint64_t)dw[5] << 32) | dw[4]) & GT_ADDR48;
    return x2 > x1 && y2 > b->y1;
}

/* blits have no space bit: the batch's space, in the ring the PPGTT */
static bool space(GtEng *e)
{
    return !e->lvl || e->bbpp[e->lvl];
}

static void surface(GtEng *e, GtSurf *f, uint32_t pitch, bool tiled,
                    uint32_t y_bit)
{
    f->pitch = (int16_t)pitch;
    f->tile = 0;
    if (tiled) {
        f->tile = ER(e, ENG_BCS_SWCTRL) & y_bit ? 2 : 1;
        f->pitch *= 4;
    }
}

static void check_clip(GtEng *e, const uint32_t *dw)
{
    if (dw[1] & (1u << 30)) {
        gt_strict(e->gt, e, SK_COMMAND, e->cmd_at, "blit with clipping: not "
                  "modelled, not clipped");
    }
}

static int depth(uint32_t dw1)
{
    static const int bytes[4] = { 1, 2, 2, 4 };

    return bytes[(dw1 >> 24) & 3];
}

int gt_blt_color(GtEng *e, const uint32_t *dw, int n)
{
    int bpp = depth(dw[1]);
    Blit b = { .pp = space(e) };
    g_autofree uint8_t *fill = NULL;

    check_clip(e, dw);
    if (((dw[1] >> 16) & 0xff) != ROP_PAT) {
        gt_strict(e->gt, e, SK_COMMAND, e->cmd_at, "XY_COLOR_BLT raster "
                  "operation %02x not modelled, filled", (dw[1] >> 16) & 0xff);
    }
    if (!rectangle(&b, dw, bpp)) {
        return ST_GO;
    }
    surface(e, &b.dst, dw[1], dw[0] & (1 << 11), SWCTRL_DST_Y);
    fill = g_malloc(b.w);
    for (int x = 0; x < b.w; x += bpp) {
        memcpy(fill + x, &dw[6], bpp);
    }
    return run_rows(e, &b, fill);
}

static void source(Blit *b, const uint32_t *dw, int bpp)
{
    b->src.base = (((uint64_t)dw[9] << 32) | dw[8]) & GT_ADDR48;
    b->sx = (int16_t)dw[6] * bpp;
    b->sy = (int16_t)(dw[6] >> 16);
}

int gt_blt_copy(GtEng *e, const uint32_t *dw, int n)
{
    int bpp = depth(dw[1]);
    Blit b = { .pp = space(e), .rop = dw[1] >> 16 };

    check_clip(e, dw);
    if (!rectangle(&b, dw, bpp)) {
        return ST_GO;
    }
    surface(e, &b.dst, dw[1], dw[0] & (1 << 11), SWCTRL_DST_Y);
    surface(e, &b.src, dw[7], dw[0] & (1 << 15), SWCTRL_SRC_Y);
    source(&b, dw, bpp);
    b.bottom_up = b.src.base == b.dst.base && b.sy < b.y1;
    return run_rows(e, &b, NULL);
}

int gt_blt_fast_copy(GtEng *e, const uint32_t *dw, int n)
{
    static const int bytes[8] = { 1, 2, 0, 4, 8, 16, 0, 0 };
    int bpp = bytes[(dw[1] >> 24) & 7];
    unsigned st = (dw[0] >> 20) & 3, dt = (dw[0] >> 13) & 3;
    Blit b = { .pp = space(e), .rop = ROP_SRC };

    if (!bpp || st == 3 || dt == 3) {
        gt_strict(e->gt, e, SK_COMMAND, e->cmd_at, "XY_FAST_COPY_BLT with "
                  "colour depth %u, tiling %u to %u: %s", (dw[1] >> 24) & 7,
                  st, dt, bpp ? "Ys is not modelled" : "reserved depth");
        return ST_GO;
    }
    if (!rectangle(&b, dw, bpp)) {
        return ST_GO;
    }
    source(&b, dw, bpp);
    b.dst.pitch = (dw[1] & 0xffff) * (dt ? 4 : 1);
    b.dst.tile = dt;
    b.src.pitch = (dw[7] & 0xffff) * (st ? 4 : 1);
    b.src.tile = st;
    return run_rows(e, &b, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual Intel GPU, tests: the blitter. */
#include "i915-gt-lib.h"

#define XY_COLOR    (0x54300000u | 5)
#define XY_COPY     (0x54f00000u | 8)
#define XY_FAST     (0x50800000u | 8)
#define SRC_TILED   (1u << 15)
#define DST_TILED   (1u << 11)
#define DEPTH32     (3u << 24)
#define ROP(r)      ((r) << 16)
#define XY(x, y)    ((uint32_t)(y) << 16 | (x))

#define SRC     0x400000
#define DST     0x500000
#define CODE    0x10000
#define PAGES   8

typedef struct Fix {
    Gt *g;
    Ctx c;
    Batch b;
    uint64_t src[PAGES], dst[PAGES];
} Fix;

static Fix start(int chip)
{
    Fix f = { .g = gt_start(chip, NULL) };

    engines_up(f.g);
    ctx_init(&f.c, f.g, BCS, 0x20);
    for (int i = 0; i < PAGES; i++) {
        f.src[i] = page(f.g);
        f.dst[i] = page(f.g);
        ctx_map(&f.c, SRC + 0x1000 * i, f.src[i], 3);
        ctx_map(&f.c, DST + 0x1000 * i, f.dst[i], 3);
    }
    f.b = batch_at(&f.c, CODE);
    return f;
}

static void go(Fix *f)
{
    put(&f->b, BBE);
    emit_batch(&f->c, CODE);
    submit(&f->c);
    run(f->g, 10 * MSEC);
    expect_event(f->g, BCS, EV_ACTIVE, 0x20);
    expect_event(f->g, BCS, EV_COMPLETE, 0x20);
}

static void put_copy(Batch *b, uint32_t head, uint32_t dw1, uint32_t to,
                     uint32_t end, uint32_t dst, uint32_t from,
                     uint32_t src_pitch, uint32_t src)
{
    uint32_t dw[] = { head, dw1, to, end, dst, 0, from, src_pitch, src, 0 };

    for (int i = 0; i < ARRAY_SIZE(dw); i++) {
        put(b, dw[i]);
    }
}

static void put_color(Batch *b, uint32_t head, uint32_t dw1, uint32_t from,
                      uint32_t end, uint32_t dst, uint32_t color)
{
    uint32_t dw[] = { head, dw1, from, end, dst, 0, color };

    for (int i = 0; i < ARRAY_SIZE(dw); i++) {
        put(b, dw[i]);
    }
}

static void test_color(const void *chip)
{
    Fix f = start(CHIP(chip));

    /* pixels 2..3 of rows 1..2, 256 bytes a row */
    put_color(&f.b, XY_COLOR, DEPTH32 | ROP(0xf0) | 256, XY(2, 1), XY(4, 3),
              DST, 0xc0105);
    /* one byte deep, across pages */
    put_color(&f.b, XY_COLOR, ROP(0xf0) | 4096, XY(0, 1), XY(4096, 3), DST,
              0x5a);
    go(&f);
    g_assert_cmphex(mem(f.g, f.dst[0] + 256 + 4), ==, 0);
    g_assert_cmphex(mem(f.g, f.dst[0] + 256 + 8), ==, 0xc0105);
    g_assert_cmphex(mem(f.g, f.dst[0] + 512 + 12), ==, 0xc0105);
    g_assert_cmphex(mem(f.g, f.dst[0] + 512 + 16), ==, 0);
    g_assert_cmphex(mem(f.g, f.dst[0] + 768 + 8), ==, 0);
    g_assert_cmphex(mem(f.g, f.dst[1]), ==, 0x5a5a5a5a);
    g_assert_cmphex(mem(f.g, f.dst[2] + 0xffc), ==, 0x5a5a5a5a);
    g_assert_cmphex(mem(f.g, f.dst[3]), ==, 0);
    gt_stop(f.g);
}

static void test_copy(const void *chip)
{
    Fix f = start(CHIP(chip));

    for (int i = 0; i < 1024; i++) {
        set_mem(f.g, f.src[0] + 4 * i, i);
    }
    set_mem(f.g, f.dst[0], 0xff00ff00);
    put_copy(&f.b, XY_COPY, DEPTH32 | ROP(0xcc) | 512, XY(8, 1), XY(16, 3),
             DST, XY(1, 2), 256, SRC);
    /* xor */
    put_copy(&f.b, XY_COPY, DEPTH32 | ROP(0x66) | 512, XY(0, 0), XY(1, 1),
             DST, XY(5, 0), 256, SRC);
    go(&f);
    g_assert_cmphex(mem(f.g, f.dst[0] + 512 + 32), ==, 2 * 64 + 1);
    g_assert_cmphex(mem(f.g, f.dst[0] + 1024 + 60), ==, 3 * 64 + 8);
    g_assert_cmphex(mem(f.g, f.dst[0] + 512 + 64), ==, 0);
    g_assert_cmphex(mem(f.g, f.dst[0]), ==, 0xff00ff05);
    gt_stop(f.g);
}

/* moved down by one row within one surface: no row is read after its write */
static void test_overlap(const void *chip)
{
    Fix f = start(CHIP(chip));

    for (int y = 0; y < 8; y++) {
        set_mem(f.g, f.src[0] + 64 * y, 0x100 + y);
    }
    put_copy(&f.b, XY_COPY, DEPTH32 | ROP(0xcc) | 64, XY(0, 1), XY(4, 9),
             SRC, XY(0, 0), 64, SRC);
    go(&f);
    for (int y = 0; y < 8; y++) {
        g_assert_cmphex(mem(f.g, f.src[0] + 64 * (y + 1)), ==, 0x100 + y);
    }
    gt_stop(f.g);
}

/* linear to X and Y tiles; pitch of a tiled surface is in dwords */
static void test_tiled(const void *chip)
{
    Fix f = start(CHIP(chip));

    for (int y = 0; y < 16; y++) {
        for (int i = 0; i < 256; i++) {
            set_mem(f.g, f.src[y / 4] + (y & 3) * 1024 + 4 * i, y << 8 | i);
        }
    }
    put_copy(&f.b, XY_COPY | DST_TILED, DEPTH32 | ROP(0xcc) | 1024 / 4,
             XY(0, 0), XY(256, 16), DST, XY(0, 0), 1024, SRC);
    put(&f.b, LRI(1));
    put(&f.b, 0x22200);
    put(&f.b, 0x00020002);
    put_copy(&f.b, XY_COPY | DST_TILED, DEPTH32 | ROP(0xcc) | 128 / 4,
             XY(0, 0), XY(32, 16), DST + 0x6000, XY(0, 0), 1024, SRC);
    go(&f);
    /* pixel 130 of row 9: tile row 1, tile column 1 */
    g_assert_cmphex(mem(f.g, f.dst[3] + 512 + 8), ==, 9 << 8 | 130);
    g_assert_cmphex(mem(f.g, f.dst[0] + 3 * 512 + 4 * 127), ==, 3 << 8 | 127);
    /* pixel 5 of row 7: column 1 of 16 bytes */
    g_assert_cmphex(mem(f.g, f.dst[6] + 512 + 7 * 16 + 4), ==, 7 << 8 | 5);
    gt_stop(f.g);
}

static void test_fast_copy(const void *chip)
{
    Fix f = start(CHIP(chip));

    for (int i = 0; i < 1024; i++) {
        set_mem(f.g, f.src[0] + 4 * i, i);
        set_mem(f.g, f.src[1] + 4 * i, 0x1000 + i);
    }
    put_copy(&f.b, XY_FAST, 3 << 24 | 4096, XY(0, 0), XY(1024, 2), DST,
             XY(0, 0), 4096, SRC);
    put_copy(&f.b, XY_FAST | 1 << 13, 3 << 24 | 512 / 4, XY(0, 0), XY(128, 8),
             DST + 0x3000, XY(0, 0), 512, SRC);
    put_copy(&f.b, XY_FAST | 2 << 20, 3 << 24 | 256, XY(0, 0), XY(32, 4),
             DST + 0x4000, XY(0, 0), 128 / 4, SRC);
    go(&f);
    g_assert_cmphex(mem(f.g, f.dst[0] + 0xabc), ==, 0xabc / 4);
    g_assert_cmphex(mem(f.g, f.dst[1] + 0x10), ==, 0x1004);
    g_assert_cmphex(mem(f.g, f.dst[2]), ==, 0);
    /* one X tile is linear in itself at this pitch */
    g_assert_cmphex(mem(f.g, f.dst[3] + 0x204), ==, 0x81);
    /* Y source: pixel 4 of row 1 is in the second column */
    g_assert_cmphex(mem(f.g, f.dst[4] + 256 + 16), ==, (512 + 16) / 4);
    gt_stop(f.g);
}

/* in the ring a blit uses the context's PPGTT */
static void test_ring_level(const void *chip)
{
    Fix f = start(CHIP(chip));
    uint32_t dw[] = { XY_COLOR, DEPTH32 | ROP(0xf0) | 64, 0, XY(4, 1), DST, 0,
                      0x77 };

    for (int i = 0; i < ARRAY_SIZE(dw); i++) {
        emit(&f.c, dw[i]);
    }
    go(&f);
    g_assert_cmphex(mem(f.g, f.dst[0] + 12), ==, 0x77);
    gt_stop(f.g);
}

/* a long blit takes several slices, and a reset in between ends it */
static void test_long(const void *chip)
{
    Fix f = start(CHIP(chip));

    put_color(&f.b, XY_COLOR, ROP(0xf0) | 0, XY(0, 0), XY(0x7000, 0x7000),
              DST, 1);
    put(&f.b, BBE);
    emit_batch(&f.c, CODE);
    submit(&f.c);
    run(f.g, 0);
    run(f.g, 100 * USEC);
    expect_event(f.g, BCS, EV_ACTIVE, 0x20);
    expect_no_event(f.g, BCS);
    g_assert_cmphex(mem(f.g, f.dst[6]), ==, 0x01010101);
    reset_gpu(f.g, 1 << 3);
    engines_up(f.g);
    ctx_init(&f.c, f.g, BCS, 0x20);
    emit(&f.c, NOOP);
    emit(&f.c, NOOP);
    submit(&f.c);
    run(f.g, USEC);
    expect_event(f.g, BCS, EV_ACTIVE, 0x20);
    expect_event(f.g, BCS, EV_COMPLETE, 0x20);
    gt_stop(f.g);
}

void add_blt_tests(void)
{
    add(ON_BOTH, "blt/color", test_color);
    add(ON_BOTH, "blt/copy", test_copy);
    add(ON_BOTH, "blt/overlap", test_overlap);
    add(ON_BOTH, "blt/tiled", test_tiled);
    add(ON_SKL, "blt/fast-copy", test_fast_copy);
    add(ON_BOTH, "blt/ring-level", test_ring_level);
    add(ON_BDW, "blt/long", test_long);
}

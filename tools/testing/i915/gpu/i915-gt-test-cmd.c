// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual Intel GPU, tests: what the commands do. */
#include "i915-gt-lib.h"

#define DATA    0x300000        /* data page of these tests, in the PPGTT */
#define CODE    0x10000
#define CODE2   0x20000
#define CODE3   0x30000

typedef struct Fix {
    Gt *g;
    Ctx c;
    Batch b;
    uint64_t data;
} Fix;

/* an engine, a context, a data page, a batch to fill */
static Fix start(int chip, int eng)
{
    Fix f = { .g = gt_start(chip, NULL) };

    engines_up(f.g);
    ctx_init(&f.c, f.g, eng, 0x20);
    f.data = page(f.g);
    ctx_map(&f.c, DATA, f.data, 3);
    f.b = batch_at(&f.c, CODE);
    f.b.g = f.g;
    return f;
}

/* ends the batch, runs it, must complete */
static void go(Fix *f)
{
    put(&f->b, BBE);
    emit_batch(&f->c, CODE);
    submit(&f->c);
    run(f->g, MSEC);
    expect_event(f->g, f->c.eng, EV_ACTIVE, 0x20);
    expect_event(f->g, f->c.eng, EV_COMPLETE, 0x20);
}

static uint32_t data(Fix *f, unsigned off)
{
    return mem(f->g, f->data + off);
}

static void put_lri(Fix *f, uint32_t reg, uint32_t v)
{
    put(&f->b, LRI(1));
    put(&f->b, reg);
    put(&f->b, v);
}

static void put_gpr(Fix *f, int n, uint64_t v)
{
    uint32_t r = eng_base[f->c.eng] + 0x600 + 8 * n;

    put_lri(f, r, v);
    put_lri(f, r + 4, v >> 32);
}

static void put_srm(Fix *f, uint32_t reg, unsigned off)
{
    put(&f->b, SRM);
    put(&f->b, reg);
    put(&f->b, DATA + off);
    put(&f->b, 0);
}

static void test_store(const void *chip)
{
    Fix f = start(CHIP(chip), VCS);

    put_store(&f.b, DATA, 1);
    put(&f.b, STORE_QW);
    put(&f.b, DATA + 8);
    put(&f.b, 0);
    put(&f.b, 0x11111111);
    put(&f.b, 0x22222222);
    put(&f.b, (STORE & ~0x3ffu) | 5);           /* four dwords */
    put(&f.b, DATA + 0x20);
    put(&f.b, 0);
    for (int i = 0; i < 4; i++) {
        put(&f.b, 0x50 + i);
    }
    put(&f.b, COPY_MEM);
    put(&f.b, DATA + 0x40);
    put(&f.b, 0);
    put(&f.b, DATA + 8);
    put(&f.b, 0);
    go(&f);
    g_assert_cmphex(data(&f, 0), ==, 1);
    g_assert_cmphex(data(&f, 4), ==, 0);
    g_assert_cmphex(data(&f, 8), ==, 0x11111111);
    g_assert_cmphex(data(&f, 12), ==, 0x22222222);
    g_assert_cmphex(data(&f, 0x20), ==, 0x50);
    g_assert_cmphex(data(&f, 0x2c), ==, 0x53);
    g_assert_cmphex(data(&f, 0x30), ==, 0);
    g_assert_cmphex(data(&f, 0x40), ==, 0x11111111);
    gt_stop(f.g);
}

static void test_registers(const void *chip)
{
    for (int eng = 0; eng < NENG; eng++) {
        Fix f = start(CHIP(chip), eng);
        uint32_t gpr = eng_base[eng] + 0x600;

        put_lri(&f, gpr, 0xa1);
        put(&f.b, LRI(2));
        put(&f.b, gpr + 8);
        put(&f.b, 0xb1);
        put(&f.b, gpr + 16);
        put(&f.b, 0xb2);
        put(&f.b, LRR);
        put(&f.b, gpr + 8);
        put(&f.b, gpr + 24);
        put(&f.b, LRM);
        put(&f.b, gpr + 32);
        put(&f.b, DATA + 0x800);
        put(&f.b, 0);
        set_mem(f.g, f.data + 0x800, 0x1eaf);
        for (int i = 0; i < 5; i++) {
            put_srm(&f, gpr + 8 * i, 4 * i);
        }
        go(&f);
        g_assert_cmphex(data(&f, 0), ==, 0xa1);
        g_assert_cmphex(data(&f, 4), ==, 0xb1);
        g_assert_cmphex(data(&f, 8), ==, 0xb2);
        g_assert_cmphex(data(&f, 12), ==, 0xb1);
        g_assert_cmphex(data(&f, 16), ==, 0x1eaf);
        gt_stop(f.g);
    }
}

/* LOAD a, LOAD b, op, STORE */
static void put_math(Fix *f, uint32_t op, int dst, uint32_t from)
{
    put(&f->b, MATH(5 - 1));
    put(&f->b, 0x080u << 20 | 0x20 << 10 | 0);
    put(&f->b, 0x080u << 20 | 0x21 << 10 | 1);
    put(&f->b, op << 20);
    put(&f->b, 0x180u << 20 | dst << 10 | from);
}

static void test_math(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);
    uint32_t gpr = eng_base[BCS] + 0x600;

    put_gpr(&f, 0, 0xffffffff00000001ULL);
    put_gpr(&f, 1, 0x00000000fffffff0ULL);
    put_math(&f, 0x100, 2, 0x31);       /* add */
    put_math(&f, 0x101, 3, 0x31);       /* subtract */
    put_math(&f, 0x102, 4, 0x31);       /* and */
    put_math(&f, 0x104, 5, 0x31);       /* xor */
    put_math(&f, 0x101, 6, 0x33);       /* borrow: no */
    put_math(&f, 0x102, 7, 0x32);       /* zero: yes */
    for (int i = 2; i < 8; i++) {
        put_srm(&f, gpr + 8 * i, 8 * i);
        put_srm(&f, gpr + 8 * i + 4, 8 * i + 4);
    }
    go(&f);
    g_assert_cmphex(data(&f, 16), ==, 0xfffffff1);
    g_assert_cmphex(data(&f, 20), ==, 0xffffffff);
    g_assert_cmphex(data(&f, 24), ==, 0x00000011);
    g_assert_cmphex(data(&f, 28), ==, 0xfffffffe);
    g_assert_cmphex(data(&f, 32), ==, 0);
    g_assert_cmphex(data(&f, 40), ==, 0xfffffff1);
    g_assert_cmphex(data(&f, 44), ==, 0xffffffff);
    g_assert_cmphex(data(&f, 48), ==, 0);
    g_assert_cmphex(data(&f, 56), ==, 0xffffffff);
    gt_stop(f.g);
}

/* compare, keep or invert, combine */
static void test_predicate(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    put_lri(&f, 0x2400, 5);
    put_lri(&f, 0x2404, 0);
    put_lri(&f, 0x2408, 5);
    put_lri(&f, 0x240c, 0);
    put(&f.b, PREDICATE | 2 << 6 | 2);              /* equal, set */
    put_srm(&f, 0x2418, 0);
    put(&f.b, PREDICATE | 3 << 6 | 2);              /* inverted */
    put_srm(&f, 0x2418, 4);
    put(&f.b, PREDICATE | 2 << 6 | 2 << 3 | 2);     /* or */
    put_srm(&f, 0x2418, 8);
    put_lri(&f, 0x2408, 6);
    put(&f.b, PREDICATE | 2 << 6 | 1 << 3 | 2);     /* and, not equal */
    put_srm(&f, 0x2418, 12);
    go(&f);
    g_assert_cmphex(data(&f, 0), ==, 1);
    g_assert_cmphex(data(&f, 4), ==, 0);
    g_assert_cmphex(data(&f, 8), ==, 1);
    g_assert_cmphex(data(&f, 12), ==, 0);
    gt_stop(f.g);
}

static void put_atomic(Fix *f, unsigned op, uint32_t flags, unsigned off)
{
    put(&f->b, ATOMIC | flags | op << 8 | 1);
    put(&f->b, DATA + off);
    put(&f->b, 0);
}

static void test_atomic(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    set_mem(f.g, f.data, 10);
    set_mem(f.g, f.data + 8, 0xffffffff);
    set_mem(f.g, f.data + 16, 7);
    put_gpr(&f, 0, 3);
    put_gpr(&f, 1, 0x99);
    put_atomic(&f, 0x05, 0, 0);                 /* increment */
    put_atomic(&f, 0x07, 0, 0);                 /* add 3 */
    put_atomic(&f, 0x25, 1 << 19, 8);           /* 64-bit increment */
    put_atomic(&f, 0x0e, 0, 16);                /* exchange if 3: no */
    put_gpr(&f, 0, 7);
    put_atomic(&f, 0x0e, 1 << 16, 16);          /* if 7: yes, return old */
    put_srm(&f, 0x2600, 24);
    go(&f);
    g_assert_cmphex(data(&f, 0), ==, 14);
    g_assert_cmphex(data(&f, 8), ==, 0);
    g_assert_cmphex(data(&f, 12), ==, 1);
    g_assert_cmphex(data(&f, 16), ==, 0x99);
    g_assert_cmphex(data(&f, 24), ==, 7);
    gt_stop(f.g);
}

/*
 * Operands inside the command: their dwords take turns. Each row would come
 * out wrong with any other order of them.
 */
static void test_atomic_inline(const void *chip)
{
    static const struct {
        uint8_t op;
        bool wide;
        uint64_t before, a, b, after;
    } row[] = {
        { 0x04, false, 0x1, 0xaa, 0xbb, 0xaa },             /* move */
        { 0x07, false, 0x10, 0x3, 0xbb, 0x13 },             /* add */
        { 0x0e, false, 0x7, 0x7, 0x99, 0x99 },              /* exchanged */
        { 0x0e, false, 0x7, 0x8, 0x99, 0x7 },               /* not */
        { 0x24, true, 1, 0x1111111122222222ULL, 0x3333333344444444ULL,
          0x1111111122222222ULL },
        { 0x27, true, 0x00000000ffffffffULL, 0x0000000500000001ULL, 0x9ULL,
          0x0000000600000000ULL },
        { 0x2e, true, 0x0000000700000008ULL, 0x0000000700000008ULL,
          0x0000000a0000000bULL, 0x0000000a0000000bULL },
        { 0x2e, true, 0x0000000700000008ULL, 0x0000000900000008ULL,
          0x0000000a0000000bULL, 0x0000000700000008ULL },
    };
    Fix f = start(CHIP(chip), VCS);

    put_gpr(&f, 0, 0xdeadULL);                  /* not what is used */
    put_gpr(&f, 1, 0xbeefULL);
    for (int i = 0; i < ARRAY_SIZE(row); i++) {
        qtest_writeq(f.g->qts, f.data + 8 * i, row[i].before);
        put(&f.b, ATOMIC | row[i].op << 8 | 1 << 18 | row[i].wide << 19 | 9);
        put(&f.b, DATA + 8 * i);
        put(&f.b, 0);
        put(&f.b, row[i].a);
        put(&f.b, row[i].b);
        put(&f.b, row[i].a >> 32);
        put(&f.b, row[i].b >> 32);
        for (int k = 0; k < 4; k++) {
            put(&f.b, 0x77777777);              /* third and fourth parts */
        }
    }
    go(&f);
    for (int i = 0; i < ARRAY_SIZE(row); i++) {
        g_assert_cmphex(qtest_readq(f.g->qts, f.data + 8 * i), ==,
                        row[i].after);
    }
    gt_stop(f.g);
}

/* a second-level batch returns, a chained one does not */
static void test_levels(const void *chip)
{
    Fix f = start(CHIP(chip), VECS);
    Batch second = batch_at(&f.c, CODE2), chain = batch_at(&f.c, CODE3);

    put(&f.b, BBS_PP | 1 << 22);
    put(&f.b, CODE2);
    put(&f.b, 0);
    put_store(&f.b, DATA + 4, 2);
    put(&f.b, BBS_PP);
    put(&f.b, CODE3);
    put(&f.b, 0);
    put_store(&f.b, DATA + 12, 4);              /* never reached */
    put_store(&second, DATA, 1);
    put(&second, BBE);
    put_store(&chain, DATA + 8, 3);
    put(&chain, BBE);
    go(&f);
    g_assert_cmphex(data(&f, 0), ==, 1);
    g_assert_cmphex(data(&f, 4), ==, 2);
    g_assert_cmphex(data(&f, 8), ==, 3);
    g_assert_cmphex(data(&f, 12), ==, 0);
    gt_stop(f.g);
}

static void test_conditional_end(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);

    set_mem(f.g, f.data + 0x100, 5);
    for (int i = 4; i < 7; i++) {               /* ends when 5 > i fails */
        put(&f.b, COND_BBE | 1 << 21);
        put(&f.b, i);
        put(&f.b, DATA + 0x100);
        put(&f.b, 0);
        put_store(&f.b, DATA + 4 * i, i);
    }
    go(&f);
    g_assert_cmphex(data(&f, 16), ==, 4);
    g_assert_cmphex(data(&f, 20), ==, 0);
    gt_stop(f.g);
}

/* the three targets of a post-sync write, 32 and 64 bits, time */
static void test_flush_dw(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);
    uint32_t t;

    set_mem(f.g, f.data + 4, ~0u);
    put(&f.b, FLUSH_DW | 1 << 14);
    put(&f.b, DATA);
    put(&f.b, 0);
    put(&f.b, 0x32);
    put(&f.b, (FLUSH_DW + 1) | 1 << 14);
    put(&f.b, DATA + 8);
    put(&f.b, 0);
    put(&f.b, 0x64);
    put(&f.b, 0x46);
    put(&f.b, (FLUSH_DW + 1) | 3 << 14);
    put(&f.b, DATA + 16);
    put(&f.b, 0);
    put(&f.b, 0);
    put(&f.b, 0);
    emit(&f.c, FLUSH_DW | 1 << 14 | 1 << 21);   /* index, own page */
    emit(&f.c, 0xd0);
    emit(&f.c, 0);
    emit(&f.c, 0x1d);
    emit(&f.c, FLUSH_DW | 1 << 14 | 1 << 21);   /* index, global page */
    emit(&f.c, 0xd8 | 4);
    emit(&f.c, 0);
    emit(&f.c, 0x2d);
    run(f.g, MSEC);
    t = rd(f.g, 0x22358);
    go(&f);
    g_assert_cmphex(data(&f, 0), ==, 0x32);
    g_assert_cmphex(data(&f, 4), ==, ~0u);
    g_assert_cmphex(data(&f, 8), ==, 0x64);
    g_assert_cmphex(data(&f, 12), ==, 0x46);
    g_assert_cmpuint(data(&f, 16) - t, <, 100);
    g_assert_cmphex(mem(f.g, f.c.pphwsp + 0xd0), ==, 0x1d);
    g_assert_cmphex(mem(f.g, f.g->hwsp[BCS] + 0xd8), ==, 0x2d);
    gt_stop(f.g);
}

static void emit_pipe_control(Ctx *c, uint32_t flags, uint32_t a, uint32_t v)
{
    emit(c, PIPE_CONTROL);
    emit(c, flags);
    emit(c, a);
    emit(c, 0);
    emit(c, v);
    emit(c, 0);
}

static void test_pipe_control(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);
    uint64_t seq;
    uint32_t ga = ggtt_page(f.g, &seq);

    wr(f.g, 0x20a8, ~0x10u);
    wr(f.g, 0x44304, ~0x10u);
    put(&f.b, PIPE_CONTROL);
    put(&f.b, 1 << 14);
    put(&f.b, DATA);
    put(&f.b, 0);
    put(&f.b, 0xaa);
    put(&f.b, 0xbb);
    emit_pipe_control(&f.c, 1 << 14 | 1 << 24, ga, 0x5e9);
    emit_pipe_control(&f.c, 1 << 14 | 1 << 21, 0xd0, 0x1d);
    emit_pipe_control(&f.c, 1 << 14 | 1 << 21 | 1 << 24, 0xd8, 0x2d);
    emit_pipe_control(&f.c, 1 << 8, 0, 0);      /* notify */
    go(&f);
    g_assert_cmphex(data(&f, 0), ==, 0xaa);
    g_assert_cmphex(data(&f, 4), ==, 0xbb);
    g_assert_cmphex(mem(f.g, seq), ==, 0x5e9);
    g_assert_cmphex(mem(f.g, f.c.pphwsp + 0xd0), ==, 0x1d);
    g_assert_cmphex(mem(f.g, f.g->hwsp[RCS] + 0xd8), ==, 0x2d);
    g_assert_cmphex(rd(f.g, 0x44308), ==, 0x10);
    gt_stop(f.g);
}

/* render commands have no effect, only their lengths count */
static void test_skip_by_length(const void *chip)
{
    static const struct {
        uint32_t head;
        int len;
    } cmd[] = {
        { 0x69040000, 1 },              /* PIPELINE_SELECT */
        { 0x61010000 | 14, 16 },        /* STATE_BASE_ADDRESS */
        { 0x78000000 | 5, 7 },
        { 0x79170000 | 0x101, 259 },    /* nine bits of length */
        { 0x70000000 | 300, 302 },      /* media: sixteen */
        { 0x78430000 | 0x105, 263 },
        { 0x7b000000 | 5, 7 },
    };
    Fix f = start(CHIP(chip), RCS);

    if (f.g->chip == SKL) {
        wr(f.g, 0xc800 + 4 * 63, 0x39);         /* MOCS index of all ones */
    }
    for (int i = 0; i < ARRAY_SIZE(cmd); i++) {
        put(&f.b, cmd[i].head);
        for (int k = 1; k < cmd[i].len; k++) {
            put(&f.b, 0x1fffffff);      /* no command */
        }
        put_store(&f.b, DATA + 4 * i, i + 1);
    }
    go(&f);
    for (int i = 0; i < ARRAY_SIZE(cmd); i++) {
        g_assert_cmphex(data(&f, 4 * i), ==, i + 1);
    }
    gt_stop(f.g);
}

/* registers of a context survive another context and stay its own */
static void test_isolation(const void *chip)
{
    static const uint32_t regs[] = { 0x2600, 0x267c, 0x2300, 0x2500, 0x5240 };
    Fix f = start(CHIP(chip), RCS);
    Batch b;
    Ctx d;

    for (int i = 0; i < ARRAY_SIZE(regs); i++) {
        put_lri(&f, regs[i], 0x1000 + i);
    }
    put_lri(&f, 0x7000, 0xffff0005);
    go(&f);
    ctx_init(&d, f.g, RCS, 0x40);
    b = batch_at(&d, CODE);
    for (int i = 0; i < ARRAY_SIZE(regs); i++) {
        put(&b, LRI(1));
        put(&b, regs[i]);
        put(&b, 0xdead);
    }
    put(&b, BBE);
    emit_batch(&d, CODE);
    submit(&d);
    run(f.g, MSEC);
    expect_event(f.g, RCS, EV_ACTIVE, 0x40);
    expect_event(f.g, RCS, EV_COMPLETE, 0x40);
    f.b = batch_at(&f.c, CODE);
    for (int i = 0; i < ARRAY_SIZE(regs); i++) {
        put_srm(&f, regs[i], 4 * i);
    }
    put_srm(&f, 0x7000, 0x40);
    go(&f);
    for (int i = 0; i < ARRAY_SIZE(regs); i++) {
        g_assert_cmphex(data(&f, 4 * i), ==, 0x1000 + i);
    }
    g_assert_cmphex(data(&f, 0x40), ==, 5);
    gt_stop(f.g);
}

/* MI_MODE is context state, but STOP_RING never survives */
static void test_mi_mode(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);
    Ctx d;

    emit(&f.c, LRI(1));
    emit(&f.c, 0x209c);
    emit(&f.c, 0x00400040);
    go(&f);
    ctx_init(&d, f.g, RCS, 0x40);
    emit(&d, NOOP);
    emit(&d, NOOP);
    submit(&d);
    run(f.g, MSEC);
    g_assert_cmphex(rd(f.g, 0x209c), ==, 0x200);
    expect_event(f.g, RCS, EV_ACTIVE, 0x40);
    expect_event(f.g, RCS, EV_COMPLETE, 0x40);
    f.b = batch_at(&f.c, CODE);
    put_srm(&f, 0x209c, 0);
    ctx_set(&f.c, f.g->chip == SKL ? 0x55 : 0x59, 0x01400140);
    go(&f);
    g_assert_cmphex(data(&f, 0), ==, 0x40);
    gt_stop(f.g);
}

static void test_update_gtt(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    emit(&f.c, UPDATE_GTT);
    emit(&f.c, 0x7000);
    emit(&f.c, f.data | 1);
    emit(&f.c, 0);
    go(&f);
    set_mem(f.g, f.data + 4, 0x7070);
    g_assert_cmphex(qpci_io_readl(f.g->dev, f.g->ap, 0x7004), ==, 0x7070);
    gt_stop(f.g);
}

void add_cmd_tests(void)
{
    add(ON_BOTH, "cmd/store", test_store);
    add(ON_BOTH, "cmd/registers", test_registers);
    add(ON_BOTH, "cmd/math", test_math);
    add(ON_BOTH, "cmd/predicate", test_predicate);
    add(ON_BOTH, "cmd/atomic", test_atomic);
    add(ON_BOTH, "cmd/atomic-inline", test_atomic_inline);
    add(ON_BOTH, "cmd/levels", test_levels);
    add(ON_BOTH, "cmd/conditional-end", test_conditional_end);
    add(ON_BOTH, "cmd/flush-dw", test_flush_dw);
    add(ON_BOTH, "cmd/pipe-control", test_pipe_control);
    add(ON_BOTH, "cmd/skip-by-length", test_skip_by_length);
    add(ON_BOTH, "cmd/isolation", test_isolation);
    add(ON_BOTH, "cmd/mi-mode", test_mi_mode);
    add(ON_BDW, "cmd/update-gtt", test_update_gtt);
}

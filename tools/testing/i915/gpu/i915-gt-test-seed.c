// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU, tests: schedules from a seed: the same one each time,
 * another one with another seed, and no more than hardware may do.
 */
#include "i915-gt-lib.h"

#define CODE    0x10000
#define DATA    0x300000
#define SEED    0x7f2020        /* in the fault window */
#define NCOUNT  0x7f0008
#define TOTAL   0x7f0100

/* a batch of stores, long enough for several slices */
static void batch(Ctx *c, int n)
{
    Batch b = batch_at(c, CODE);

    ctx_map(c, DATA, page(c->g), 3);
    for (int i = 0; i < n; i++) {
        put_store(&b, DATA + 4 * i, i);
    }
    put(&b, BBE);
}

/* some rounds of work on all engines at once */
static void work(Gt *g, int rounds)
{
    Ctx c[NENG];

    engines_up(g);
    for (int i = 0; i < NENG; i++) {
        ctx_init(&c[i], g, i, 0x20 + 0x20 * i);
        batch(&c[i], 200);
    }
    for (int r = 0; r < rounds; r++) {
        for (int i = 0; i < NENG; i++) {
            emit_batch(&c[i], CODE);
            submit(&c[i]);
        }
        run(g, 10 * MSEC);
        for (int i = 0; i < NENG; i++) {
            expect_event(g, i, EV_ACTIVE, c[i].id);
            expect_event(g, i, EV_COMPLETE, c[i].id);
            expect_no_event(g, i);
        }
    }
}

/* what happened when, and all counters */
static char *history(Gt *g)
{
    g_autofree char *all = NULL;
    GString *out = g_string_new("");

    for (uint32_t i = 0; i < 2 * rd(g, NCOUNT); i++) {
        g_string_append_printf(out, "%x ", rd(g, TOTAL + 4 * i));
    }
    g_assert(g_file_get_contents(g->report, &all, NULL, NULL));
    g_string_append(out, all);
    return g_string_free(out, false);
}

static char *history_of(int chip, unsigned seed, bool by_window)
{
    g_autofree char *props = g_strdup_printf("trace=2,slice=64,seed=%u",
                                             by_window ? 0 : seed);
    Gt *g = gt_start(chip, props);
    char *text;

    if (by_window) {
        wr(g, SEED, seed);
        wr(g, SEED + 4, 0);
        g_assert_cmphex(rd(g, SEED), ==, seed);
    }
    work(g, 5);
    text = history(g);
    gt_stop(g);
    return text;
}

static void test_same(const void *chip)
{
    g_autofree char *a = history_of(CHIP(chip), 5, false);
    g_autofree char *b = history_of(CHIP(chip), 5, false);
    g_autofree char *other = history_of(CHIP(chip), 6, false);
    g_autofree char *none = history_of(CHIP(chip), 0, false);
    g_autofree char *window = history_of(CHIP(chip), 5, true);

    g_assert_nonnull(strstr(a, "i915-gpu: TRACE"));
    g_assert_cmpstr(a, ==, b);
    g_assert_cmpstr(a, ==, window);
    g_assert_cmpstr(a, !=, other);
    g_assert_cmpstr(a, !=, none);
}

/* how long until a submission has ended; whose ends first */
static void test_latency(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), "seed=1");
    int at_once = 0, late = 0, first[2] = { 0 };
    Ctx c[2];

    engines_up(g);
    for (int i = 0; i < 2; i++) {
        ctx_init(&c[i], g, RCS + i, 0x20 + 0x20 * i);
    }
    for (int r = 0; r < 60; r++) {
        int when[2] = { -1, -1 };

        for (int i = 0; i < 2; i++) {
            emit(&c[i], NOOP);
            emit(&c[i], NOOP);
            submit(&c[i]);
        }
        for (int us = 0; us < 400 && (when[0] < 0 || when[1] < 0); us++) {
            for (int i = 0; i < 2; i++) {
                if (when[i] < 0 && ctx_get(&c[i], 5) == c[i].tail) {
                    when[i] = us;
                }
            }
            run(g, USEC);
        }
        run(g, MSEC);
        at_once += !when[0];
        late += when[0] > 10;
        first[0] += when[0] < when[1];
        first[1] += when[1] < when[0];
    }
    g_assert_cmpint(at_once, >, 5);
    g_assert_cmpint(late, >, 2);
    g_assert_cmpint(first[0], >, 5);
    g_assert_cmpint(first[1], >, 5);
    gt_stop(g);
}

/* another context is submitted while the first comes to its end */
static void test_race(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), "seed=1,slice=64");
    int preempted = 0, ended = 0;
    uint64_t sem;
    uint32_t ga, wp;
    Ctx a, b;

    engines_up(g);
    ga = ggtt_page(g, &sem);
    ctx_init(&a, g, BCS, 0x20);
    ctx_init(&b, g, BCS, 0x40);
    for (int r = 0; r < 40; r++) {
        set_mem(g, sem, 0);
        emit(&a, ARB_OFF);
        emit(&a, SEM_WAIT | SEM_EQ | GGTT);
        emit(&a, 1);
        emit(&a, ga);
        emit(&a, 0);
        emit(&a, ARB_ON);
        submit(&a);
        run(g, MSEC);
        emit(&b, NOOP);
        emit(&b, NOOP);
        submit(&b);
        set_mem(g, sem, 1);
        run(g, 2 * MSEC);
        expect_event(g, BCS, EV_ACTIVE, 0x20);
        wp = (g->csb_rd[BCS] + 1) % 6;
        if (mem(g, g->hwsp[BCS] + 0x40 + 8 * wp) == EV_PREEMPT) {
            expect_event(g, BCS, EV_PREEMPT, 0x20);
            preempted++;
        } else {
            expect_event(g, BCS, EV_COMPLETE, 0x20);
            expect_event(g, BCS, EV_ACTIVE, 0x40);
            ended++;
        }
        expect_event(g, BCS, EV_COMPLETE, 0x40);
        g_assert_cmphex(ctx_get(&a, 5), ==, a.tail);
    }
    g_assert_cmpint(preempted, >, 5);
    g_assert_cmpint(ended, >, 5);
    gt_stop(g);
}

/* the status event comes after the work, the message after the event */
static void test_late_reports(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), "seed=1");
    uint64_t at = aim_msi(g);
    int status_later = 0, msi_later = 0;
    Ctx c;

    engines_up(g);
    unmask(g, VCS, 1 << 8);
    ctx_init(&c, g, VCS, 0x20);
    for (int r = 0; r < 50; r++) {
        uint32_t hwsp = g->hwsp[VCS] + 0x7c, was = mem(g, hwsp);

        emit(&c, NOOP);
        emit(&c, NOOP);
        submit(&c);
        for (int k = 0; k < 400 && ctx_get(&c, 5) != c.tail; k++) {
            run(g, USEC);
        }
        status_later += mem(g, hwsp) != (was + 2) % 6;
        for (int k = 0; k < 100 && mem(g, hwsp) != (was + 2) % 6; k++) {
            run(g, USEC);
        }
        msi_later += !msi(g, at);
        run(g, MSEC);
        wr(g, 0x44200, 0);
        iir_clear(g, VCS, 0x100);
        iir_clear(g, VCS, 0x100);
        wr(g, 0x44200, 0x80000000);
        run(g, MSEC);
        msi(g, at);
    }
    g_assert_cmpint(status_later, >, 5);
    g_assert_cmpint(msi_later, >, 2);
    g_assert_cmpint(msi_later, <, 45);
    gt_stop(g);
}

/* slices are shorter, and translations are forgotten */
static void test_slices(const void *chip)
{
    uint64_t slices[2], misses[2];

    for (int i = 0; i < 2; i++) {
        Gt *g = gt_start(CHIP(chip), i ? "inline=0,slice=64,seed=3" :
                         "inline=0,slice=64");

        work(g, 20);
        slices[i] = total_count(g, "slices");
        misses[i] = total_count(g, "tlb-misses");
        gt_stop(g);
    }
    g_assert_cmpuint(slices[1], >, 2 * slices[0]);
    g_assert_cmpuint(misses[1], >, misses[0]);
}

void add_seed_tests(void)
{
    add(ON_BOTH, "seed/same", test_same);
    add(ON_BDW, "seed/latency", test_latency);
    add(ON_BDW, "seed/race", test_race);
    add(ON_BDW, "seed/late-reports", test_late_reports);
    add(ON_BDW, "seed/slices", test_slices);
}

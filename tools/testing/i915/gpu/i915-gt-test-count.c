// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual Intel GPU, tests: counters and the marker window. */
#include "i915-gt-lib.h"

#define MARK    0x7f0000

static void set_name(Gt *g, const char *name)
{
    char buf[64] = "";

    g_strlcpy(buf, name, sizeof(buf));
    for (int i = 0; i < 64; i += 4) {
        uint32_t v;

        memcpy(&v, buf + i, 4);
        wr(g, MARK + 0x10 + i, v);
    }
}

static void test_mmio(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t r, w, p;

    g_assert_cmphex(rd(g, MARK), ==, 0x4e554f43);
    wr(g, 0xa188, 0x00010001);
    r = total_count(g, "mmio-reads");
    w = total_count(g, "mmio-writes");
    p = total_count(g, "ggtt-pte-writes");
    g_assert_cmpuint(total_count(g, "mmio-reads"), ==, r);    /* not counted */
    rd(g, 0x4090);
    rd(g, 0x4090);
    wr(g, 0x4090, 1);
    g_assert_cmpuint(total_count(g, "mmio-reads"), ==, r + 2);
    g_assert_cmpuint(total_count(g, "mmio-writes"), ==, w + 1);
    set_pte(g, 0x1000, 1);
    set_pte(g, 0x2000, 1);
    g_assert_cmpuint(total_count(g, "ggtt-pte-writes"), ==, p + 2);
    g_assert_cmpuint(total_count(g, "mmio-writes"), ==, w + 3);
    g_assert_cmpuint(total_count(g, "guest-instructions"), ==, 0);
    gt_stop(g);
}

/* one batch with one store: every figure is known */
static void test_work(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t data = page(g);
    Batch b;
    Ctx c;

    engines_up(g);
    ctx_init(&c, g, RCS, 0x20);
    ctx_map(&c, FAR, data, 3);
    b = batch_at(&c, 0x10000);
    put_store(&b, FAR, 1);
    put(&b, BBE);
    emit_batch(&c, 0x10000);
    emit(&c, PIPE_CONTROL);
    emit(&c, 1 << 20 | 1 << 18 | 1 << 1);
    for (int i = 0; i < 4; i++) {
        emit(&c, 0);
    }
    publish(&c);
    wr(g, MARK + 4, 1);
    submit2(&c, NULL);
    run(g, MSEC);
    g_assert_cmpuint(section_count(g, "elsp-writes"), ==, 1);
    g_assert_cmpuint(section_count(g, "mmio-writes"), ==, 4);
    g_assert_cmpuint(section_count(g, "mmio-reads"), ==, 0);
    g_assert_cmpuint(section_count(g, "context-switches"), ==, 1);
    g_assert_cmpuint(section_count(g, "context-bytes-saved"), ==, 4092);
    g_assert_cmpuint(section_count(g, "status-events"), ==, 2);
    g_assert_cmpuint(section_count(g, "tlb-misses"), ==, 2);
    g_assert_cmpuint(section_count(g, "invalidations"), ==, 1);
    /* BBS, store, end, flush, padding */
    g_assert_cmpuint(section_count(g, "commands"), ==, 5);
    g_assert_cmpuint(section_count(g, "bytes-copied"), ==, 0);
    g_assert_cmpuint(section_count(g, "strict-reports"), ==, 0);
    gt_stop(g);
}

static void test_section_line(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    g_autofree char *all = NULL;
    char *line;

    wr(g, 0xa188, 0x00010001);
    set_name(g, "two reads");
    wr(g, MARK + 4, 1);
    rd(g, 0x4090);
    rd(g, 0x4090);
    wr(g, MARK + 4, 2);
    g_assert(g_file_get_contents(g->report, &all, NULL, NULL));
    line = strstr(all, "i915-gpu: COUNT two_reads ");
    g_assert_nonnull(line);
    g_assert_nonnull(strstr(line, " mmio-reads=2 mmio-writes=0 "));
    wr(g, MARK + 4, 2);                 /* none open */
    expect(g, "marker");
    gt_stop(g);
}

static void begin(Gt *g)
{
    wr(g, MARK + 4, 1);
}

/* a context that runs again: the GGTT is known, the TLB was emptied */
static void test_walk(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    Batch b;
    Ctx c;

    engines_up(g);
    ctx_init(&c, g, BCS, 0x20);
    ctx_map(&c, FAR, page(g), 3);
    b = batch_at(&c, 0x10000);
    put_store(&b, FAR, 1);
    put_store(&b, FAR + 8, 2);
    put(&b, BBE);
    for (int i = 0; i < 2; i++) {
        emit_batch(&c, 0x10000);
        publish(&c);
        begin(g);
        submit2(&c, NULL);
        run(g, MSEC);
    }
    /* two pages, four levels each */
    g_assert_cmpuint(section_count(g, "tlb-misses"), ==, 2);
    g_assert_cmpuint(section_count(g, "walk-steps"), ==, 8);
    g_assert_cmpuint(section_count(g, "tlb-hits"), ==, 1);
    g_assert_cmpuint(section_count(g, "ggtt-flushes"), ==, 0);
    /* the state page comes in, and goes out without its TAIL, with data */
    g_assert_cmpuint(section_count(g, "context-bytes-saved"), ==, 4092);
    g_assert_cmpuint(section_count(g, "bytes-written"), >=, 4092 + 8);
    g_assert_cmpuint(section_count(g, "bytes-read"), >=, 4096);
    gt_stop(g);
}

static void test_interrupts(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    Ctx c;

    engines_up(g);
    ctx_init(&c, g, RCS, 0x20);
    wr(g, 0x20a8, ~1u);
    wr(g, 0x4430c, 1);
    wr(g, 0x44304, ~1u);
    wr(g, 0x44200, 0x80000000);
    begin(g);
    for (int i = 0; i < 3; i++) {
        emit(&c, USER_IRQ);
        emit(&c, USER_IRQ);         /* pending already: no second edge */
        submit(&c);
        run(g, MSEC);
        wr(g, 0x44308, 1);
        wr(g, 0x44308, 1);          /* two deep */
    }
    g_assert_cmpuint(section_count(g, "interrupts"), ==, 3);
    gt_stop(g);
}

static void test_ggtt_and_flushes(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t a = page(g);

    engines_up(g);
    begin(g);
    set_pte(g, 0x5000, a | 1);          /* with a write to 0x101008 */
    g_assert_cmpuint(section_count(g, "ggtt-pte-writes"), ==, 1);
    g_assert_cmpuint(section_count(g, "ggtt-flushes"), ==, 1);
    g_assert_cmpuint(section_count(g, "walk-steps"), ==, 0);
    qpci_io_readl(g->dev, g->ap, 0x5000);
    qpci_io_writel(g->dev, g->ap, 0x5004, 1);
    g_assert_cmpuint(section_count(g, "aperture-accesses"), ==, 2);
    g_assert_cmpuint(section_count(g, "walk-steps"), ==, 1);
    qpci_io_readq(g->dev, g->mmio, 0x800000 + 5 * 8);
    g_assert_cmpuint(section_count(g, "ggtt-pte-reads"), ==, 1);
    wr(g, 0x4260, 1);
    wr(g, 0x426c, 1);
    g_assert_cmpuint(section_count(g, "invalidations"), ==, 2);
    reset_gpu(g, 2);
    g_assert_cmpuint(section_count(g, "engine-resets"), ==, 1);
    reset_gpu(g, 1);
    g_assert_cmpuint(section_count(g, "engine-resets"), ==, 1 + NENG);
    gt_stop(g);
}

/* 16 by 4 pixels of 4 bytes, filled, then copied */
static void test_copied(const void *chip)
{
    static const uint32_t fill[] = {
        0x54300005, 3 << 24 | 0xf0 << 16 | 64, 0, 4 << 16 | 16, 0x400000, 0, 7
    };
    static const uint32_t copy[] = {
        0x54f00008, 3 << 24 | 0xcc << 16 | 64, 0, 4 << 16 | 16, 0x401000, 0, 0,
        64, 0x400000, 0
    };
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t to = page(g);
    Batch b;
    Ctx c;

    engines_up(g);
    ctx_init(&c, g, BCS, 0x20);
    ctx_map(&c, 0x400000, page(g), 3);
    ctx_map(&c, 0x401000, to, 3);
    b = batch_at(&c, 0x10000);
    for (int i = 0; i < ARRAY_SIZE(fill); i++) {
        put(&b, fill[i]);
    }
    for (int i = 0; i < ARRAY_SIZE(copy); i++) {
        put(&b, copy[i]);
    }
    put(&b, BBE);
    emit_batch(&c, 0x10000);
    publish(&c);
    begin(g);
    submit2(&c, NULL);
    run(g, MSEC);
    g_assert_cmphex(mem(g, to + 0xfc), ==, 7);
    g_assert_cmpuint(section_count(g, "bytes-copied"), ==, 2 * 16 * 4 * 4);
    gt_stop(g);
}

/* A waits, is submitted again, then B takes its place */
static void test_switches(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t sem;
    uint32_t ga;
    Ctx a, b;

    engines_up(g);
    ga = ggtt_page(g, &sem);
    ctx_init(&a, g, RCS, 0x20);
    ctx_init(&b, g, RCS, 0x40);
    emit(&a, SEM_WAIT | GGTT | SEM_GE);
    emit(&a, 1);
    emit(&a, ga);
    emit(&a, 0);
    begin(g);
    submit(&a);
    run(g, 30 * USEC);
    emit(&a, NOOP);
    emit(&a, NOOP);
    submit(&a);
    run(g, 30 * USEC);
    g_assert_cmpuint(section_count(g, "lite-restores"), ==, 1);
    g_assert_cmpuint(section_count(g, "context-switches"), ==, 1);
    emit(&b, NOOP);
    emit(&b, NOOP);
    submit(&b);
    run(g, 300 * USEC);
    g_assert_cmpuint(section_count(g, "preemptions"), ==, 1);
    g_assert_cmpuint(section_count(g, "elsp-writes"), ==, 3);
    g_assert_cmpuint(section_count(g, "context-switches"), ==, 2);
    g_assert_cmpuint(section_count(g, "context-bytes-saved"), ==, 2 * 4092);
    /* active, lite restore, preempted, complete */
    g_assert_cmpuint(section_count(g, "status-events"), ==, 4);
    gt_stop(g);
}

void add_count_tests(void)
{
    add(ON_BOTH, "count/walk", test_walk);
    add(ON_BOTH, "count/interrupts", test_interrupts);
    add(ON_BOTH, "count/ggtt-and-flushes", test_ggtt_and_flushes);
    add(ON_BOTH, "count/copied", test_copied);
    add(ON_BOTH, "count/switches", test_switches);
    add(ON_BOTH, "count/mmio", test_mmio);
    add(ON_BOTH, "count/work", test_work);
    add(ON_BOTH, "count/section-line", test_section_line);
}

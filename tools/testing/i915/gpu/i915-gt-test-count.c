// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual Intel GPU, tests: counters and the marker window. */
#include "i915-gt-lib.h"

#define MARK    0x7f0000

/* index of a counter by its label */
static int counter(Gt *g, const char *name)
{
    uint32_t n = rd(g, MARK + 8);

    for (int i = 0; i < n; i++) {
        char label[33] = "";

        for (int k = 0; k < 32; k += 4) {
            uint32_t v = rd(g, MARK + 0x1000 + 32 * i + k);

            memcpy(label + k, &v, 4);
        }
        if (!strcmp(label, name)) {
            return i;
        }
    }
    g_test_message("no counter %s", name);
    g_assert_not_reached();
}

static uint64_t total(Gt *g, const char *name)
{
    uint32_t at = MARK + 0x100 + 8 * counter(g, name);

    return rd(g, at) | (uint64_t)rd(g, at + 4) << 32;
}

static uint64_t section(Gt *g, const char *name)
{
    return rd(g, MARK + 0x800 + 8 * counter(g, name));
}

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
    r = total(g, "mmio-reads");
    w = total(g, "mmio-writes");
    p = total(g, "ggtt-pte-writes");
    g_assert_cmpuint(total(g, "mmio-reads"), ==, r);    /* not counted */
    rd(g, 0x4090);
    rd(g, 0x4090);
    wr(g, 0x4090, 1);
    g_assert_cmpuint(total(g, "mmio-reads"), ==, r + 2);
    g_assert_cmpuint(total(g, "mmio-writes"), ==, w + 1);
    set_pte(g, 0x1000, 1);
    set_pte(g, 0x2000, 1);
    g_assert_cmpuint(total(g, "ggtt-pte-writes"), ==, p + 2);
    g_assert_cmpuint(total(g, "mmio-writes"), ==, w + 3);
    g_assert_cmpuint(total(g, "guest-instructions"), ==, 0);
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
    emit(&c, 1 << 18);
    for (int i = 0; i < 4; i++) {
        emit(&c, 0);
    }
    publish(&c);
    wr(g, MARK + 4, 1);
    submit2(&c, NULL);
    run(g, MSEC);
    g_assert_cmpuint(section(g, "elsp-writes"), ==, 1);
    g_assert_cmpuint(section(g, "mmio-writes"), ==, 4);
    g_assert_cmpuint(section(g, "mmio-reads"), ==, 0);
    g_assert_cmpuint(section(g, "context-switches"), ==, 1);
    g_assert_cmpuint(section(g, "context-bytes-saved"), ==, 4092);
    g_assert_cmpuint(section(g, "status-events"), ==, 2);
    g_assert_cmpuint(section(g, "tlb-misses"), ==, 2);
    g_assert_cmpuint(section(g, "invalidations"), ==, 1);
    /* BBS, store, end, flush, padding */
    g_assert_cmpuint(section(g, "commands"), ==, 5);
    g_assert_cmpuint(section(g, "bytes-copied"), ==, 0);
    g_assert_cmpuint(section(g, "strict-reports"), ==, 0);
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

void add_count_tests(void)
{
    add(ON_BOTH, "count/mmio", test_mmio);
    add(ON_BOTH, "count/work", test_work);
    add(ON_BOTH, "count/section-line", test_section_line);
}

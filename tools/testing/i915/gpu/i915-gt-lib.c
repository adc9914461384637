// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU, tests without a kernel: the library.
 *
 * The test plays the driver: it writes page tables, context images and ring
 * contents into guest RAM and talks to the registers. The guest's clock moves
 * only when run() says so, hence every result is exact.
 */
#include "i915-gt-lib.h"
#include "hw/pci/pci_regs.h"
#include <glib/gstdio.h>

#define RAM_FIRST   0x02000000
#define BIOS_BYTES  65536

const uint32_t eng_base[NENG] = { 0x2000, 0x22000, 0x12000, 0x1a000 };
const char *const eng_name[NENG] = { "rcs0", "bcs0", "vcs0", "vecs0" };

/* ---------------------------------------------------------------- machine */

static void make_files(Gt *g)
{
    static const char zero[BIOS_BYTES];
    int fd = g_file_open_tmp("i915-gt-bios-XXXXXX", &g->bios, NULL);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, zero, BIOS_BYTES), ==, BIOS_BYTES);
    close(fd);
    fd = g_file_open_tmp("i915-gt-report-XXXXXX", &g->report, NULL);
    g_assert_cmpint(fd, >=, 0);
    close(fd);
}

Gt *gt_start(int chip, const char *props)
{
    Gt *g = g_new0(Gt, 1);

    make_files(g);
    g->chip = chip & SKL;
    g->qts = qtest_initf("-machine pc -nodefaults -vga none -m 256 -bios %s "
                         "-global apic.vapic=off "
                         "-device intel-gt,addr=4.0,variant=%s,report=%s%s%s%s",
                         g->bios, g->chip == SKL ? "skl" : "bdw", g->report,
                         chip & ASYNC ? ",inline=0" : "",
                         props ? "," : "", props ? props : "");
    g->bus = qpci_new_pc(g->qts, NULL);
    g->dev = qpci_device_find(g->bus, QPCI_DEVFN(4, 0));
    g_assert_nonnull(g->dev);
    qpci_device_enable(g->dev);
    g->mmio = qpci_iomap(g->dev, 0, NULL);
    g->ap = qpci_iomap(g->dev, 2, NULL);
    g->next_page = RAM_FIRST;
    g->next_ga = 0x100000;
    return g;
}

void gt_stop(Gt *g)
{
    g_autofree char *left = report_text(g);

    g_assert_cmpstr(left, ==, "");
    qtest_quit(g->qts);
    g_free(g->dev);
    qpci_free_pc(g->bus);
    g_unlink(g->report);
    g_unlink(g->bios);
    g_free(g->report);
    g_free(g->bios);
    g_free(g);
}

uint32_t rd(Gt *g, uint32_t a)
{
    return qpci_io_readl(g->dev, g->mmio, a);
}

void wr(Gt *g, uint32_t a, uint32_t v)
{
    qpci_io_writel(g->dev, g->mmio, a, v);
}

void wrm(Gt *g, uint32_t a, uint32_t bits, uint32_t on)
{
    wr(g, a, bits << 16 | (on ? bits : 0));
}

void run(Gt *g, int64_t ns)
{
    qtest_clock_step(g->qts, ns);
}

uint32_t mem(Gt *g, uint64_t gpa)
{
    return qtest_readl(g->qts, gpa);
}

void set_mem(Gt *g, uint64_t gpa, uint32_t v)
{
    qtest_writel(g->qts, gpa, v);
}

/* ---------------------------------------------------------------- reports */

/* STRICT lines not judged yet */
char *report_text(Gt *g)
{
    g_autofree char *all = NULL;
    g_auto(GStrv) lines = NULL;
    GString *out = g_string_new("");
    gsize len;

    g_assert(g_file_get_contents(g->report, &all, &len, NULL));
    lines = g_strsplit(all + g->seen, "\n", -1);
    g->seen = len;
    for (char **l = lines; *l; l++) {
        if (g_str_has_prefix(*l, "i915-gpu: STRICT ")) {
            g_string_append_printf(out, "%s\n", *l);
        }
    }
    return g_string_free(out, false);
}

bool reported(Gt *g, const char *kind)
{
    g_autofree char *text = report_text(g);
    g_autofree char *want = g_strdup_printf("i915-gpu: STRICT %s: engine ",
                                            kind);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    bool found = false;

    for (char **l = lines; *l && **l; l++) {
        if (!g_str_has_prefix(*l, want)) {
            g_test_message("unexpected: %s", *l);
            return false;
        }
        found = true;
    }
    return found;
}

void expect(Gt *g, const char *kind)
{
    if (!reported(g, kind)) {
        g_test_message("expected a report of kind %s, and no other", kind);
        g_test_fail();
    }
}

/* --------------------------------------------------------------- counters */

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

uint64_t total_count(Gt *g, const char *name)
{
    uint32_t at = MARK + 0x100 + 8 * counter(g, name);

    return rd(g, at) | (uint64_t)rd(g, at + 4) << 32;
}

uint64_t section_count(Gt *g, const char *name)
{
    return rd(g, MARK + 0x800 + 8 * counter(g, name));
}

/* ----------------------------------------------------------------- faults */

#define WIN         0x7f2000
#define WIN_CMD     (WIN + 0x4)
#define WIN_RULE    (WIN + 0x8)
#define WIN_HITS    (WIN + 0xc)
#define WIN_TEXT    (WIN + 0x100)
#define WIN_WHY     (WIN + 0x400)

static bool window_arm(Gt *g, const char *rule)
{
    uint32_t text[64] = { 0 };

    g_assert_cmphex(rd(g, WIN), ==, 0x544c4146);
    g_assert_cmpint(strlen(rule), <, sizeof(text));
    memcpy(text, rule, strlen(rule));
    for (int i = 0; i < ARRAY_SIZE(text); i++) {
        wr(g, WIN_TEXT + 4 * i, text[i]);
    }
    wr(g, WIN_CMD, 1);
    return !rd(g, WIN_CMD);
}

static char *window_why(Gt *g)
{
    uint32_t why[256];

    for (int i = 0; i < ARRAY_SIZE(why); i++) {
        why[i] = rd(g, WIN_WHY + 4 * i);
    }
    return g_strndup((char *)why, sizeof(why));
}

unsigned arm(Gt *g, const char *rule)
{
    if (!window_arm(g, rule)) {
        g_autofree char *why = window_why(g);

        g_test_message("%s: %s", rule, why);
        g_assert_not_reached();
    }
    return rd(g, WIN_RULE);
}

char *refused(Gt *g, const char *rule)
{
    return window_arm(g, rule) ? NULL : window_why(g);
}

void disarm(Gt *g)
{
    wr(g, WIN_CMD, 2);
}

unsigned fault_hits(Gt *g, unsigned rule)
{
    wr(g, WIN_RULE, rule);
    return rd(g, WIN_HITS);
}

unsigned fault_lines(Gt *g, const char *what)
{
    g_autofree char *all = NULL;
    g_autofree char *want = g_strdup_printf("i915-gpu: FAULT %s: ", what);
    unsigned n = 0;

    g_assert(g_file_get_contents(g->report, &all, NULL, NULL));
    for (char *at = all; (at = strstr(at, want)); at++) {
        n++;
    }
    return n;
}

/* ------------------------------------------------------------- interrupts */

#define MSI_DATA    0x4711

static const struct {
    uint32_t bank;          /* ISR of the bank */
    int shift;
} where[NENG] = {
    [RCS] = { 0x44300, 0 }, [BCS] = { 0x44300, 16 },
    [VCS] = { 0x44310, 0 }, [VECS] = { 0x44330, 0 },
};

uint64_t aim_msi(Gt *g)
{
    uint8_t cap = qpci_find_capability(g->dev, PCI_CAP_ID_MSI, 0);
    uint64_t at = page(g);
    uint16_t flags;

    g_assert_cmpint(cap, !=, 0);
    flags = qpci_config_readw(g->dev, cap + PCI_MSI_FLAGS);
    g_assert(!(flags & PCI_MSI_FLAGS_64BIT));
    qpci_config_writel(g->dev, cap + PCI_MSI_ADDRESS_LO, at);
    qpci_config_writew(g->dev, cap + PCI_MSI_DATA_32, MSI_DATA);
    qpci_config_writew(g->dev, cap + PCI_MSI_FLAGS,
                       flags | PCI_MSI_FLAGS_ENABLE);
    return at;
}

bool msi(Gt *g, uint64_t at)
{
    bool came = mem(g, at) == MSI_DATA;

    set_mem(g, at, 0);
    return came;
}

void unmask(Gt *g, int eng, uint32_t bits)
{
    wr(g, eng_base[eng] + 0xa8, ~(bits << where[eng].shift));
    wr(g, where[eng].bank + 0xc, bits << where[eng].shift);
    wr(g, where[eng].bank + 4, ~(bits << where[eng].shift));
    wr(g, 0x44200, 0x80000000);
}

uint32_t iir(Gt *g, int eng)
{
    return (rd(g, where[eng].bank + 8) >> where[eng].shift) & 0xffff;
}

void iir_clear(Gt *g, int eng, uint32_t bits)
{
    wr(g, where[eng].bank + 8, bits << where[eng].shift);
}

/* ----------------------------------------------------------------- memory */

uint64_t page(Gt *g)
{
    uint64_t p = g->next_page;

    g->next_page += 0x1000;
    return p;
}

void set_pte(Gt *g, uint32_t ga, uint64_t pte)
{
    qpci_io_writeq(g->dev, g->mmio, 0x800000 + (ga >> 12) * 8, pte);
    wr(g, 0x101008, 1);
}

uint32_t map_ggtt(Gt *g, uint64_t gpa)
{
    uint32_t ga = g->next_ga;

    g->next_ga += 0x1000;
    set_pte(g, ga, gpa | 1);
    return ga;
}

uint32_t ggtt_page(Gt *g, uint64_t *gpa)
{
    *gpa = page(g);
    return map_ggtt(g, *gpa);
}

/* --------------------------------------------------- engines and contexts */

/* all forcewake domains */
void wake(Gt *g)
{
    wr(g, 0xa188, 0x00010001);
    if (g->chip == SKL) {
        wr(g, 0xa278, 0x00010001);
        wr(g, 0xa270, 0x00010001);
    }
}

void engines_up(Gt *g)
{
    wake(g);
    wr(g, 0x40e0, 0x00000007);
    wr(g, 0x40e4, 0x3b2b1b0b);
    for (int i = 0; i < NENG; i++) {
        uint32_t b = eng_base[i];

        if (!g->hwsp[i]) {
            wr(g, b + 0x80, ggtt_page(g, &g->hwsp[i]));
        }
        wr(g, b + 0x29c, 0x80008000);
        wr(g, b + 0x9c, 0x01000000);
        wr(g, b + 0x3a0, 0xffff0505);
        set_mem(g, g->hwsp[i] + 0x7c, 5);
        g->csb_rd[i] = 5;
    }
}

void ask_reset(Gt *g, uint32_t gdrst, bool ask)
{
    static const uint32_t bit[NENG] = { 1 << 1, 1 << 3, 1 << 2, 1 << 4 };

    for (int i = 0; i < NENG; i++) {
        if (gdrst & (bit[i] | 1)) {
            wrm(g, eng_base[i] + 0xd0, 1, ask);
        }
    }
}

void reset_gpu(Gt *g, uint32_t gdrst)
{
    ask_reset(g, gdrst, true);
    wr(g, 0x941c, gdrst);
    ask_reset(g, gdrst, false);
}

/* of the context image, its status page included */
unsigned image_pages(Gt *g, int eng)
{
    return eng != RCS ? 2 : g->chip == SKL ? 22 : 20;
}

void ctx_set(Ctx *c, unsigned dw, uint32_t v)
{
    set_mem(c->g, c->state + 4 * dw, v);
}

uint32_t ctx_get(Ctx *c, unsigned dw)
{
    return mem(c->g, c->state + 4 * dw);
}

static void reg_slot(Ctx *c, unsigned dw, uint32_t reg, uint32_t v)
{
    ctx_set(c, dw, eng_base[c->eng] + reg);
    ctx_set(c, dw + 1, v);
}

/* a fresh image: ring of one page, restore inhibited */
void ctx_init(Ctx *c, Gt *g, int eng, uint32_t id)
{
    static const uint16_t zero_regs[][2] = {
        { 0x0c, 0x168 }, { 0x0e, 0x140 }, { 0x10, 0x110 }, { 0x12, 0x11c },
        { 0x14, 0x114 }, { 0x16, 0x118 }, { 0x22, 0x3a8 }, { 0x24, 0x28c },
        { 0x26, 0x288 }, { 0x28, 0x284 }, { 0x2a, 0x280 }, { 0x2c, 0x27c },
        { 0x2e, 0x278 },
    };
    bool short_list = g->chip == BDW && eng != RCS;
    uint64_t rest;

    memset(c, 0, sizeof(*c));
    c->g = g;
    c->eng = eng;
    c->id = id;
    c->flags = 0x119;
    c->lrca = ggtt_page(g, &c->pphwsp);
    ggtt_page(g, &c->state);
    for (int k = 2; k < image_pages(g, eng); k++) {
        ggtt_page(g, &rest);
    }
    c->ring_ga = ggtt_page(g, &c->ring);
    c->pml4 = page(g);
    ctx_set(c, 0x01, short_list ? 0x11000015 : 0x1100101b);
    reg_slot(c, 0x02, 0x244, 0x000f0009);
    reg_slot(c, 0x04, 0x34, 0);
    reg_slot(c, 0x06, 0x30, 0);
    reg_slot(c, 0x08, 0x38, c->ring_ga);
    reg_slot(c, 0x0a, 0x3c, 1);
    for (int i = 0; i < ARRAY_SIZE(zero_regs); i++) {
        reg_slot(c, zero_regs[i][0], zero_regs[i][1], 0);
    }
    ctx_set(c, 0x21, short_list ? 0x11000011 : 0x11001011);
    reg_slot(c, 0x30, 0x274, c->pml4 >> 32);
    reg_slot(c, 0x32, 0x270, c->pml4);
}

/* guest-physical address of the entry for va in the table of a level */
uint64_t pde_of(Ctx *c, uint64_t va, int lvl)
{
    uint64_t table = c->pml4;

    for (int l = 4; ; l--) {
        uint64_t at = table + 8 * ((va >> (12 + 9 * (l - 1))) & 511);
        uint64_t ent = qtest_readq(c->g->qts, at);

        if (l == lvl) {
            return at;
        }
        if (!(ent & 1)) {
            ent = page(c->g) | 3;
            qtest_writeq(c->g->qts, at, ent);
        }
        table = ent & 0x7ffffff000ULL;
    }
}

void ctx_map(Ctx *c, uint64_t va, uint64_t gpa, uint32_t bits)
{
    qtest_writeq(c->g->qts, pde_of(c, va, 1), gpa | bits);
}

void emit(Ctx *c, uint32_t dw)
{
    set_mem(c->g, c->ring + c->tail, dw);
    c->tail = (c->tail + 4) & 0xfff;
}

void emit_batch(Ctx *c, uint64_t va)
{
    emit(c, BBS_PP);
    emit(c, va);
    emit(c, va >> 32);
}

void publish(Ctx *c)
{
    if (c->tail & 7) {
        emit(c, NOOP);
    }
    ctx_set(c, 0x07, c->tail);
}

void submit2(Ctx *a, Ctx *b)
{
    uint32_t elsp = eng_base[a->eng] + 0x230;

    wr(a->g, elsp, b ? b->id : 0);
    wr(a->g, elsp, b ? b->lrca | b->flags : 0);
    wr(a->g, elsp, a->id);
    wr(a->g, elsp, a->lrca | a->flags);
}

void submit(Ctx *a)
{
    publish(a);
    submit2(a, NULL);
}

Batch batch_at(Ctx *c, uint64_t va)
{
    Batch b = { .g = c->g, .gpa = page(c->g) };

    ctx_map(c, va, b.gpa, 3);
    return b;
}

void put(Batch *b, uint32_t dw)
{
    set_mem(b->g, b->gpa + 4 * b->n++, dw);
}

void put_store(Batch *b, uint64_t va, uint32_t v)
{
    put(b, STORE);
    put(b, va);
    put(b, va >> 32);
    put(b, v);
}

/* ----------------------------------------------------------------- events */

/* the next entry of the status buffer, as a driver reads it */
void expect_event(Gt *g, int eng, uint32_t lo, uint32_t id)
{
    uint64_t hwsp = g->hwsp[eng];
    uint32_t wp = mem(g, hwsp + 0x7c);

    g_assert_cmphex(wp, !=, g->csb_rd[eng]);
    g->csb_rd[eng] = (g->csb_rd[eng] + 1) % 6;
    g_assert_cmphex(mem(g, hwsp + 0x40 + 8 * g->csb_rd[eng]), ==, lo);
    g_assert_cmphex(mem(g, hwsp + 0x44 + 8 * g->csb_rd[eng]), ==, id);
}

void expect_no_event(Gt *g, int eng)
{
    g_assert_cmphex(mem(g, g->hwsp[eng] + 0x7c), ==, g->csb_rd[eng]);
}

/* ------------------------------------------------------------------ tests */

void add(int chips, const char *path, void (*fn)(const void *))
{
    static const char *const name[] = { "bdw", "skl", "async" };

    for (int chip = BDW; chip <= ASYNC; chip++) {
        if (chips & (1 << chip)) {
            g_autofree char *p = g_strdup_printf("/i915-gt/%s/%s",
                                                 name[chip], path);

            qtest_add_data_func(p, (void *)(intptr_t)chip, fn);
        }
    }
}

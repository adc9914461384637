// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: strict reports.
 *
 * A report says who did what where and what to do about it. Equal lines are
 * printed once, at most strict-max lines of a kind; all are counted.
 */
#include "gt_reg_table.h"
#include "qapi/error.h"

static const char *const kind_name[SK_NKIND] = {
    [SK_STALE_TLB] = "stale-tlb",
    [SK_STALE_GGTT] = "stale-ggtt",
    [SK_PAGE_FAULT] = "page-fault",
    [SK_GGTT_ABSENT] = "ggtt-absent",
    [SK_NOT_RAM] = "not-ram",
    [SK_READ_ONLY] = "read-only",
    [SK_PTE] = "pte",
    [SK_CONTEXT] = "context",
    [SK_DESCRIPTOR] = "descriptor",
    [SK_ELSP_PENDING] = "elsp-pending",
    [SK_RUNLIST] = "runlist-off",
    [SK_TAIL] = "tail",
    [SK_COMMAND] = "command",
    [SK_ENGINE] = "engine",
    [SK_LENGTH] = "length",
    [SK_BATCH] = "batch",
    [SK_PRIVILEGE] = "privilege",
    [SK_REGISTER] = "register",
    [SK_REGISTER_RO] = "register-ro",
    [SK_MASK] = "mask",
    [SK_FORCEWAKE] = "forcewake",
    [SK_MARKER] = "marker",
    [SK_LITE_RESTORE] = "lite-restore",
    [SK_CONTEXT_SIZE] = "context-size",
    [SK_RESET_ORDER] = "reset-order",
    [SK_FLUSH] = "flush",
    [SK_MEANT] = "meant",
    [SK_GGTT_IN_USE] = "ggtt-in-use",
    [SK_PAT] = "pat",
    [SK_MOCS] = "mocs",
    [SK_WRITE_TO_TABLE] = "write-to-table",
    [SK_PREFETCH] = "prefetch",
};

const char *gt_kind_name(enum GtKind kind)
{
    return kind_name[kind];
}

/* true if the line is new */
static bool first_time(GtDev *s, const char *line)
{
    return g_hash_table_add(s->said, g_strdup(line));
}

void gt_strict(GtDev *s, GtEng *e, enum GtKind kind, uint64_t addr,
               const char *fmt, ...)
{
    g_autofree char *text = NULL, *line = NULL;
    va_list ap;

    if (!s->strict) {
        return;
    }
    COUNT(s, CN_STRICT);
    if (++s->strict_n[kind] > 64 * (uint64_t)s->strict_max) {
        return;                 /* do not even format */
    }
    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    line = g_strdup_printf("i915-gpu: STRICT %s: engine %s ctx %08x addr %"
                           PRIx64 " cmd %08x: %s\n", kind_name[kind],
                           e ? e->def->name : "cpu",
                           e && e->cur >= 0 ? ELEM_LRCA(e->el[e->cur]) : 0,
                           addr, e ? e->cmd : 0, text);
    if (!first_time(s, line) || s->strict_said[kind] >= s->strict_max) {
        return;
    }
    s->strict_said[kind]++;
    fputs(line, s->out);
    fflush(s->out);
}

void gt_trace(GtDev *s, const char *fmt, ...)
{
    va_list ap;

    fprintf(s->out, "i915-gpu: TRACE %" PRId64 " ",
            qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    va_start(ap, fmt);
    vfprintf(s->out, fmt, ap);
    va_end(ap);
    fputc('\n', s->out);
}

void gt_check_init(GtDev *s, Error **errp)
{
    s->out = stderr;
    s->said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (s->report && *s->report) {
        s->out = fopen(s->report, "a");
        if (!s->out) {
            error_setg_errno(errp, errno, "report file %s: cannot open",
                             s->report);
            s->out = stderr;
        }
    }
}

/* Skylake: which domains the registers need, from each address on */
static const struct {
    uint32_t from;
    uint8_t need;
} skl_domain[] = {
    { 0x00000, FW_GT }, { 0x00b00, FW_NONE }, { 0x02000, FW_RENDER },
    { 0x02700, FW_GT }, { 0x03000, FW_RENDER }, { 0x04000, FW_GT },
    { 0x05200, FW_RENDER }, { 0x08000, FW_GT }, { 0x08130, FW_MEDIA },
    { 0x08140, FW_RENDER }, { 0x08160, FW_GT }, { 0x08300, FW_RENDER },
    { 0x08500, FW_GT }, { 0x08800, FW_MEDIA }, { 0x08a00, FW_GT },
    { 0x08c00, FW_RENDER }, { 0x08d00, FW_GT },
    { 0x09400, FW_RENDER | FW_MEDIA }, { 0x09800, FW_GT },
    { 0x0b000, FW_RENDER }, { 0x0b480, FW_GT }, { 0x0d000, FW_MEDIA },
    { 0x0d800, FW_GT }, { 0x0e000, FW_RENDER }, { 0x0e900, FW_GT },
    { 0x12000, FW_MEDIA }, { 0x14000, FW_GT }, { 0x1a000, FW_MEDIA },
    { 0x1ea00, FW_GT }, { 0x24400, FW_RENDER }, { 0x24800, FW_GT },
    { 0x30000, FW_MEDIA }, { FW_END, FW_NONE },
};

/* domains held awake, by request or because their engine runs */
static unsigned domains_awake(GtDev *s)
{
    unsigned awake = 0;

    if (R(s, REG_FW_GT)) {
        awake |= s->chip == CHIP_SKL ? FW_GT : FW_ALL;
    }
    awake |= R(s, REG_FW_RENDER) ? FW_RENDER : 0;
    awake |= R(s, REG_FW_MEDIA) ? FW_MEDIA : 0;
    for (int i = 0; i < GT_NENG; i++) {
        if (s->eng[i].cur >= 0) {
            awake |= s->chip == CHIP_SKL ? s->eng[i].def->fw_skl | FW_GT :
                                           FW_ALL;
        }
    }
    return awake;
}

static unsigned domains_needed(GtDev *s, uint32_t a)
{
    int i = 0;

    if (a >= FW_END) {
        return FW_NONE;
    }
    if (s->chip == CHIP_BDW) {
        return FW_ALL;          /* one domain, that of FORCEWAKE_MT */
    }
    while (a >= skl_domain[i + 1].from) {
        i++;
    }
    return skl_domain[i].need;
}

/* does the register do without forcewake? */
static bool always_awake(GtDev *s, uint32_t a, bool wr)
{
    static const uint32_t shadowed[] = {
        0x02030, 0x0a008, 0x0a00c, 0x12030, 0x1a030, 0x22030
    };
    GtEng *e = gt_engine_at(s, a);
    uint32_t off = e ? a - e->def->base : 0;

    if (a == REG_FW_ACK_RENDER || a == REG_FW_ACK_MEDIA ||
        (a >= 0xa000 && a < 0xb000)) {
        return true;
    }
    if (off == ENG_CSB_PTR || (off >= ENG_ELSP && off <= ENG_EXECLIST_HI)) {
        return true;
    }
    for (int i = 0; wr && i < ARRAY_SIZE(shadowed); i++) {
        if (a == shadowed[i]) {
            return true;
        }
    }
    return false;
}

/*
 * Registers below 0x40000 sleep while all engines of their domain are idle,
 * unless the domain is held: reads give garbage, writes are lost. Exempt are
 * writes that hardware shadows, the frequency block and the execlist
 * registers (the stock driver relies on all of these).
 */
void gt_check_forcewake(GtDev *s, uint32_t a, bool wr)
{
    unsigned missing;

    if (!s->strict || a >= FW_END) {
        return;
    }
    missing = domains_needed(s, a) & ~domains_awake(s);
    if (!missing || always_awake(s, a, wr)) {
        return;
    }
    gt_strict(s, NULL, SK_FORCEWAKE, a, "register %s without forcewake%s",
              wr ? "written" : "read",
              s->chip == CHIP_BDW ? "" :
              missing == FW_RENDER ? " of the render domain" :
              missing == FW_MEDIA ? " of the media domain" :
              missing == FW_GT ? " of the GT domain" :
              " of the render and media domains");
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual Intel GPU: what the rooms of the model share.
 *
 * All state is protected by QEMU's big lock; there are no threads. Engines
 * run from one QEMU_CLOCK_VIRTUAL timer each, in bounded slices.
 */
#ifndef GT_INT_H
#define GT_INT_H

#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qemu/timer.h"
#include "qemu/notify.h"
#include "hw/pci/pci.h"
#include "gt_inject.h"
#include "gt_regs.h"

#if HOST_BIG_ENDIAN
#error the virtual GPU reads guest memory in place: little-endian hosts only
#endif

#define GT_REG_BYTES    (2 * MiB)
#define GT_PTE_BYTES    (8 * MiB)
#define GT_NPTE         (GT_PTE_BYTES / 8)
#define GT_MARK_BASE    0x7f0000        /* marker window in BAR0 */
#define GT_MARK_BYTES   0x2000
#define GT_FAULT_BASE   0x7f2000        /* fault window in BAR0 */
#define GT_FAULT_BYTES  0x1000
#define GT_APERTURE     (256 * MiB)
#define GT_ADDR48       0xffffffffffffULL
#define GT_PTE_ADDR     0x7ffffff000ULL
#define GT_PTE_PRESENT  1u
#define GT_PTE_WRITE    2u
#define GT_TLB          256
#define GT_RAMCACHE     1024
#define GT_TABLES       1024            /* page tables remembered */
#define GT_WALKCACHE    64
#define GT_PREFETCH     512             /* bytes of commands read ahead */
#define GT_CMD_MAX      1056            /* longest operand list fetched */

enum { RCS, BCS, VCS, VECS, GT_NENG };
#define ENG_BIT(id)     (1u << (id))
#define ENG_ALL         0xfu

enum { CHIP_BDW = 1, CHIP_SKL = 2, CHIP_ALL = 3 };

/* event bits of an engine's half of an interrupt bank */
enum {
    EV_USER = 0, EV_CS_ERROR = 3, EV_NOTIFY = 4, EV_SWITCH = 8, EV_SEMWAIT = 11
};

/* context status events */
enum {
    CSB_IDLE_ACTIVE = 0x0001, CSB_PREEMPT = 0x0002, CSB_LITE = 0x8002,
    CSB_SWITCH = 0x0014, CSB_COMPLETE = 0x0018,
    CSB_WAIT_SWITCH = 0x0084, CSB_WAIT_IDLE = 0x0088
};

/* parts of a status event, in the order hardware stores them */
enum {
    CSB_PART_ENTRY = 1, CSB_PART_POINTER = 2, CSB_PART_IRQ = 4,
    CSB_PARTS = 7
};

/* what a command handler tells the executor */
enum {
    ST_GO,      /* done: step over it */
    ST_ARB,     /* done, and an arbitration point */
    ST_JUMP,    /* done, position already set */
    ST_WAIT,    /* not satisfied: stay here */
    ST_MORE,    /* slice used up inside the command: come back */
    ST_SPIN,    /* hung: stay here, other contexts may run */
    ST_DEAD,    /* engine stopped until a reset */
};

enum GtKind {       /* strict reports, names in gt_check.c */
    SK_STALE_TLB, SK_STALE_GGTT, SK_PAGE_FAULT, SK_GGTT_ABSENT, SK_NOT_RAM,
    SK_READ_ONLY, SK_PTE, SK_CONTEXT, SK_DESCRIPTOR, SK_ELSP_PENDING,
    SK_RUNLIST, SK_TAIL, SK_COMMAND, SK_ENGINE, SK_LENGTH, SK_BATCH,
    SK_PRIVILEGE, SK_REGISTER, SK_REGISTER_RO, SK_MASK, SK_FORCEWAKE,
    SK_MARKER, SK_LITE_RESTORE, SK_CONTEXT_SIZE, SK_RESET_ORDER, SK_FLUSH,
    SK_MEANT, SK_GGTT_IN_USE, SK_PAT, SK_MOCS, SK_WRITE_TO_TABLE, SK_PREFETCH,
    SK_NKIND
};

enum GtCounter {    /* counts, names in gt_count.c */
    CN_MMIO_RD, CN_MMIO_WR, CN_IRQ, CN_ELSP, CN_CTX_SWITCH, CN_CTX_BYTES,
    CN_LITE, CN_PREEMPT, CN_CSB, CN_WALK, CN_TLB_HIT, CN_TLB_MISS, CN_INVAL,
    CN_GGTT_FLUSH, CN_GGTT_PTE, CN_GGTT_PTE_RD, CN_APERTURE, CN_BYTES_RD,
    CN_BYTES_WR, CN_BLT_BYTES, CN_CMD, CN_SLICE, CN_RESET, CN_STRICT,
    CN_GUEST_INSNS, CN_FAULT, CN_SKIPPED, CN_N
};

typedef struct GtDev GtDev;
typedef struct GtEng GtEng;

typedef struct GtLater GtLater;

typedef struct GtHung {
    GtEng *eng;
    uint32_t lrca;
    uint8_t mode;
    uint64_t in, ns;
} GtHung;

typedef struct GtElem {
    uint32_t lo, hi;
} GtElem;
#define ELEM_VALID(el)  ((el).lo & 1)
#define ELEM_FORCE(el)  ((el).lo & 4)   /* restore, even if it runs */
#define ELEM_LRCA(el)   ((el).lo & 0xfffff000u)

typedef struct GtTlbEntry {
    uint64_t tag;               /* virtual page | 1, 0 when empty */
    uint64_t leaf;
} GtTlbEntry;

/* what never changes about an engine */
typedef struct GtEngDef {
    const char *name;
    uint32_t base;
    uint32_t reset_bit;         /* in REG_GDRST */
    uint32_t tlb_reg;           /* invalidation register */
    uint8_t bank, shift;        /* interrupt bank and half */
    uint8_t fault_id;           /* in REG_FAULT */
    uint8_t fw_skl;             /* forcewake domain on Skylake, FW_* */
} GtEngDef;

struct GtEng {
    GtDev *gt;
    const GtEngDef *def;
    int id;
    QEMUTimer *timer;

    /* submission */
    uint32_t elsp[4];
    unsigned elsp_n;
    GtElem el[2];               /* active elements */
    GtElem pend[2];             /* submitted, not yet acknowledged */
    bool have_pend;
    int cur;                    /* running element, -1 none */
    unsigned wp;                /* last written status entry */
    uint32_t last_reason;

    /* condition */
    bool dead;                  /* error or fault: only a reset helps */
    bool held;                  /* RESET_CTL request */
    bool waiting;               /* unsatisfied semaphore */
    bool wait_told;             /* event bit 11 already raised */
    bool signalled;             /* a semaphore signal came meanwhile */
    bool null_pc;               /* the last PIPE_CONTROL did nothing */
    int64_t wait_since;
    unsigned backoff;
    int budget;                 /* left of this slice */

    /* ring, batch levels (0 = ring), address space */
    uint32_t head, tail, start, size;
    bool arb;
    int lvl;
    uint64_t bb[3];
    bool bbpp[3];               /* PPGTT, hence not privileged */
    uint64_t pdp[4];            /* pdp[0] is the PML4 in 4-level mode */
    bool four_level;
    int64_t ts_load;
    uint32_t ts_base;
    int blt_row;                /* rows done of the blit in progress */

    /* faults on demand */
    uint8_t hang;               /* HANG_* in force or about to be */
    uint64_t hang_in;           /* commands until then */
    uint64_t hang_ns;           /* how long, 0 = until a reset */
    bool deaf;                  /* does not even stop */
    GtElem ran[2];              /* loaded last, and before that */
    int64_t sem_until;          /* semaphore seen satisfied only then */
    unsigned csb_queued;        /* status events on their way */
    bool inval_lost;            /* TLB may be stale by a fault */

    /* command in progress, for reports */
    uint64_t cmd_at;
    uint32_t cmd;

    GtTlbEntry tlb[GT_TLB];
    uint64_t f_va;              /* fetch window */
    bool f_pp;
    uint8_t *f_host;

    /* checks */
    uint64_t ahead_page;        /* page whose successor was looked for */
    uint64_t stored_ahead;      /* command stored to after it was fetched */
    uint64_t mocs_set;          /* indices written since the reset */
    GtTlbEntry walked[GT_WALKCACHE];    /* upper levels: tag, next table */
};

struct GtDev {
    PCIDevice dev;
    MemoryRegion bar0, regs_mr, gtt_mr, mark_mr, fault_mr, bar2;
    AddressSpace *as;           /* DMA, gated by bus mastering */
    GtEng eng[GT_NENG];
    uint32_t *regs;             /* GT_REG_BYTES of storage */
    uint16_t *regidx;           /* per dword: row of the register table + 1 */
    uint32_t *ctxregs[GT_NENG]; /* registers saved with a context */
    unsigned n_ctxregs[GT_NENG];
    uint64_t *gtt;
    uint64_t *gtt_tlb;          /* GGTT translations in use since the flush */
    uint32_t *gtt_tlb_epoch;
    uint32_t gtt_epoch;
    struct {
        uint64_t gpa;
        uint8_t *host;
    } ram[GT_RAMCACHE];
    struct {
        uint64_t gpa, root, va;
        int lvl;
    } table[GT_TABLES];         /* page tables as last walked */
    uint8_t pat_set;            /* halves of PRIVATE_PAT ever written */
    uint32_t iir2[4];           /* second latch of each IIR bit */
    bool line;
    int64_t rc6_ns, rc6_since;
    uint32_t ring_freq[256];    /* pcode's table, by GPU frequency */
    int64_t ei_since[2];        /* up and down evaluation interval */

    /* faults on demand */
    uint64_t armed;             /* bit per enum GtFault */
    GtRule rule[GT_RULES];
    uint64_t random;            /* state of the generator: chance of rules */
    QTAILQ_HEAD(, GtLater) later;
    QEMUTimer *later_timer;
    uint32_t fw_ack[3];
    bool gone, flush_lost;
    GtHung hung[GT_HUNG];       /* preempted in a batch that hangs */
    unsigned n_hung;
    struct {
        GtEng *eng;
        uint32_t lrca;
        uint64_t batch;
    } batch[64];                /* batches of contexts, for the key "batch" */
    uint32_t fault_text[GT_RULE_TEXT / 4], fault_why[GT_WHY / 4];
    uint32_t fault_rule, fault_status, fault_seed;

    /* counters and marker */
    uint64_t count[CN_N], mark[CN_N];
    uint64_t strict_n[SK_NKIND];
    uint32_t strict_said[SK_NKIND];
    uint32_t mark_name[16];
    bool mark_open;
    Notifier exit_n;
    FILE *out;
    GHashTable *said;

    /* properties */
    char *variant, *report, *faults;
    uint8_t chip;
    uint64_t seed;              /* 0: the schedule does not vary */
    uint64_t vary;              /* state of the generator: schedule */
    uint32_t trace, inl, latency, slice, strict_max;
    bool strict, break_inval, rc6, walk_cache;
};

#define R(s, a)         ((s)->regs[(a) >> 2])
#define ER(e, o)        R((e)->gt, (e)->def->base + (o))
#define COUNT(s, c)     ((s)->count[c]++)

#define GT_TRACE(s, lvl, ...) do {                                          \
        if ((s)->trace >= (lvl)) {                                          \
            gt_trace(s, __VA_ARGS__);                                       \
        }                                                                   \
    } while (0)

/* gt_check.c: e is NULL for what the CPU did */
void gt_strict(GtDev *s, GtEng *e, enum GtKind kind, uint64_t addr,
               const char *fmt, ...) G_GNUC_PRINTF(5, 6);
void gt_trace(GtDev *s, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void gt_check_init(GtDev *s, Error **errp);
const char *gt_kind_name(enum GtKind kind);
void gt_check_forcewake(GtDev *s, uint32_t a, bool wr);

/* gt_count.c */
void gt_count_init(GtDev *s);
void gt_count_exit(GtDev *s);

/* gt_regtab.c, gt_regs.c, gt_reghooks.c */
void gt_regs_init(GtDev *s);
void gt_regs_power_on(GtDev *s);
void gt_regs_engine_reset(GtEng *e);
void gt_regs_full_reset(GtDev *s);
uint32_t gt_reg_read(GtDev *s, GtEng *by, uint32_t a);
void gt_reg_write(GtDev *s, GtEng *by, uint32_t a, uint32_t v);
bool gt_reg_user(GtEng *e, uint32_t a);
GtEng *gt_engine_at(GtDev *s, uint32_t a);

/* gt_irq.c */
uint32_t gt_irq_summary(GtDev *s);
void gt_irq_update(GtDev *s);
void gt_irq_ack(GtDev *s, int bank, uint32_t v);
void gt_event(GtEng *e, int bit);

void gt_event_latch(GtEng *e, int bit);
void gt_msi(GtDev *s);

/* gt_mem.c: false means a fault stopped the engine */
uint8_t *gt_ram_page(GtDev *s, uint64_t gpa);
void gt_ram_forget(GtDev *s);
bool gt_read(GtEng *e, uint64_t va, bool pp, void *buf, unsigned len);
bool gt_write(GtEng *e, uint64_t va, bool pp, const void *buf, unsigned len);
uint32_t gt_rd32(GtEng *e, uint64_t va, bool pp);
void gt_wr32(GtEng *e, uint64_t va, bool pp, uint32_t v);
void gt_wr64(GtEng *e, uint64_t va, bool pp, uint64_t v);
uint8_t *gt_fetch_page(GtEng *e, uint64_t va, bool pp);

/* gt_ggtt.c */
uint64_t gt_ggtt_leaf(GtDev *s, GtEng *e, uint64_t ga);
void gt_ggtt_flush(GtDev *s);
void gt_ggtt_store(GtDev *s, GtEng *by, uint32_t n, uint64_t pte);
void gt_ggtt_clear(GtDev *s);
void gt_ggtt_init(GtDev *s);

/* gt_ppgtt.c: the leaf entry, or 0 after a fault */
uint64_t gt_ppgtt_leaf(GtEng *e, uint64_t va, bool wr);
void gt_tlb_flush(GtEng *e);
void gt_invalidate(GtEng *e);
void gt_fault(GtEng *e, uint64_t va, bool pp, int lvl, bool wr);
void gt_fault_latch(GtEng *e, uint64_t va, bool pp);

bool gt_ppgtt_absent(GtEng *e, uint64_t va);
uint64_t gt_ppgtt_table(GtEng *e, uint64_t va, int lvl);

/* gt_rules.c: what must not happen while something is in use */
void gt_check_ggtt_store(GtDev *s, uint32_t n, uint64_t pte);
void gt_check_leaf(GtEng *e, uint64_t va, uint64_t leaf);
void gt_note_table(GtEng *e, uint64_t va, int lvl, uint64_t gpa);
void gt_check_user_write(GtEng *e, uint64_t va, uint64_t gpa);
void gt_check_store_ahead(GtEng *e, uint64_t va, unsigned len);
void gt_check_prefetch(GtEng *e);
void gt_check_ring_line(GtEng *e);
int gt_image_pages(GtEng *e);

/* gt_aperture.c */
void gt_aperture_init(GtDev *s);

/* gt_context.c */
void gt_ctx_load(GtEng *e, int i);
void gt_ctx_save(GtEng *e);
uint32_t gt_ctx_tail(GtEng *e);
uint32_t gt_ctx_run_time(GtEng *e);

/* gt_ctxmore.c */
void gt_ctx_pages(GtEng *e, bool saved);
void gt_ctx_mark_pages(GtEng *e);
void gt_ctx_wa_batches(GtEng *e);

/* gt_execlists.c */
void gt_elsp_write(GtEng *e, uint32_t v);
void gt_ring_done(GtEng *e);
void gt_switch_to_pending(GtEng *e);
bool gt_sync_switch(GtEng *e);
void gt_signal_context(GtEng *e, uint32_t id);
uint32_t gt_execlist_status(GtEng *e);
void gt_status_entry(GtEng *e, unsigned slot, uint32_t lo, uint32_t id);
void gt_status_store(GtEng *e, uint32_t lo, uint32_t id, unsigned parts);

/* gt_engine.c */
void gt_engine_init(GtDev *s, int id);
const char *gt_engine_name(int id);
void gt_kick(GtEng *e, int64_t delay_ns);
void gt_submit_run(GtEng *e);
void gt_wake_waiters(GtDev *s, GtEng *but);
bool gt_stopped(GtEng *e);
void gt_engine_reset(GtEng *e);
void gt_engine_go_on(GtEng *e);
void gt_engines_reset(GtDev *s, uint32_t gdrst);
uint64_t gt_ticks(GtDev *s, int64_t ns);
uint64_t gt_timestamp(GtDev *s);

/* gt_cs.c */
typedef int GtRun(GtEng *e, const uint32_t *dw, int n);
void gt_cs_init(void);
int gt_step(GtEng *e);
uint64_t gt_fetch_addr(GtEng *e);
int gt_cs_error(GtEng *e, enum GtKind kind, const char *why);
bool gt_user_batch(GtEng *e);
bool gt_space_ok(GtEng *e, bool ggtt);
bool gt_reg_ok(GtEng *e, uint32_t a);   /* gt_mimem.c */

/* handlers: gt_mi.c, gt_mimem.c, gt_math.c, gt_flush.c, gt_blt.c */
GtRun gt_mi_noop, gt_mi_user_interrupt, gt_mi_arb_check, gt_mi_arb_on_off;
GtRun gt_mi_batch_end, gt_mi_batch_start, gt_mi_cond_batch_end;
GtRun gt_mi_semaphore_wait, gt_mi_semaphore_signal, gt_mi_report_head;
GtRun gt_mi_set_predicate;
GtRun gt_mi_lri, gt_mi_srm, gt_mi_lrm, gt_mi_lrr;
GtRun gt_mi_store_imm, gt_mi_store_index, gt_mi_copy_mem, gt_mi_update_gtt;
GtRun gt_mi_math, gt_mi_predicate, gt_mi_atomic;
GtRun gt_mi_flush_dw, gt_pipe_control, gt_state_base;
GtRun gt_blt_color, gt_blt_copy, gt_blt_fast_copy;

/* gt_inject.c: rules armed and hitting */
bool gt_inject_init(GtDev *s, Error **errp);
void gt_inject_power_on(GtDev *s);
unsigned gt_inject_arm(GtDev *s, const char *text, char why[GT_WHY]);
void gt_inject_disarm(GtDev *s, unsigned id);
const GtRule *gt_inject_hit(GtDev *s, GtEng *e, enum GtFault what,
                            uint64_t sub, uint64_t addr);
const GtRule *gt_inject_hit_id(GtEng *e, uint32_t id, enum GtFault what,
                               uint64_t sub);
void gt_inject_note_batch(GtEng *e, uint64_t to);
void gt_inject_fire(GtDev *s, unsigned id);
void gt_inject_note(GtDev *s, GtEng *e, const char *fmt, ...)
    G_GNUC_PRINTF(3, 4);
void gt_inject_window_init(GtDev *s);

/* gt_inject_rule.c: what a rule says */
extern const GtFaultDef gt_faultdef[FT_N];
bool gt_rule_parse(const char *text, GtRule *r, char why[GT_WHY]);

/* gt_inject_do.c: what faults do; true: nothing else is to be done */
bool gt_inject_event(GtEng *e, int bit);
bool gt_inject_status(GtEng *e, uint32_t lo, uint32_t id);
void gt_inject_submit(GtEng *e);
void gt_inject_at_reset(GtEng *e);
void gt_inject_batch(GtEng *e);
void gt_inject_load(GtEng *e);
void gt_inject_switch(GtEng *e);
int gt_inject_step(GtEng *e);
void gt_inject_hang_end(GtEng *e, uint32_t lrca);
bool gt_inject_semaphore(GtEng *e);
void gt_inject_reset(GtEng *e);
void gt_inject_spurious(GtDev *s, GtEng *e, const GtRule *r);
void gt_inject_spurious_msi(GtDev *s, GtEng *e, const GtRule *r);
void gt_inject_stray(GtDev *s, GtEng *e, const GtRule *r);
void gt_inject_gone(GtDev *s, GtEng *none, const GtRule *r);
void gt_inject_back(GtDev *s);

/* gt_pci.c */
void gt_power_on(GtDev *s);

static inline bool gt_armed(const GtDev *s, enum GtFault what)
{
    return unlikely((s->armed >> what) & 1);
}

/* gt_seed.c: only with a seed */
uint64_t gt_splitmix(uint64_t *state);
void gt_seed_set(GtDev *s, uint64_t seed);
int64_t gt_seed_begin(GtDev *s);
int gt_seed_slice(GtEng *e, int most);
int64_t gt_seed_kick(GtDev *s, int64_t delay);
bool gt_seed_pass_arb(GtDev *s);
bool gt_seed_preempt_at_end(GtEng *e);
bool gt_seed_status(GtEng *e, uint32_t lo, uint32_t id);
bool gt_seed_msi(GtDev *s);
void gt_seed_tlb(GtEng *e);

/* gt_later.c */
void gt_later_init(GtDev *s);
void gt_later(GtDev *s, GtEng *e, enum GtLaterKind kind, int64_t ns,
              uint32_t a, uint32_t b, uint32_t c);
void gt_later_behind(GtEng *e, uint32_t lo, uint32_t id);
void gt_later_drop(GtDev *s, GtEng *e, uint32_t kinds);

/* gt_blt.c, for the fences too */
typedef struct GtSurf {
    uint64_t base;
    int pitch;                  /* bytes */
    int tile;                   /* 0 linear, 1 X, 2 Y */
} GtSurf;
uint64_t gt_surf_addr(const GtSurf *f, int xb, int y, int *run);

#endif

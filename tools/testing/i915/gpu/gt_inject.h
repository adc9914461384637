/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual Intel GPU: faults on demand.
 *
 * A rule says what goes wrong, on which engine and when. It is armed by the
 * property "faults" or by the guest through the fault window (README.md has
 * the grammar). The model asks at the place where the fault would happen; with
 * nothing armed that is one test of a bitmap.
 */
#ifndef GT_INJECT_H
#define GT_INJECT_H

enum GtFault {      /* names and keys in gt_inject_rule.c */
    FT_IRQ_LOST, FT_IRQ_LATE, FT_IRQ_TWICE, FT_IRQ_SPURIOUS, FT_MSI_LOST,
    FT_MSI_SPURIOUS, FT_CSB_LATE, FT_CSB_HOLE, FT_CSB_EARLY_IRQ, FT_CSB_TWICE,
    FT_CSB_GARBLED, FT_CSB_LOST, FT_CSB_STRAY, FT_CSB_AT_RESET, FT_ELSP_LOST,
    FT_HANG, FT_PAGE_FAULT, FT_SEM_LATE, FT_RESET_STUCK, FT_GDRST_STUCK,
    FT_FW_STUCK, FT_GONE, FT_GGTT_FLUSH_LOST, FT_INVAL_LOST, FT_INVAL_STUCK,
    FT_PCODE_ERROR, FT_N
};

enum { HANG_NONE, HANG_SPIN, HANG_NOARB, HANG_DEAD };
enum { RESET_ENGINE = 1, RESET_FULL = 2 };
enum { EDGE_SET = 1, EDGE_CLEAR = 2 };

#define FT_ANY      (~0ULL)         /* an event of every kind */

#define GT_RULES    40
#define GT_HUNG     16
#define GT_RULE_TEXT 256
#define GT_WHY      1024

typedef struct GtFaultDef {
    const char *name;
    uint32_t keys;              /* those it takes besides the common ones */
    bool engine;                /* belongs to an engine */
    int64_t delay;              /* default, ns; 0 = for ever */
    uint64_t value;             /* default */
} GtFaultDef;

typedef struct GtRule {
    bool used;                  /* armed, or spent but not yet disarmed */
    bool spent;                 /* will not hit again */
    uint8_t what;               /* enum GtFault */
    uint32_t keys;              /* those given */
    bool has_value, has_id, has_addr;
    bool by_time;               /* t and nothing else says when */
    bool fires;                 /* at that time, with no event */
    uint64_t eng;               /* 1 + engine, 0 = any */
    /* when */
    uint64_t n, every, p, count, t, ctx, batch;
    uint64_t sub;               /* kind of event, 0 = any */
    uint64_t addr;
    /* how */
    uint64_t delay, value, id, mode, after;
    /* so far */
    int64_t armed_at;
    uint64_t seen, hits;
} GtRule;

/* what happens later: gt_later.c */
enum GtLaterKind {
    LT_EVENT,       /* interrupt event a */
    LT_STATUS,      /* status event a, id b, parts c */
    LT_ENTRY,       /* status event a, id b, stored in slot c */
    LT_READY,       /* RESET_CTL becomes ready */
    LT_GDRST,       /* the reset a takes place */
    LT_FW,          /* acknowledge of domain a follows */
    LT_INVAL,       /* invalidation register a is done */
    LT_HANG_END,    /* context a goes on */
    LT_MSI,         /* an interrupt's message */
    LT_BACK,        /* the device is there again */
    LT_FIRE,        /* rule a hits by its time */
    LT_N
};
#define LT_BIT(k)   (1u << (k))
/* what an engine reset makes void */
#define LT_OF_ENGINE (LT_BIT(LT_STATUS) | LT_BIT(LT_ENTRY) | \
                      LT_BIT(LT_READY) | LT_BIT(LT_HANG_END))

#endif

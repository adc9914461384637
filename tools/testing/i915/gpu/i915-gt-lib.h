/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual Intel GPU, tests without a kernel: a machine with the device, its
 * page tables, contexts and submissions, and what it reported.
 */
#ifndef I915_GT_LIB_H
#define I915_GT_LIB_H

#include "qemu/osdep.h"
#include "libqtest.h"
#include "libqos/pci.h"
#include "libqos/pci-pc.h"

enum { RCS, BCS, VCS, VECS, NENG };
enum { BDW, SKL, ASYNC = 2 };       /* ASYNC: Broadwell with inline=0 */

#define USEC            1000
#define MSEC            1000000
#define FAR             0x123456789000ULL   /* an address using all levels */

/* commands */
#define NOOP            0
#define USER_IRQ        (0x02u << 23)
#define ARB_CHECK       (0x05u << 23)
#define ARB_OFF         (0x08u << 23)
#define ARB_ON          (ARB_OFF | 1)
#define BBE             (0x0au << 23)
#define PREDICATE       (0x0cu << 23)
#define MATH(n)         (0x1au << 23 | ((n) - 1))
#define SEM_SIGNAL      (0x1bu << 23)
#define SEM_WAIT        (0x1cu << 23 | 1 << 15 | 2)
#define   SEM_NO_POLL   (1u << 15)      /* to take away: signal mode */
#define   SEM_GE        (1u << 12)
#define   SEM_EQ        (4u << 12)
#define STORE           (0x20u << 23 | 2)
#define STORE_QW        (0x20u << 23 | 1 << 21 | 3)
#define STORE_INDEX     (0x21u << 23 | 1)
#define LRI(n)          (0x22u << 23 | (2 * (n) - 1))
#define UPDATE_GTT      (0x23u << 23 | 2)
#define SRM             (0x24u << 23 | 2)
#define FLUSH_DW        (0x26u << 23 | 2)
#define LRM             (0x29u << 23 | 2)
#define LRR             (0x2au << 23 | 1)
#define COPY_MEM        (0x2eu << 23 | 3)
#define ATOMIC          (0x2fu << 23)
#define BBS             (0x31u << 23 | 1)
#define BBS_PP          (BBS | 1 << 8)
#define COND_BBE        (0x36u << 23 | 1 << 21 | 2)
#define GGTT            (1u << 22)
#define PIPE_CONTROL    0x7a000004u

/* status events */
#define EV_ACTIVE       0x0001
#define EV_PREEMPT      0x0002
#define EV_LITE         0x8002
#define EV_SWITCH       0x0014
#define EV_COMPLETE     0x0018

typedef struct Gt {
    QTestState *qts;
    QPCIBus *bus;
    QPCIDevice *dev;
    QPCIBar mmio, ap;
    int chip;
    uint64_t next_page;         /* next free page of guest RAM */
    uint32_t next_ga;           /* next free GGTT page */
    uint64_t hwsp[NENG];
    unsigned csb_rd[NENG];
    char *report, *bios;
    long seen;                  /* bytes of the report already judged */
} Gt;

typedef struct Ctx {
    Gt *g;
    int eng;
    uint32_t id;
    uint32_t lrca;              /* GGTT address of page 0 */
    uint64_t pphwsp, state, ring, pml4;
    uint32_t ring_ga;
    uint32_t tail;
    uint32_t flags;             /* descriptor bits besides the address */
} Ctx;

typedef struct Batch {
    Gt *g;
    uint64_t gpa;
    unsigned n;
} Batch;

extern const uint32_t eng_base[NENG];
extern const char *const eng_name[NENG];

/* machine */
Gt *gt_start(int chip, const char *props);
void gt_stop(Gt *g);            /* fails on reports not expected */
uint32_t rd(Gt *g, uint32_t a);
void wr(Gt *g, uint32_t a, uint32_t v);
void wrm(Gt *g, uint32_t a, uint32_t bits, uint32_t on);    /* masked */
void run(Gt *g, int64_t ns);
uint32_t mem(Gt *g, uint64_t gpa);
void set_mem(Gt *g, uint64_t gpa, uint32_t v);

/* reports */
bool reported(Gt *g, const char *kind);     /* and nothing else, judged now */
void expect(Gt *g, const char *kind);
char *report_text(Gt *g);

/* counters: since power on, and since the section began */
uint64_t total_count(Gt *g, const char *name);
uint64_t section_count(Gt *g, const char *name);

/* faults on demand, through the fault window */
unsigned arm(Gt *g, const char *rule);      /* its number; must be accepted */
char *refused(Gt *g, const char *rule);     /* why, or NULL */
void disarm(Gt *g);                         /* all */
unsigned fault_hits(Gt *g, unsigned rule);
unsigned fault_lines(Gt *g, const char *what);      /* printed so far */

/* interrupts */
uint64_t aim_msi(Gt *g);                    /* at a page of guest RAM */
bool msi(Gt *g, uint64_t at);               /* did one come since? */
void unmask(Gt *g, int eng, uint32_t bits);
uint32_t iir(Gt *g, int eng);               /* the engine's half */
void iir_clear(Gt *g, int eng, uint32_t bits);

/* memory */
uint64_t page(Gt *g);                       /* guest-physical, zero */
void set_pte(Gt *g, uint32_t ga, uint64_t pte);
uint32_t map_ggtt(Gt *g, uint64_t gpa);         /* into the GGTT */
uint32_t ggtt_page(Gt *g, uint64_t *gpa);

/* engines and contexts */
void wake(Gt *g);                           /* all forcewake domains */
void engines_up(Gt *g);                     /* forcewake, HWSP, run lists */
void ask_reset(Gt *g, uint32_t gdrst, bool ask);    /* RESET_CTL of those */
void reset_gpu(Gt *g, uint32_t gdrst);      /* asked for, done, let go */
unsigned image_pages(Gt *g, int eng);
void ctx_init(Ctx *c, Gt *g, int eng, uint32_t id);
void ctx_map(Ctx *c, uint64_t va, uint64_t gpa, uint32_t bits);
void ctx_set(Ctx *c, unsigned dw, uint32_t v);
uint32_t ctx_get(Ctx *c, unsigned dw);
void emit(Ctx *c, uint32_t dw);
void emit_batch(Ctx *c, uint64_t va);       /* PPGTT batch */
void publish(Ctx *c);                       /* TAIL into the image */
void submit2(Ctx *a, Ctx *b);
void submit(Ctx *a);                        /* publish and submit */
uint64_t pde_of(Ctx *c, uint64_t va, int lvl);  /* gpa of the entry */

/* a page of commands mapped at va */
Batch batch_at(Ctx *c, uint64_t va);
void put(Batch *b, uint32_t dw);
void put_store(Batch *b, uint64_t va, uint32_t v);

/* events */
void expect_event(Gt *g, int eng, uint32_t lo, uint32_t id);
void expect_no_event(Gt *g, int eng);

/* test groups */
void add_reg_tests(void);
void add_irq_tests(void);
void add_mem_tests(void);
void add_exec_tests(void);
void add_cmd_tests(void);
void add_blt_tests(void);
void add_strict_tests(void);
void add_count_tests(void);
void add_fault_tests(void);
void add_faultdo_tests(void);
void add_model_tests(void);
void add_seed_tests(void);
void add(int chips, const char *path, void (*fn)(const void *));

#define CHIP(opaque)    ((int)(intptr_t)(opaque))
#define ON_BDW  1
#define ON_SKL  2
#define ON_BOTH 3
#define ON_ALL  7

#endif

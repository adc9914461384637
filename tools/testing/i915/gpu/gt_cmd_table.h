/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual Intel GPU: shape of the command table (gt_cmdtab.c). */
#ifndef GT_CMD_TABLE_H
#define GT_CMD_TABLE_H

#include "gt_int.h"

enum {
    CF_GGTT22 = 1,      /* header bit 22: GGTT address, dropped for users */
    CF_PRIV = 2,        /* dropped in a user batch */
    CF_SKIP = 4,        /* no effect: operands are not fetched */
    CF_UNMODELLED = 8,  /* real effect that is not modelled: report it */
    CF_COUNT = 16,      /* the same, but expected: count it as skipped */
};

typedef struct GtCmd {
    uint32_t mask, value;   /* which headers */
    const char *name;
    uint8_t lenbits;        /* width of the length field; 0: one dword */
    uint8_t fixed;          /* length when there is no usable field */
    uint16_t min, max;      /* legal lengths in dwords, 0 = any */
    uint8_t engines;
    uint8_t chips;          /* 0 = both */
    uint8_t flags;
    uint32_t mbz;           /* header bits that must be zero */
    GtRun *run;             /* NULL: no effect */
} GtCmd;

extern const GtCmd gt_cmdtab[];
extern const unsigned gt_cmdtab_n;

#endif

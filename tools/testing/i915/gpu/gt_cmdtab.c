// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: the command table.
 *
 * The one place that knows which commands exist, how long they are, which
 * engine takes them and what they may do in a user batch. Anything else is
 * an invalid instruction. Earlier rows win. Numbers are from the PRM,
 * volume 2a (command reference: instructions).
 */
#include "gt_cmd_table.h"

#define E_RCS   ENG_BIT(RCS)
#define E_BCS   ENG_BIT(BCS)
#define E_VID   (ENG_BIT(VCS) | ENG_BIT(VECS))

#define MI_MASK     0xff800000u
#define MI(op)      ((uint32_t)(op) << 23)
#define MI1(op, nm, eng, ...) \
    { .mask = MI_MASK, .value = MI(op), .name = nm, .engines = eng, \
      ##__VA_ARGS__ }
#define MIN_(op, nm, bits, lo, hi, ...) \
    { .mask = MI_MASK, .value = MI(op), .name = nm, .engines = ENG_ALL, \
      .lenbits = bits, .min = lo, .max = hi, ##__VA_ARGS__ }

#define BLT_MASK    0xffc00000u
#define BLT(op)     (0x40000000u | ((uint32_t)(op) << 22))
#define BLTN(op, nm, lo, ...) \
    { .mask = BLT_MASK, .value = BLT(op), .name = nm, .engines = E_BCS, \
      .lenbits = 8, .min = lo, ##__VA_ARGS__ }

#define GFX_SKIP(m, v, nm, eng, bits, ...) \
    { .mask = m, .value = v, .name = nm, .engines = eng, .lenbits = bits, \
      .flags = CF_SKIP, ##__VA_ARGS__ }
/* would read and write memory of its own */
#define GFX_WORK(m, v, nm, eng, bits) \
    { .mask = m, .value = v, .name = nm, .engines = eng, .lenbits = bits, \
      .flags = CF_SKIP | CF_COUNT }

const GtCmd gt_cmdtab[] = {
    /* ---- memory interface, one dword */
    MI1(0x00, "MI_NOOP", ENG_ALL, .run = gt_mi_noop),
    MI1(0x01, "MI_SET_PREDICATE", ENG_ALL, .run = gt_mi_set_predicate),
    MI1(0x02, "MI_USER_INTERRUPT", ENG_ALL, .run = gt_mi_user_interrupt),
    /* there is no display to wait for: complete at once */
    MI1(0x03, "MI_WAIT_FOR_EVENT", ENG_ALL, .flags = CF_COUNT),
    MI1(0x04, "MI_FLUSH", ENG_ALL),
    MI1(0x05, "MI_ARB_CHECK", ENG_ALL, .run = gt_mi_arb_check),
    MI1(0x06, "MI_RS_CONTROL", E_RCS),
    MI1(0x07, "MI_REPORT_HEAD", ENG_ALL, .run = gt_mi_report_head,
        .flags = CF_PRIV),
    MI1(0x08, "MI_ARB_ON_OFF", ENG_ALL, .run = gt_mi_arb_on_off),
    MI1(0x09, "MI_URB_ATOMIC_ALLOC", E_RCS),
    MI1(0x0a, "MI_BATCH_BUFFER_END", ENG_ALL, .run = gt_mi_batch_end),
    MI1(0x0b, "MI_SUSPEND_FLUSH", ENG_ALL),
    MI1(0x0c, "MI_PREDICATE", ENG_ALL, .run = gt_mi_predicate),
    MI1(0x0d, "MI_TOPOLOGY_FILTER", E_RCS),
    MI1(0x0e, "MI_SET_APPID", ENG_ALL),
    MI1(0x0f, "MI_RS_CONTEXT", E_RCS),

    /* ---- memory interface, longer */
    MI1(0x12, "MI_LOAD_SCAN_LINES_INCL", ENG_ALL, .fixed = 2,
        .flags = CF_COUNT),
    MI1(0x13, "MI_LOAD_SCAN_LINES_EXCL", ENG_ALL, .fixed = 2,
        .flags = CF_COUNT),
    MIN_(0x14, "MI_DISPLAY_FLIP", 8, 0, 0, .flags = CF_UNMODELLED),
    MIN_(0x16, "MI_SEMAPHORE_MBOX", 8, 0, 0, .flags = CF_UNMODELLED),
    MIN_(0x18, "MI_SET_CONTEXT", 8, 0, 0, .flags = CF_UNMODELLED | CF_PRIV),
    MIN_(0x1a, "MI_MATH", 8, 2, 0, .run = gt_mi_math),
    MIN_(0x1b, "MI_SEMAPHORE_SIGNAL", 8, 2, 2,
         .run = gt_mi_semaphore_signal),
    MIN_(0x1c, "MI_SEMAPHORE_WAIT", 8, 4, 4, .run = gt_mi_semaphore_wait,
         .flags = CF_GGTT22),
    MIN_(0x20, "MI_STORE_DATA_IMM", 10, 4, 0, .run = gt_mi_store_imm,
         .flags = CF_GGTT22),
    MIN_(0x21, "MI_STORE_DATA_INDEX", 8, 3, 4, .run = gt_mi_store_index,
         .flags = CF_PRIV),
    MIN_(0x22, "MI_LOAD_REGISTER_IMM", 8, 3, 0, .run = gt_mi_lri),
    MIN_(0x23, "MI_UPDATE_GTT", 10, 4, 0, .run = gt_mi_update_gtt,
         .flags = CF_PRIV),
    MIN_(0x24, "MI_STORE_REGISTER_MEM", 8, 4, 4, .run = gt_mi_srm,
         .flags = CF_GGTT22),
    MIN_(0x26, "MI_FLUSH_DW", 6, 3, 5, .run = gt_mi_flush_dw),
    MIN_(0x27, "MI_CLFLUSH", 10, 0, 0),
    MIN_(0x28, "MI_REPORT_PERF_COUNT", 6, 0, 0, .flags = CF_UNMODELLED),
    MIN_(0x29, "MI_LOAD_REGISTER_MEM", 8, 4, 4, .run = gt_mi_lrm,
         .flags = CF_GGTT22),
    MIN_(0x2a, "MI_LOAD_REGISTER_REG", 8, 3, 3, .run = gt_mi_lrr),
    MIN_(0x2e, "MI_COPY_MEM_MEM", 8, 5, 5, .run = gt_mi_copy_mem),
    MIN_(0x2f, "MI_ATOMIC", 8, 3, 11, .run = gt_mi_atomic,
         .flags = CF_GGTT22),
    MIN_(0x31, "MI_BATCH_BUFFER_START", 8, 3, 3, .run = gt_mi_batch_start),
    MIN_(0x36, "MI_CONDITIONAL_BATCH_BUFFER_END", 8, 3, 4,
         .run = gt_mi_cond_batch_end, .flags = CF_GGTT22),

    /* ---- blitter */
    BLTN(0x50, "XY_COLOR_BLT", 7, .max = 7, .run = gt_blt_color),
    BLTN(0x53, "XY_SRC_COPY_BLT", 10, .max = 10, .run = gt_blt_copy),
    BLTN(0x42, "XY_FAST_COPY_BLT", 10, .max = 10, .chips = CHIP_SKL,
         .run = gt_blt_fast_copy),
    BLTN(0x01, "XY_SETUP_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x03, "XY_SETUP_CLIP_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x11, "XY_SETUP_MONO_PATTERN_SL_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x24, "XY_PIXEL_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x25, "XY_SCANLINES_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x26, "XY_TEXT_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x31, "XY_TEXT_IMMEDIATE_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x40, "COLOR_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x43, "SRC_COPY_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x51, "XY_PAT_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x52, "XY_MONO_PAT_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x54, "XY_MONO_SRC_COPY_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x55, "XY_FULL_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x56, "XY_FULL_MONO_SRC_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x57, "XY_FULL_MONO_PATTERN_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x58, "XY_FULL_MONO_PATTERN_MONO_SRC_BLT", 0,
         .flags = CF_UNMODELLED),
    BLTN(0x59, "XY_MONO_PAT_FIXED_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x71, "XY_MONO_SRC_COPY_IMMEDIATE_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x72, "XY_PAT_BLT_IMMEDIATE", 0, .flags = CF_UNMODELLED),
    BLTN(0x73, "XY_SRC_COPY_CHROMA_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x74, "XY_FULL_IMMEDIATE_PATTERN_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x75, "XY_FULL_MONO_SRC_IMMEDIATE_PATTERN_BLT", 0,
         .flags = CF_UNMODELLED),
    BLTN(0x76, "XY_PAT_CHROMA_BLT", 0, .flags = CF_UNMODELLED),
    BLTN(0x77, "XY_PAT_CHROMA_BLT_IMMEDIATE", 0, .flags = CF_UNMODELLED),

    /* ---- render and media: skipped by length, but for PIPE_CONTROL */
    { .mask = 0xffff0000, .value = 0x7a000000, .name = "PIPE_CONTROL",
      .lenbits = 8, .min = 6, .max = 6, .engines = E_RCS,
      .run = gt_pipe_control },
    GFX_SKIP(0xffff0000, 0x79170000, "3DSTATE_SO_DECL_LIST", E_RCS, 9),
    GFX_SKIP(0xfffe0000, 0x78380000, "3DSTATE_CONSTANT_DX9", E_RCS, 11),
    GFX_SKIP(0xffff0000, 0x783a0000, "3DSTATE_CONSTANT_DX9", E_RCS, 11),
    GFX_SKIP(0xfffc0000, 0x78440000, "3DSTATE_BINDING_TABLE_EDIT", E_RCS, 9),
    GFX_SKIP(0xffff0000, 0x78430000, "3DSTATE_BINDING_TABLE_EDIT", E_RCS, 9),
    GFX_WORK(0xffff0000, 0x7b000000, "3DPRIMITIVE", E_RCS, 8),
    GFX_WORK(0xffff0000, 0x71000000, "MEDIA_OBJECT", E_RCS, 16),
    GFX_WORK(0xffff0000, 0x71020000, "MEDIA_OBJECT_PRT", E_RCS, 16),
    GFX_WORK(0xffff0000, 0x71030000, "MEDIA_OBJECT_WALKER", E_RCS, 16),
    GFX_WORK(0xffff0000, 0x71050000, "GPGPU_WALKER", E_RCS, 8),
    GFX_WORK(0xffff0000, 0x71060000, "MEDIA_OBJECT_GRPID", E_RCS, 16),
    { .mask = 0xffff0000, .value = 0x61010000, .name = "STATE_BASE_ADDRESS",
      .lenbits = 8, .min = 16, .engines = E_RCS, .run = gt_state_base },
    GFX_SKIP(0xf8000000, 0x60000000, "common state", E_RCS, 8),
    GFX_SKIP(0xf8000000, 0x68000000, "single-dword state", ENG_ALL & ~E_BCS,
             0),
    GFX_SKIP(0xf8000000, 0x70000000, "media", E_RCS, 16),
    GFX_WORK(0xf8000000, 0x70000000, "video", E_VID, 12),
    GFX_SKIP(0xf8000000, 0x78000000, "3D state", E_RCS, 8),
};
const unsigned gt_cmdtab_n = ARRAY_SIZE(gt_cmdtab);

/* SPDX-License-Identifier: MIT */
#ifndef _I915_GPU_COMMANDS_H_
#define _I915_GPU_COMMANDS_H_

#include <linux/bits.h>

/* Command streamer instructions; a length field is the number of dwords less two */
#define MI_CMD(opcode)			((opcode) << 23)

#define MI_NOOP				MI_CMD(0x00)
#define MI_USER_INTERRUPT		MI_CMD(0x02)
#define MI_ARB_CHECK			MI_CMD(0x05)
#define MI_ARB_OFF			MI_CMD(0x08)
#define MI_ARB_ON			(MI_CMD(0x08) | BIT(0))
#define MI_BATCH_BUFFER_END		MI_CMD(0x0a)
#define MI_LOAD_REGISTER_IMM(n)		(MI_CMD(0x22) | (2 * (n) - 1))
#define   MI_LRI_FORCE_POSTED		BIT(12)
#define MI_FLUSH_DW			(MI_CMD(0x26) | 2)
#define   MI_FLUSH_DW_STORE_INDEX	BIT(21)
#define   MI_FLUSH_DW_TLB_INVALIDATE	BIT(18)
#define   MI_FLUSH_DW_WRITE		BIT(14)
#define   MI_FLUSH_DW_INVALIDATE_BSD	BIT(7)
#define   MI_FLUSH_DW_GGTT		BIT(2)	/* in the address dword */
#define MI_BATCH_BUFFER_START		(MI_CMD(0x31) | 1)
#define   MI_BATCH_PPGTT		BIT(8)

#define PIPE_CONTROL			(3u << 29 | 3 << 27 | 2 << 24 | 4)
#define   PIPE_CONTROL_GGTT		BIT(24)
#define   PIPE_CONTROL_STORE_INDEX	BIT(21)
#define   PIPE_CONTROL_CS_STALL		BIT(20)
#define   PIPE_CONTROL_TLB_INVALIDATE	BIT(18)
#define   PIPE_CONTROL_QW_WRITE		BIT(14)
#define   PIPE_CONTROL_RT_FLUSH		BIT(12)
#define   PIPE_CONTROL_INSN_INVALIDATE	BIT(11)
#define   PIPE_CONTROL_TEX_INVALIDATE	BIT(10)
#define   PIPE_CONTROL_FLUSH_ENABLE	BIT(7)
#define   PIPE_CONTROL_DC_FLUSH		BIT(5)
#define   PIPE_CONTROL_VF_INVALIDATE	BIT(4)
#define   PIPE_CONTROL_CONST_INVALIDATE	BIT(3)
#define   PIPE_CONTROL_STATE_INVALIDATE	BIT(2)
#define   PIPE_CONTROL_DEPTH_FLUSH	BIT(0)

#endif

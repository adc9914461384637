/* SPDX-License-Identifier: MIT */
#ifndef _I915_ENGINE_REGS_H_
#define _I915_ENGINE_REGS_H_

#include <linux/bits.h>

/* Registers of each engine; byte offsets from i915_engine_desc.mmio_base */
#define RING_TAIL			0x030
#define RING_HEAD			0x034
#define   RING_HEAD_MASK		GENMASK(20, 2)
#define RING_START			0x038
#define RING_CTL			0x03c
#define   RING_CTL_VALID		BIT(0)
#define   RING_CTL_WAIT_SEMAPHORE	BIT(10)
#define   RING_CTL_WAIT			BIT(11)
#define RING_ACTHD_UDW			0x05c
#define RING_IPEIR			0x064
#define RING_IPEHR			0x068
#define RING_ACTHD			0x074
#define RING_HWS_PGA			0x080
#define RING_HWSTAM			0x098
#define RING_MI_MODE			0x09c
#define   MI_MODE_STOP_RING		BIT(8)
#define   MI_MODE_IDLE			BIT(9)
#define RING_IMR			0x0a8
#define RING_EIR			0x0b0
#define   RING_EIR_BITS			GENMASK(15, 0)
#define RING_EMR			0x0b4
#define   EMR_INVALID_INSTRUCTION	BIT(0)
#define RING_ESR			0x0b8
#define RING_RESET_CTL			0x0d0
#define   RESET_CTL_REQUEST		BIT(0)
#define   RESET_CTL_READY		BIT(1)
#define RING_BB_STATE			0x110
#define RING_BB_ADDR			0x140
#define RING_BB_ADDR_UDW		0x168
#define RING_ELSP			0x230
#define RING_EXECLIST_STATUS_LO		0x234
#define RING_EXECLIST_STATUS_HI		0x238
#define RING_CONTEXT_CONTROL		0x244
#define RING_MODE			0x29c
#define   RING_MODE_RUN_LIST		BIT(15)
#define RING_TIMESTAMP			0x358
#define RING_TIMESTAMP_UDW		0x35c
#define RING_CSB_PTR			0x3a0
#define RING_NONPRIV(i)			(0x4d0 + 4 * (i))
#define   RING_NONPRIV_SLOTS		12
#define RING_NOPID			0x094

#endif

/* SPDX-License-Identifier: MIT */
#ifndef _I915_LRC_H_
#define _I915_LRC_H_

#include "base/i915_drv.h"
#include "gt/i915_gt_types.h"
#include "hw/i915_device_info.h"

#define I915_LRC_RING_PAGES	4

/* in the status page of the context (page 0), bytes */
#define LRC_HWSP_SCRATCH	0x0d0
#define LRC_HWSP_SEQNO		0x100

int i915_lrc_bind_new(struct i915_lrc *lrc);
struct i915_lrc *i915_lrc_create(struct i915_engine *engine, struct i915_gt_context *ctx,
				 const char *name);
void i915_lrc_destroy(struct i915_lrc *lrc);
u32 i915_lrc_update(struct i915_lrc *lrc, const struct i915_request *rq);
u64 i915_lrc_runtime_ns(struct i915_lrc *lrc);

/* Software ids have 20 bits and are not 0; only those in the ports must differ */
static inline u32 i915_lrc_sw_id(u32 n)
{
	return n % 0xfffff + 1;
}

/**
 * i915_lrc_bind - see to it that a context has a GGTT address
 * @lrc: the context
 *
 * It keeps the address while lrc->lock is held and until the last request has ended.
 *
 * Context: lrc->lock held; does not wait for the GPU.
 * Return: as i915_lrc_bind_new().
 */
static inline int i915_lrc_bind(struct i915_lrc *lrc)
{
	return likely(lrc->buf.bound) ? 0 : i915_lrc_bind_new(lrc);
}

/* Status page, register state, and what the engine saves of its own */
static inline unsigned int i915_lrc_image_pages(const struct i915_engine *engine)
{
	return engine->desc->context_pages[engine->gt->i915->info->gen >= 9];
}

#endif

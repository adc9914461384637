/* SPDX-License-Identifier: MIT */
#ifndef _I915_GGTT_H_
#define _I915_GGTT_H_

#include <linux/mm.h>

#include "vm/i915_ggtt_types.h"

int i915_ggtt_init(struct i915_ggtt *ggtt, struct drm_i915_private *i915, void __iomem *ptes,
		   u64 total, u64 mappable_end);
int i915_ggtt_init_mock(struct i915_ggtt *ggtt, struct drm_i915_private *i915, u64 total);
void i915_ggtt_fini(struct i915_ggtt *ggtt);
void i915_ggtt_resume(struct i915_ggtt *ggtt);
void i915_ggtt_unmap_dma(struct i915_ggtt *ggtt);

int i915_ggtt_buf_alloc(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf, unsigned int count,
			unsigned int zeroed, unsigned int tail);
int i915_ggtt_buf_bind(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf);
int i915_ggtt_buf_init(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf, unsigned int count,
		       unsigned int zeroed, unsigned int tail);
void i915_ggtt_buf_unbind_locked(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf);
void i915_ggtt_buf_fini(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf);

/**
 * i915_ggtt_buf_offset - the address of a buffer for the GPU
 * @buf: the buffer, bound
 *
 * Return: GGTT address, bytes.
 */
static inline u32 i915_ggtt_buf_offset(const struct i915_ggtt_buf *buf)
{
	return buf->node.start;
}

/**
 * i915_ggtt_buf_vaddr - the address of a page of a buffer for the CPU
 * @buf: the buffer
 * @n: page
 *
 * Return: kernel address of page @n. The tail is contiguous from its first page on.
 */
static inline void *i915_ggtt_buf_vaddr(const struct i915_ggtt_buf *buf, unsigned int n)
{
	return page_address(buf->pages[n]);
}

#endif

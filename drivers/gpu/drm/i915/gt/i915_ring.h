/* SPDX-License-Identifier: MIT */
#ifndef _I915_RING_H_
#define _I915_RING_H_

#include <linux/types.h>

/**
 * DOC: Ring arithmetic
 *
 * A ring is a power of two of bytes. The driver writes at "emit", the hardware
 * reads at HEAD and stops at TAIL. A request never wraps: when it could, the
 * rest of the ring is filled with MI_NOOP (zero) and the request starts at 0.
 *
 * All of it is pure arithmetic on offsets, here, to be tested without a GPU.
 */

/* Never written up to HEAD: the end of a complete request may still be read */
#define I915_RING_GAP		64

/**
 * i915_ring_wrap - bring an offset into the ring
 * @offset: bytes, may be one lap too far
 * @size: of the ring, bytes, a power of two
 *
 * Return: the offset within the ring.
 */
static inline u32 i915_ring_wrap(u32 offset, u32 size)
{
	return offset & (size - 1);
}

/**
 * i915_ring_space - bytes that may be written
 * @head: start of the oldest command still needed, bytes; equal to @emit: none is
 * @emit: where the next command goes, bytes
 * @size: of the ring, bytes
 *
 * Return: free bytes, at most @size - I915_RING_GAP.
 */
static inline u32 i915_ring_space(u32 head, u32 emit, u32 size)
{
	return i915_ring_wrap(head - emit - I915_RING_GAP, size);
}

/**
 * i915_ring_pad - bytes of MI_NOOP before something that must not wrap
 * @emit: where the next command goes, bytes
 * @bytes: what must stay in one piece
 * @size: of the ring, bytes
 *
 * Return: 0 if it fits before the end of the ring, else the bytes to the end.
 */
static inline u32 i915_ring_pad(u32 emit, u32 bytes, u32 size)
{
	return emit + bytes > size ? size - emit : 0;
}

/**
 * i915_ring_within - is a position in a stretch of the ring?
 * @pos: bytes
 * @start: first byte of the stretch
 * @end: one behind its last byte
 * @size: of the ring, bytes
 *
 * Return: true if @start <= @pos < @end, with regard to wrapping.
 */
static inline bool i915_ring_within(u32 pos, u32 start, u32 end, u32 size)
{
	return i915_ring_wrap(pos - start, size) < i915_ring_wrap(end - start, size);
}

#endif

/* SPDX-License-Identifier: MIT */
#ifndef _I915_VMA_BIND_H_
#define _I915_VMA_BIND_H_

#include "vm/i915_vma.h"

/**
 * struct i915_vma_placement - where a VMA may be put
 */
struct i915_vma_placement {
	/** @offset: wanted address (canonical form removed), bytes */
	u64 offset;
	/** @align: bytes, power of two or 0 */
	u64 align;
	/** @start: first address that will do, bytes; not for @exact and @prefer */
	u64 start;
	/** @exact: softpin: @offset or nothing */
	bool exact;
	/** @prefer: @offset if it is free, else anywhere */
	bool prefer;
	/** @low: below 4 GiB, its last page left free */
	bool low;
	/** @size: 0: the object's size; else pad to this many bytes */
	u64 size;
	/**
	 * @own: bound VMAs the caller has marked (with @low: those that begin in the 32-bit
	 * zone), for i915_vma_bind() to know whether others are in the way, too
	 */
	unsigned long own;
};

int i915_vma_bind(struct i915_vma *vma, const struct i915_vma_placement *where);
bool i915_vma_fits(const struct i915_vma *vma, const struct i915_vma_placement *where);

#endif

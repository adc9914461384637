/* SPDX-License-Identifier: MIT */
#ifndef _I915_VMA_BIND_H_
#define _I915_VMA_BIND_H_

#include "vm/i915_vma.h"

/**
 * struct i915_vma_placement - where a VMA may be put
 */
struct i915_vma_placement {
	/** @offset: wanted address, not in canonical form */
	u64 offset;
	/** @align: alignment in bytes, a power of two or 0 */
	u64 align;
	/** @start: first usable address; ignored for @exact and @prefer */
	u64 start;
	/** @exact: True if only @offset will do (softpin) */
	bool exact;
	/** @prefer: True if @offset is to be used if it is free */
	bool prefer;
	/** @low: True if the VMA must end below I915_LOW_END */
	bool low;
	/** @size: bytes to reserve, if more than the size of the object; or 0 */
	u64 size;
	/**
	 * @own: number of bound VMAs that the caller has marked (with @low, of those that begin in
	 * the 32-bit zone); tells i915_vma_bind() whether others are in the way
	 */
	unsigned long own;
};

int i915_vma_bind(struct i915_vma *vma, const struct i915_vma_placement *where);
bool i915_vma_fits(const struct i915_vma *vma, const struct i915_vma_placement *where);

#endif

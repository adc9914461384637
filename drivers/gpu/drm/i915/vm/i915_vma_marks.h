/* SPDX-License-Identifier: MIT */
#ifndef _I915_VMA_MARKS_H_
#define _I915_VMA_MARKS_H_

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/types.h>

/**
 * struct i915_vma_marks - active references to a VMA
 *
 * One mark for each request, in flight or being built, that uses the VMA. While
 * there is one, the VMA stays allocated, and stays bound where it is.
 *
 * The "closed" flag is only ever set while there is a mark, and says that the VMA
 * is to be destroyed with the last one. The last mark of a closed VMA is therefore
 * not dropped but passed to whoever destroys the VMA, see i915_vma_marks_drop()
 * and i915_vma_marks_claim().
 *
 * The count leaves zero, and the last mark is claimed, only under
 * drm_i915_gem_object.vma_lock; it drops anywhere, including in interrupts.
 */
struct i915_vma_marks {
	/** @value: number of marks, and the flag I915_VMA_CLOSED */
	atomic_t value;
#define I915_VMA_CLOSED	BIT(30)
};

/**
 * enum i915_vma_dropped - result of dropping a mark
 * @I915_VMA_MARKED: the VMA has other marks
 * @I915_VMA_IDLE: it was the last one
 * @I915_VMA_ENDS: it is the last mark of a closed VMA and was not dropped: the caller passes it on
 *	to i915_vma_marks_claim()
 */
enum i915_vma_dropped {
	I915_VMA_MARKED,
	I915_VMA_IDLE,
	I915_VMA_ENDS,
};

/**
 * i915_vma_marks_any - test whether there is a mark
 * @marks: the marks
 *
 * Context: any.
 * Return: true if there is.
 */
static inline bool i915_vma_marks_any(const struct i915_vma_marks *marks)
{
	return atomic_read(&marks->value) != 0;
}

/**
 * i915_vma_marks_only - test whether all marks are the caller's
 * @marks: the marks
 * @own: number of marks the caller holds
 *
 * Context: drm_i915_gem_object.vma_lock held, if the answer has to stay true.
 * Return: true if there are no others.
 */
static inline bool i915_vma_marks_only(const struct i915_vma_marks *marks, unsigned int own)
{
	return (atomic_read(&marks->value) & ~I915_VMA_CLOSED) <= own;
}

/**
 * i915_vma_marks_take - take a mark, and clear the closed flag
 * @marks: the marks
 *
 * Context: i915_gem_object.vma_lock held.
 */
static inline void i915_vma_marks_take(struct i915_vma_marks *marks)
{
	atomic_inc(&marks->value);
	if (unlikely(atomic_read(&marks->value) & I915_VMA_CLOSED))
		atomic_andnot(I915_VMA_CLOSED, &marks->value);
}

/**
 * i915_vma_marks_drop - drop a mark
 * @marks: the marks, one of them the caller's
 *
 * Context: any.
 * Return: see the enum. Unless it is I915_VMA_ENDS, the VMA may be freed already.
 */
static inline enum i915_vma_dropped i915_vma_marks_drop(struct i915_vma_marks *marks)
{
	int old = atomic_read(&marks->value);

	do {
		if (unlikely(old == (I915_VMA_CLOSED | 1)))
			return I915_VMA_ENDS;
	} while (!atomic_try_cmpxchg(&marks->value, &old, old - 1));

	return old == 1 ? I915_VMA_IDLE : I915_VMA_MARKED;
}

/**
 * i915_vma_marks_close - let the VMA be destroyed with its last mark
 * @marks: the marks
 *
 * Context: i915_gem_object.vma_lock held.
 * Return: true if there is a mark; false if there is none and the caller may destroy the VMA now.
 */
static inline bool i915_vma_marks_close(struct i915_vma_marks *marks)
{
	int old = atomic_read(&marks->value);

	do {
		if (!old)
			return false;
	} while (!atomic_try_cmpxchg(&marks->value, &old, old | I915_VMA_CLOSED));

	return true;
}

/**
 * i915_vma_marks_claim - drop the last mark of a closed VMA in order to end it
 * @marks: the marks, one of them left by i915_vma_marks_drop()
 *
 * Context: i915_gem_object.vma_lock held.
 * Return: true if it was dropped; false if the VMA is in use again, and the mark is kept.
 */
static inline bool i915_vma_marks_claim(struct i915_vma_marks *marks)
{
	int old = I915_VMA_CLOSED | 1;

	return atomic_try_cmpxchg(&marks->value, &old, 0);
}

#endif

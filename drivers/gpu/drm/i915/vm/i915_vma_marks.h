/* SPDX-License-Identifier: MIT */
#ifndef _I915_VMA_MARKS_H_
#define _I915_VMA_MARKS_H_

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/types.h>

/**
 * struct i915_vma_marks - who counts on a VMA
 *
 * One mark for each request in flight, or being built, that uses the VMA.
 * While there is one, the VMA stays bound where it is, and stays allocated.
 *
 * "Closed" is said on top of the marks and never without one: the VMA is to end
 * with the last of them, which is why that one is not dropped but left to
 * whoever ends the VMA, see i915_vma_marks_drop() and i915_vma_marks_claim().
 *
 * Marks leave zero, and are claimed, under i915_gem_object.vma_lock only; they
 * go down anywhere, also in interrupt.
 */
struct i915_vma_marks {
	/** @value: the marks, and I915_VMA_CLOSED */
	atomic_t value;
#define I915_VMA_CLOSED	BIT(30)
};

/**
 * enum i915_vma_dropped - what a dropped mark left behind
 * @I915_VMA_MARKED: other marks
 * @I915_VMA_IDLE: none
 * @I915_VMA_ENDS: the VMA is closed and this was the last mark: it is still there, for the caller
 *	to hand on to i915_vma_marks_claim()
 */
enum i915_vma_dropped {
	I915_VMA_MARKED,
	I915_VMA_IDLE,
	I915_VMA_ENDS,
};

/**
 * i915_vma_marks_any - is there a mark?
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
 * i915_vma_marks_only - are there no marks but the caller's?
 * @marks: the marks
 * @own: how many the caller has
 *
 * Context: i915_gem_object.vma_lock held, where the answer is to last.
 * Return: true if there are none.
 */
static inline bool i915_vma_marks_only(const struct i915_vma_marks *marks, unsigned int own)
{
	return (atomic_read(&marks->value) & ~I915_VMA_CLOSED) <= own;
}

/**
 * i915_vma_marks_take - one mark more; a closed VMA is in use again and stays
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
 * i915_vma_marks_drop - one mark less
 * @marks: the marks, one of them the caller's
 *
 * Context: any.
 * Return: what is left. Unless it is I915_VMA_ENDS, the VMA may be gone.
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
 * i915_vma_marks_close - the VMA is to end with its last mark
 * @marks: the marks
 *
 * Context: i915_gem_object.vma_lock held.
 * Return: true if there is one; false: there is none, the caller may end the VMA now.
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
 * Return: true if it is dropped; false: the VMA is in use again, the mark is still there.
 */
static inline bool i915_vma_marks_claim(struct i915_vma_marks *marks)
{
	int old = I915_VMA_CLOSED | 1;

	return atomic_try_cmpxchg(&marks->value, &old, 0);
}

#endif

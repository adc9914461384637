/* SPDX-License-Identifier: MIT */
#ifndef _I915_AUDIT_H_
#define _I915_AUDIT_H_

#include <linux/atomic.h>
#include <linux/types.h>

struct drm_printer;

/**
 * enum i915_audit_kind - kinds of objects that the audit counts
 * @I915_AUDIT_OBJECT: GEM objects
 * @I915_AUDIT_OBJECT_PAGES: GEM objects that hold their pages
 * @I915_AUDIT_VMA: VMAs, bound or not
 * @I915_AUDIT_VMA_BOUND: VMAs that hold an address range and PTEs
 * @I915_AUDIT_VM: per-process address spaces
 * @I915_AUDIT_PT: page-table pages of all levels
 * @I915_AUDIT_CONTEXT: GEM contexts
 * @I915_AUDIT_LRC: context images, each with its ring
 * @I915_AUDIT_REQUEST: requests not yet retired
 * @I915_AUDIT_FILE: open files
 * @I915_AUDIT_KINDS: number of kinds
 */
enum i915_audit_kind {
	I915_AUDIT_OBJECT,
	I915_AUDIT_OBJECT_PAGES,
	I915_AUDIT_VMA,
	I915_AUDIT_VMA_BOUND,
	I915_AUDIT_VM,
	I915_AUDIT_PT,
	I915_AUDIT_CONTEXT,
	I915_AUDIT_LRC,
	I915_AUDIT_REQUEST,
	I915_AUDIT_FILE,
	I915_AUDIT_KINDS
};

extern atomic_long_t i915_audit_alive[I915_AUDIT_KINDS];

/**
 * i915_audit_inc - count an allocation
 * @kind: kind of the object
 *
 * Context: any.
 */
static inline void i915_audit_inc(enum i915_audit_kind kind)
{
	atomic_long_inc(&i915_audit_alive[kind]);
}

/**
 * i915_audit_dec - count a free
 * @kind: kind of the object
 *
 * Context: any.
 */
static inline void i915_audit_dec(enum i915_audit_kind kind)
{
	atomic_long_dec(&i915_audit_alive[kind]);
}

/**
 * struct i915_audit_snapshot - the counters at one moment
 * @alive: number of allocated objects by kind
 */
struct i915_audit_snapshot {
	long alive[I915_AUDIT_KINDS];
};

const char *i915_audit_name(enum i915_audit_kind kind);
void i915_audit_take(struct i915_audit_snapshot *snap);
int i915_audit_compare(const struct i915_audit_snapshot *before, struct drm_printer *p);
int i915_audit_check_empty(struct drm_printer *p);

#endif

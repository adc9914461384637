// SPDX-License-Identifier: MIT

#include <linux/bug.h>
#include <linux/kernel.h>

#include <drm/drm_print.h>

#include "base/i915_audit.h"

/**
 * DOC: The leak audit
 *
 * One counter for each kind of object the driver allocates. The counters belong to
 * the module and not to a device, because what leaks usually outlives its device.
 * Every layer counts through two inline functions.
 *
 * A mock selftest, a kselftest or a person takes a snapshot, does something and
 * compares: a difference names the kind. At unload every counter must be zero.
 *
 * Rejected: tracking every allocation. It costs memory and a lock per request, and
 * once the kind is known, KMEMLEAK and the slab debugging of a debug kernel say
 * where the object was allocated.
 */

/** i915_audit_alive - number of allocated objects by kind, on all devices together */
atomic_long_t i915_audit_alive[I915_AUDIT_KINDS];

static const char * const i915_audit_names[I915_AUDIT_KINDS] = {
	[I915_AUDIT_OBJECT] = "object",
	[I915_AUDIT_OBJECT_PAGES] = "object_pages",
	[I915_AUDIT_VMA] = "vma",
	[I915_AUDIT_VMA_BOUND] = "vma_bound",
	[I915_AUDIT_VM] = "vm",
	[I915_AUDIT_PT] = "page_table",
	[I915_AUDIT_CONTEXT] = "context",
	[I915_AUDIT_LRC] = "lrc",
	[I915_AUDIT_REQUEST] = "request",
	[I915_AUDIT_FILE] = "file",
};

/**
 * i915_audit_name - name of a kind in debugfs and in messages
 * @kind: the kind
 *
 * Context: any.
 * Return: a constant string without spaces.
 */
const char *i915_audit_name(enum i915_audit_kind kind)
{
	if (WARN_ON_ONCE(kind >= I915_AUDIT_KINDS))
		return "?";

	return i915_audit_names[kind];
}

/**
 * i915_audit_take - take a snapshot of the counters
 * @snap: filled in
 *
 * The counters are read one after the other and not at one instant, so flush work
 * in the background before you rely on the result.
 *
 * Context: any.
 */
void i915_audit_take(struct i915_audit_snapshot *snap)
{
	unsigned int kind;

	for (kind = 0; kind < I915_AUDIT_KINDS; kind++)
		snap->alive[kind] = atomic_long_read(&i915_audit_alive[kind]);
}

/**
 * i915_audit_compare - print the kinds whose count has changed since a snapshot
 * @before: the snapshot
 * @p: gets one line for each such kind
 *
 * A lower count is as wrong as a higher one: something was freed that was part of
 * the snapshot, or was decremented twice.
 *
 * Context: as @p allows.
 * Return: number of kinds that differ.
 */
int i915_audit_compare(const struct i915_audit_snapshot *before, struct drm_printer *p)
{
	struct i915_audit_snapshot now;
	unsigned int kind;
	int differ = 0;

	i915_audit_take(&now);

	for (kind = 0; kind < I915_AUDIT_KINDS; kind++) {
		long more = now.alive[kind] - before->alive[kind];

		if (!more)
			continue;

		drm_printf(p, "%s: %+ld (%ld alive before, %ld now)\n", i915_audit_names[kind],
			   more, before->alive[kind], now.alive[kind]);
		differ++;
	}

	return differ;
}

/**
 * i915_audit_check_empty - print the kinds whose count is not zero
 * @p: gets one line for each such kind
 *
 * Context: as @p allows.
 * Return: number of kinds whose count is not zero.
 */
int i915_audit_check_empty(struct drm_printer *p)
{
	static const struct i915_audit_snapshot nothing;

	return i915_audit_compare(&nothing, p);
}

// SPDX-License-Identifier: MIT

#include <linux/bug.h>
#include <linux/kernel.h>

#include <drm/drm_print.h>

#include "diag/i915_audit.h"

/**
 * DOC: The leak audit
 *
 * One counter for each kind of thing the driver makes, of the whole module and
 * not of one device: what leaks usually outlives the device it belonged to, so
 * the count must not live in it. The makers count through two inline functions
 * that they may see although they may not see the rest of this room.
 *
 * A selftest suite, a kselftest or a person takes a snapshot, does something
 * and compares. A difference names its kind; at unload every counter must
 * stand at zero. Tracking every single allocation instead was rejected: it
 * costs memory and a lock on each request, and KMEMLEAK and the slab debugging
 * of a debug kernel say where a thing was allocated once the kind is known.
 */

/** i915_audit_alive - things alive, by kind; of all devices together */
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
 * i915_audit_name - what a kind is called in debugfs and in messages
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
 * i915_audit_take - note what is alive now
 * @snap: filled in
 *
 * The counters are read one after the other, not at one instant: flush what
 * still works in the background before relying on the result.
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
 * i915_audit_compare - tell what has come and not gone since a snapshot
 * @before: the snapshot
 * @p: gets one line for each kind whose count differs
 *
 * Fewer than before is as wrong as more: something was freed that was counted
 * as alive, or was counted down twice.
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
 * i915_audit_check_empty - tell what is alive though nothing should be
 * @p: gets one line for each kind that is not at zero
 *
 * Context: as @p allows.
 * Return: number of kinds that are not at zero.
 */
int i915_audit_check_empty(struct drm_printer *p)
{
	static const struct i915_audit_snapshot nothing;

	return i915_audit_compare(&nothing, p);
}

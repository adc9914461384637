// SPDX-License-Identifier: MIT

#include <linux/array_size.h>

#include <drm/drm_print.h>

#include "base/i915_drv.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_layer.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_device.h"
#include "vm/i915_vm_layer.h"

/**
 * DOC: mock sanitycheck
 *
 * Before anything else is believed: a mock device can be made and is gone
 * afterwards, a file on it likewise, and the audit notices a leak.
 */

/* The device is what the runner made; its end is what the runner checks. */
static void one_device(struct i915_st *st)
{
	struct i915_engine *engine;
	unsigned int id, engines = 0;

	for_each_engine(engine, to_gt(st->i915), id)
		engines++;

	st_true(st, "the mock device has an engine", engines > 0);
	st_true(st, "the mock device has a GGTT", to_ggtt(st->i915)->total > 0);
	st_eq(st, "mock devices", mock_devices_alive(), 1);
}

static void two_devices(struct i915_st *st)
{
	struct drm_i915_private *other;

	other = mock_device_create();
	if (!st_ptr(st, "a second mock device", other))
		return;

	st_eq(st, "mock devices", mock_devices_alive(), 2);
	st_ok(st, "bringing the second to rest", mock_device_destroy(other));
	st_eq(st, "mock devices after one is gone", mock_devices_alive(), 1);
}

static void open_and_close(struct i915_st *st)
{
	struct file *file;

	file = mock_file_open(st->i915);
	if (!st_ptr(st, "opening a file", file))
		return;

	st_alive_eq(st, "file open", I915_AUDIT_FILE, 1);
	mock_file_close(file);
	st_alive_eq(st, "file closed", I915_AUDIT_FILE, 0);
}

/* Count a thing that does not exist: the comparison must name one kind, and none without it. */
static void audit_sees_a_leak(struct i915_st *st)
{
	struct drm_printer p = drm_dbg_printer(&st->i915->drm, DRM_UT_DRIVER, "expected leak");
	struct i915_audit_snapshot before;
	unsigned int kind;

	for (kind = 0; kind < I915_AUDIT_KINDS; kind++) {
		i915_audit_take(&before);
		st_eq(st, "kinds that differ with no leak", i915_audit_compare(&before, &p), 0);
		i915_audit_inc(kind);
		st_eq(st, "kinds that differ with a leak", i915_audit_compare(&before, &p), 1);
		i915_audit_dec(kind);
		i915_audit_dec(kind);
		st_eq(st, "kinds that differ with a double free", i915_audit_compare(&before, &p),
		      1);
		i915_audit_inc(kind);
	}
}

static const struct i915_subtest sanitycheck_subtests[] = {
	I915_SUBTEST(one_device),
	I915_SUBTEST(two_devices),
	I915_SUBTEST(open_and_close),
	I915_SUBTEST(audit_sees_a_leak),
};

const struct i915_suite i915_mock_sanitycheck_suite = {
	.name = "sanitycheck",
	.tests = sanitycheck_subtests,
	.count = ARRAY_SIZE(sanitycheck_subtests),
};

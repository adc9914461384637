// SPDX-License-Identifier: MIT

#include <linux/module.h>

/**
 * DOC: Unit tests
 *
 * KUnit covers what is pure logic: page table entries and walks, ring
 * arithmetic, the layout of context images, who is guilty of a reset. Run them
 * with
 * tools/testing/kunit/kunit.py run --arch=x86_64
 * --kunitconfig=drivers/gpu/drm/i915, or load the module i915_test.
 */

MODULE_DESCRIPTION("Unit tests of the i915 driver");
MODULE_LICENSE("Dual MIT/GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);

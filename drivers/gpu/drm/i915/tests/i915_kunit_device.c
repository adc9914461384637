// SPDX-License-Identifier: MIT

#include <linux/dma-mapping.h>
#include <linux/sizes.h>

#include <drm/drm_drv.h>
#include <drm/drm_gem.h>

#include <kunit/device.h>
#include <kunit/test.h>

#include "base/i915_drv.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_uncore.h"
#include "i915_device.h"
#include "i915_kunit_device.h"
#include "i915_module.h"
#include "vm/i915_ggtt.h"
#include "vm/i915_vm_layer.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: A device for unit tests
 *
 * Just enough of a device for objects and address spaces: no engines, no
 * registers, no files. It goes with its test case.
 */

static const struct drm_gem_object_funcs i915_kunit_object_funcs = {
	.free = i915_vma_object_free,
};

static const struct drm_driver i915_kunit_driver = {
	.driver_features = DRIVER_GEM,
	.name = "i915-kunit",
	.desc = "i915 unit tests",
};

/**
 * i915_kunit_device - a device for this test case
 * @test: the test case; it ends here if there is no memory
 *
 * Return: the device.
 */
struct drm_i915_private *i915_kunit_device(struct kunit *test)
{
	struct drm_i915_private *i915;
	struct device *dev;

	if (i915_load_failed())
		kunit_skip(test, "the load of the driver failed: its slabs are not there");

	dev = kunit_device_register(test, "i915-kunit");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_ASSERT_EQ(test, dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(39)), 0);

	i915 = i915_device_alloc(dev, &i915_kunit_driver);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, i915);

	i915->mock = true;
	i915_uncore_init_mock(to_uncore(i915), &i915->drm);
	KUNIT_ASSERT_EQ(test, i915_device_init_mm(i915, &i915_kunit_object_funcs), 0);
	KUNIT_ASSERT_EQ(test, i915_ggtt_init_mock(to_ggtt(i915), i915, SZ_64M), 0);
	KUNIT_ASSERT_EQ(test, i915_device_adopt_ggtt(i915), 0);

	return i915;
}

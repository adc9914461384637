// SPDX-License-Identifier: MIT

#include <linux/dma-mapping.h>
#include <linux/sizes.h>

#include <drm/drm_drv.h>
#include <drm/drm_managed.h>

#include <kunit/device.h>
#include <kunit/test.h>

#include "i915_drv.h"
#include "i915_kunit_device.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_ggtt.h"
#include "vm/i915_vm_device.h"
#include "vm/i915_vma.h"

/**
 * DOC: A device for unit tests
 *
 * Just enough of a device for objects and address spaces: no engines, no
 * registers, no files. It goes with its test case.
 */

static u32 i915_kunit_read(struct i915_uncore *uncore, u32 reg)
{
	return 0;
}

static void i915_kunit_write(struct i915_uncore *uncore, u32 reg, u32 value)
{
}

static const struct i915_uncore_ops i915_kunit_uncore_ops = {
	.read = i915_kunit_read,
	.write = i915_kunit_write,
};

static const struct drm_gem_object_funcs i915_kunit_object_funcs = {
	.free = i915_vma_object_free,
};

static const struct drm_driver i915_kunit_driver = {
	.driver_features = DRIVER_GEM,
	.name = "i915-kunit",
	.desc = "i915 unit tests",
};

static void i915_kunit_release_wq(struct drm_device *drm, void *data)
{
	destroy_workqueue(data);
}

static void i915_kunit_release_mm(struct drm_device *drm, void *data)
{
	i915_mm_fini(to_i915(drm));
}

static void i915_kunit_release_vm_device(struct drm_device *drm, void *data)
{
	i915_vm_device_fini(to_i915(drm));
}

static void i915_kunit_release_ggtt(struct drm_device *drm, void *data)
{
	i915_ggtt_fini(&to_i915(drm)->ggtt);
}

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

	dev = kunit_device_register(test, "i915-kunit");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_ASSERT_EQ(test, dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(39)), 0);

	i915 = devm_drm_dev_alloc(dev, &i915_kunit_driver, struct drm_i915_private, drm);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, i915);

	i915->mock = true;
	i915->uncore.drm = &i915->drm;
	i915->uncore.ops = &i915_kunit_uncore_ops;

	i915->wq = alloc_workqueue("i915-kunit", WQ_UNBOUND, 0);
	KUNIT_ASSERT_NOT_NULL(test, i915->wq);
	KUNIT_ASSERT_EQ(test, drmm_add_action_or_reset(&i915->drm, i915_kunit_release_wq,
						       i915->wq), 0);

	i915_mm_init(i915, &i915_kunit_object_funcs);
	KUNIT_ASSERT_EQ(test, drmm_add_action_or_reset(&i915->drm, i915_kunit_release_mm, NULL), 0);

	KUNIT_ASSERT_EQ(test, i915_vm_device_init(i915), 0);
	KUNIT_ASSERT_EQ(test, drmm_add_action_or_reset(&i915->drm, i915_kunit_release_vm_device,
						       NULL), 0);

	KUNIT_ASSERT_EQ(test, i915_ggtt_init_mock(&i915->ggtt, i915, SZ_64M), 0);
	KUNIT_ASSERT_EQ(test, drmm_add_action_or_reset(&i915->drm, i915_kunit_release_ggtt, NULL),
			0);

	return i915;
}

// SPDX-License-Identifier: MIT

#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/kobject.h>
#include <linux/sizes.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>

#include <kunit/test.h>

#include "base/i915_drv.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_uevent.h"
#include "i915_kunit_device.h"
#include "mem/i915_gem_pages.h"
#include "mem/i915_gem_shmem.h"
#include "mem/i915_mem_layer.h"
#include "mem/i915_mm.h"
#include "vm/i915_gen8_ppgtt.h"
#include "vm/i915_ggtt.h"
#include "vm/i915_pt.h"
#include "vm/i915_vm_device.h"
#include "vm/i915_vm_layer.h"
#include "vm/i915_vm_types.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_bind.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: Unplug tests
 *
 * What is mapped for DMA when the driver is unbound, and what may still be done
 * with it by those who have not let go of it.
 */

struct unplug_test {
	struct drm_i915_private *i915;
};

static int unplug_init(struct kunit *test)
{
	struct unplug_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->i915 = i915_kunit_device(test);
	test->priv = t;

	return 0;
}

static void unplug(struct kunit *test)
{
	struct unplug_test *t = test->priv;

	drm_dev_unplug(&t->i915->drm);
	i915_mm_unmap_dma(t->i915);
	i915_vm_device_unmap_dma(t->i915);
	i915_ggtt_unmap_dma(to_ggtt(t->i915));
}

static struct drm_i915_gem_object *make_object(struct kunit *test)
{
	struct unplug_test *t = test->priv;
	struct drm_i915_gem_object *obj;

	obj = i915_gem_object_create_shmem(t->i915, SZ_16K);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, obj);

	return obj;
}

static int pin(struct drm_i915_gem_object *obj)
{
	int ret;

	dma_resv_lock(obj->base.resv, NULL);
	ret = i915_gem_object_pin_pages(obj);
	dma_resv_unlock(obj->base.resv);

	return ret;
}

static int bind(struct i915_vma *vma)
{
	static const struct i915_vma_placement anywhere;
	int ret;

	dma_resv_lock(vma->obj->base.resv, NULL);
	ret = i915_vma_bind(vma, &anywhere);
	dma_resv_unlock(vma->obj->base.resv);

	return ret;
}

static void objects_keep_their_contents(struct kunit *test)
{
	struct drm_i915_gem_object *pinned = make_object(test), *idle = make_object(test);
	struct drm_i915_gem_object *fresh = make_object(test);
	struct unplug_test *t = test->priv;
	u8 *page;

	KUNIT_ASSERT_EQ(test, pin(pinned), 0);
	KUNIT_ASSERT_EQ(test, pin(idle), 0);
	i915_gem_object_unpin_pages(idle);
	page = page_address(pinned->page_array[1]);
	memset(page, 0x5a, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&to_mm(t->i915)->nr_mapped), 2);

	unplug(test);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&to_mm(t->i915)->nr_mapped), 0);
	KUNIT_EXPECT_NULL(test, pinned->pages);
	KUNIT_EXPECT_NULL(test, idle->pages);
	KUNIT_ASSERT_NOT_NULL(test, pinned->page_array);
	KUNIT_EXPECT_PTR_EQ(test, page_address(pinned->page_array[1]), (void *)page);
	KUNIT_EXPECT_NULL(test, memchr_inv(page, 0x5a, PAGE_SIZE));

	/* An importer that is there may still ask for what is there. */
	KUNIT_EXPECT_EQ(test, pin(pinned), 0);
	i915_gem_object_unpin_pages(pinned);
	KUNIT_EXPECT_EQ(test, pin(fresh), -ENODEV);

	/* Twice is once. */
	i915_mm_unmap_dma(t->i915);
	i915_gem_object_unpin_pages(pinned);
	drm_gem_object_put(&pinned->base);
	drm_gem_object_put(&idle->base);
	drm_gem_object_put(&fresh->base);
}

/* Return: tables of a tree that are mapped. */
static unsigned int mapped_tables(const struct i915_page_table *pt)
{
	unsigned int n, count = pt->dma != DMA_MAPPING_ERROR;

	for (n = 0; pt->child && n < I915_PT_ENTRIES; n++)
		count += pt->child[n] ? mapped_tables(pt->child[n]) : 0;

	return count;
}

static void page_tables(struct kunit *test)
{
	struct drm_i915_gem_object *bound = make_object(test), *other = make_object(test);
	struct unplug_test *t = test->priv;
	struct i915_address_space *vm = i915_ppgtt_create(t->i915, 1);
	struct i915_vma *vma, *refused;
	unsigned int level;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, vm);
	vma = i915_vma_get_active(bound, vm);
	refused = i915_vma_get_active(other, vm);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, vma);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, refused);
	KUNIT_ASSERT_EQ(test, bind(vma), 0);
	KUNIT_ASSERT_EQ(test, pin(other), 0);
	KUNIT_EXPECT_EQ(test, mapped_tables(vm->top), I915_PT_LEVELS);

	unplug(test);
	KUNIT_EXPECT_EQ(test, mapped_tables(vm->top), 0);
	for (level = 0; level < I915_PT_LEVELS - 1; level++)
		KUNIT_EXPECT_EQ(test, to_vm_device(t->i915)->scratch_pt[level]->dma,
				DMA_MAPPING_ERROR);
	KUNIT_EXPECT_EQ(test, to_vm_device(t->i915)->scratch_dma, DMA_MAPPING_ERROR);
	KUNIT_EXPECT_EQ(test, bind(refused), -ENODEV);
	KUNIT_EXPECT_TRUE(test, IS_ERR(i915_ppgtt_create(t->i915, 1)));

	i915_gem_object_unpin_pages(other);
	i915_vma_put_active(vma);
	i915_vma_put_active(refused);
	drm_gem_object_put(&bound->base);
	drm_gem_object_put(&other->base);
	KUNIT_EXPECT_EQ(test, vm->top->used, 0);
	i915_vm_put_user(vm);
}

static void ggtt_buffers(struct kunit *test)
{
	struct i915_ggtt_buf *buf = kunit_kcalloc(test, 3, sizeof(*buf), GFP_KERNEL);
	struct i915_ggtt_buf *small = &buf[0], *large = &buf[1], *late = &buf[2];
	struct unplug_test *t = test->priv;
	struct i915_ggtt *ggtt = to_ggtt(t->i915);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, i915_ggtt_buf_init(ggtt, small, 1, 1, 0), 0);
	KUNIT_ASSERT_EQ(test, i915_ggtt_buf_init(ggtt, large, 4, 4, 4), 0);
	KUNIT_EXPECT_FALSE(test, small->unmapped);

	unplug(test);
	KUNIT_EXPECT_TRUE(test, small->unmapped);
	KUNIT_EXPECT_TRUE(test, large->unmapped);
	KUNIT_EXPECT_EQ(test, i915_ggtt_buf_init(ggtt, late, 1, 1, 0), -ENODEV);

	i915_ggtt_buf_fini(ggtt, small);
	i915_ggtt_buf_fini(ggtt, large);
	i915_ggtt_buf_fini(ggtt, late);
}

static atomic_t uevents_sent;

static int count_uevent(const struct device *dev, struct kobj_uevent_env *env)
{
	atomic_inc(&uevents_sent);

	return 0;
}

/* Return: how many uevents a reset sends. */
static int announce_reset(struct i915_gt *gt)
{
	atomic_set(&uevents_sent, 0);
	atomic_set(&gt->uevents, I915_EVENT_RESET | I915_EVENT_RECOVERED);
	i915_gt_announce_work(&gt->uevent_work);

	return atomic_read(&uevents_sent);
}

/* A device that is being unplugged stays registered for a moment, while its card goes. */
static void uevents(struct kunit *test)
{
	static const struct device_type counting = { .name = "i915-kunit", .uevent = count_uevent };
	struct unplug_test *t = test->priv;
	struct drm_device *drm = &t->i915->drm;
	const struct device_type *type;

	KUNIT_ASSERT_NOT_NULL(test, drm->primary);
	type = drm->primary->kdev->type;
	drm->primary->kdev->type = &counting;
	to_gt(t->i915)->i915 = t->i915;
	drm->registered = true;
	KUNIT_EXPECT_EQ(test, announce_reset(to_gt(t->i915)), 3);
	drm->registered = false;

	unplug(test);
	drm->registered = true;
	KUNIT_EXPECT_EQ(test, announce_reset(to_gt(t->i915)), 0);
	drm->registered = false;
	drm->primary->kdev->type = type;
}

static struct kunit_case i915_unplug_cases[] = {
	KUNIT_CASE(objects_keep_their_contents),
	KUNIT_CASE(page_tables),
	KUNIT_CASE(ggtt_buffers),
	KUNIT_CASE(uevents),
	{}
};

static struct kunit_suite i915_unplug_suite = {
	.name = "i915_unplug",
	.init = unplug_init,
	.test_cases = i915_unplug_cases,
};

kunit_test_suite(i915_unplug_suite);

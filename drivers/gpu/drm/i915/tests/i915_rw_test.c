// SPDX-License-Identifier: MIT

#include <linux/dma-resv.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include <kunit/test.h>

#include "mem/i915_gem_object.h"
#include "mem/i915_gem_rw.h"

/*
 * PREAD and PWRITE of more of an import than one copy can take. Three GiB nobody
 * has to have: the memory of the user ends early, and what was copied until then
 * tells whether the copy went piece by piece.
 */

#define RW_OBJECT_SIZE	(3ull * SZ_1G)
#define RW_KERNEL_SIZE	SZ_256K
#define RW_USER_SIZE	SZ_128K

struct rw_test {
	struct drm_i915_gem_object *obj;
	u8 *kernel;
	void __user *user;
};

static const struct i915_gem_object_ops rw_ops = {
	.name = "rw-test",
};

static int rw_init(struct kunit *test)
{
	struct rw_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	unsigned long user;

	KUNIT_ASSERT_NOT_NULL(test, t);
	test->priv = t;

	/* As an import that is mapped already: neither a device nor an exporter is asked. */
	t->kernel = kunit_kzalloc(test, RW_KERNEL_SIZE, GFP_KERNEL);
	t->obj = kunit_kzalloc(test, sizeof(*t->obj), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->kernel);
	KUNIT_ASSERT_NOT_NULL(test, t->obj);
	dma_resv_init(&t->obj->base._resv);
	t->obj->base.resv = &t->obj->base._resv;
	t->obj->base.size = RW_OBJECT_SIZE;
	t->obj->ops = &rw_ops;
	t->obj->pages = kunit_kzalloc(test, sizeof(*t->obj->pages), GFP_KERNEL);
	t->obj->vaddr = t->kernel;
	KUNIT_ASSERT_NOT_NULL(test, t->obj->pages);

	user = kunit_vm_mmap(test, NULL, 0, 2 * RW_USER_SIZE, PROT_READ | PROT_WRITE,
			     MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(user) || !user);
	KUNIT_ASSERT_EQ(test, vm_munmap(user + RW_USER_SIZE, RW_USER_SIZE), 0);
	t->user = (void __user *)user;

	return 0;
}

static void rw_exit(struct kunit *test)
{
	struct rw_test *t = test->priv;

	if (t && t->obj && t->obj->base.resv)
		dma_resv_fini(&t->obj->base._resv);
}

static int rw_copy(struct rw_test *t, bool write)
{
	struct i915_gem_copy copy = {
		.size = RW_OBJECT_SIZE,
		.user = t->user,
		.write = write,
	};

	return i915_gem_object_copy(t->obj, &copy);
}

static void pread_of_gigabytes(struct kunit *test)
{
	struct rw_test *t = test->priv;

	memset(t->kernel, 0x5a, RW_KERNEL_SIZE);
	KUNIT_EXPECT_EQ(test, rw_copy(t, false), -EFAULT);

	memset(t->kernel, 0, RW_KERNEL_SIZE);
	KUNIT_ASSERT_EQ(test, copy_from_user(t->kernel, t->user, RW_USER_SIZE), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(t->kernel, 0x5a, RW_USER_SIZE));
	KUNIT_EXPECT_EQ(test, atomic_read(&t->obj->pages_pin), 0);
}

static void pwrite_of_gigabytes(struct kunit *test)
{
	struct rw_test *t = test->priv;

	memset(t->kernel, 0xc3, RW_KERNEL_SIZE);
	KUNIT_ASSERT_EQ(test, copy_to_user(t->user, t->kernel, RW_USER_SIZE), 0);
	memset(t->kernel, 0x5a, RW_KERNEL_SIZE);
	KUNIT_EXPECT_EQ(test, rw_copy(t, true), -EFAULT);

	KUNIT_EXPECT_NULL(test, memchr_inv(t->kernel, 0xc3, RW_USER_SIZE));
	KUNIT_EXPECT_NULL(test, memchr_inv(t->kernel + RW_USER_SIZE, 0x5a,
					   RW_KERNEL_SIZE - RW_USER_SIZE));
	KUNIT_EXPECT_EQ(test, atomic_read(&t->obj->pages_pin), 0);
}

static struct kunit_case i915_rw_cases[] = {
	KUNIT_CASE(pread_of_gigabytes),
	KUNIT_CASE(pwrite_of_gigabytes),
	{}
};

static struct kunit_suite i915_rw_suite = {
	.name = "i915_rw",
	.init = rw_init,
	.exit = rw_exit,
	.test_cases = i915_rw_cases,
};

kunit_test_suite(i915_rw_suite);

// SPDX-License-Identifier: MIT

#include <linux/dma-resv.h>
#include <linux/io.h>
#include <linux/prandom.h>
#include <linux/sizes.h>

#include <kunit/static_stub.h>
#include <kunit/test.h>

#include "base/i915_drv.h"
#include "i915_kunit_device.h"
#include "mem/i915_gem_shmem.h"
#include "vm/i915_gen8_ppgtt.h"
#include "vm/i915_pt.h"
#include "vm/i915_vm_layer.h"
#include "vm/i915_vm_types.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_bind.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: Page table tests
 *
 * Tables are looked at from both sides: as the driver keeps them, to count
 * them, and as the GPU reads them, by following addresses in memory.
 */

#define LAST_PAGE	((1ull << I915_PPGTT_BITS) - SZ_4K)

/* Whose address spaces they are */
#define TEST_OWNER	1

struct ppgtt_test {
	struct drm_i915_private *i915;
	struct i915_address_space *vm;
	/* the table whose allocation fails: 0 for none, 1 for the next one */
	unsigned int fail_at;
};

static unsigned int count_tables(const struct i915_page_table *pt)
{
	unsigned int n, count = 1, used = 0;

	for (n = 0; pt->child && n < I915_PT_ENTRIES; n++) {
		if (pt->child[n]) {
			count += count_tables(pt->child[n]);
			used++;
		}
	}

	/* A count that does not match its table would free it too early or never. */
	return !pt->child || used == pt->used ? count : 0;
}

/* What the GPU finds at @addr: the PTE, or 0 if a level on the way is not present */
static u64 gpu_walk(struct i915_address_space *vm, u64 addr)
{
	u64 entry = i915_ppgtt_root(vm);
	int level;

	for (level = I915_PT_LEVELS - 1; level >= 0; level--) {
		const u64 *table = phys_to_virt(entry & GENMASK_ULL(38, 12));

		entry = table[(addr >> (12 + 9 * level)) & 0x1ff];
		if (!(entry & 1))
			return 0;
	}

	return entry;
}

static u64 page_pte(struct drm_i915_gem_object *obj, unsigned int n)
{
	return page_to_phys(obj->page_array[n]) | 0x83;
}

static void expect_scratch(struct kunit *test, u64 addr)
{
	struct ppgtt_test *t = test->priv;

	KUNIT_EXPECT_EQ_MSG(test, gpu_walk(t->vm, addr), to_vm_device(t->i915)->scratch_dma | 0x81,
			    "address %#llx does not lead to the read-only scratch page", addr);
}

static void expect_bound(struct kunit *test, struct i915_vma *vma)
{
	struct ppgtt_test *t = test->priv;
	unsigned int n;

	for (n = 0; n < vma->obj->base.size / SZ_4K; n++) {
		u64 addr = i915_vma_offset(vma) + n * (u64)SZ_4K;

		KUNIT_ASSERT_EQ_MSG(test, gpu_walk(t->vm, addr), page_pte(vma->obj, n),
				    "page %u at %#llx", n, addr);
	}
}

static struct i915_vma *make_vma(struct kunit *test, u64 size)
{
	struct ppgtt_test *t = test->priv;
	struct drm_i915_gem_object *obj;
	struct i915_vma *vma;

	obj = i915_gem_object_create_internal(t->i915, size);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, obj);
	vma = i915_vma_get_active(obj, t->vm);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, vma);

	return vma;
}

static int bind_at(struct i915_vma *vma, u64 offset)
{
	struct i915_vma_placement where = { .offset = offset, .exact = true };
	int ret;

	dma_resv_lock(vma->obj->base.resv, NULL);
	ret = i915_vma_bind(vma, &where);
	dma_resv_unlock(vma->obj->base.resv);

	return ret;
}

/* The object dies, and the VMA with it. */
static void drop_vma(struct i915_vma *vma)
{
	struct drm_i915_gem_object *obj = vma->obj;

	i915_vma_put_active(vma);
	drm_gem_object_put(&obj->base);
}

static unsigned int tables(struct kunit *test)
{
	struct ppgtt_test *t = test->priv;

	return count_tables(t->vm->top);
}

static void fresh_vm_is_all_scratch(struct kunit *test)
{
	struct rnd_state rnd;
	int n;

	KUNIT_EXPECT_EQ(test, tables(test), 1);
	expect_scratch(test, 0);
	expect_scratch(test, LAST_PAGE);

	prandom_seed_state(&rnd, 0x1915);
	for (n = 0; n < 100; n++)
		expect_scratch(test, (u64)prandom_u32_state(&rnd) << 16);
}

static void one_page(struct kunit *test)
{
	struct i915_vma *vma = make_vma(test, SZ_4K);

	KUNIT_ASSERT_EQ(test, bind_at(vma, SZ_1M), 0);
	KUNIT_EXPECT_EQ(test, tables(test), 4);
	expect_bound(test, vma);
	expect_scratch(test, SZ_1M - SZ_4K);
	expect_scratch(test, SZ_1M + SZ_4K);

	drop_vma(vma);
	KUNIT_EXPECT_EQ(test, tables(test), 1);
	expect_scratch(test, SZ_1M);
}

struct span_case {
	const char *name;
	u64 offset;
	u64 size;
	unsigned int tables;
};

static const struct span_case span_cases[] = {
	{ "first page", 0, SZ_4K, 4 },
	{ "last page", LAST_PAGE, SZ_4K, 4 },
	{ "a whole table", SZ_2M, SZ_2M, 4 },
	{ "across two tables", SZ_2M - SZ_4K, SZ_8K, 5 },
	{ "three tables, the middle one whole", SZ_2M - SZ_4K, SZ_2M + SZ_8K, 6 },
	{ "across two directories", SZ_1G - SZ_4K, SZ_8K, 6 },
	{ "across two directory pointer tables", (512ull << 30) - SZ_4K, SZ_8K, 7 },
};

static void span_case_desc(const struct span_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(span, span_cases, span_case_desc);

static void tables_come_and_go(struct kunit *test)
{
	const struct span_case *c = test->param_value;
	struct i915_vma *vma = make_vma(test, c->size);

	KUNIT_ASSERT_EQ(test, bind_at(vma, c->offset), 0);
	KUNIT_EXPECT_EQ(test, tables(test), c->tables);
	expect_bound(test, vma);
	if (c->offset)
		expect_scratch(test, c->offset - SZ_4K);
	if (c->offset + c->size <= LAST_PAGE)
		expect_scratch(test, c->offset + c->size);

	drop_vma(vma);
	KUNIT_EXPECT_EQ(test, tables(test), 1);
	expect_scratch(test, c->offset);
}

static void neighbours_share_tables(struct kunit *test)
{
	struct i915_vma *a = make_vma(test, SZ_4K), *b = make_vma(test, SZ_4K);

	KUNIT_ASSERT_EQ(test, bind_at(a, 0), 0);
	KUNIT_ASSERT_EQ(test, bind_at(b, SZ_4K), 0);
	KUNIT_EXPECT_EQ(test, tables(test), 4);

	drop_vma(a);
	KUNIT_EXPECT_EQ(test, tables(test), 4);
	expect_scratch(test, 0);
	expect_bound(test, b);

	drop_vma(b);
	KUNIT_EXPECT_EQ(test, tables(test), 1);
}

static void move(struct kunit *test)
{
	struct i915_vma *vma = make_vma(test, SZ_4K);

	KUNIT_ASSERT_EQ(test, bind_at(vma, SZ_1M), 0);
	KUNIT_ASSERT_EQ(test, bind_at(vma, SZ_1G), 0);
	KUNIT_EXPECT_EQ(test, i915_vma_offset(vma), (u64)SZ_1G);
	KUNIT_EXPECT_EQ(test, tables(test), 4);
	expect_bound(test, vma);
	expect_scratch(test, SZ_1M);

	/* Somebody else counts on the address: it must stay. */
	KUNIT_EXPECT_PTR_EQ(test, i915_vma_get_active(vma->obj, vma->vm), vma);
	KUNIT_EXPECT_EQ(test, bind_at(vma, SZ_1M), -EBUSY);
	expect_bound(test, vma);
	i915_vma_put_active(vma);

	drop_vma(vma);
}

static void bad_addresses(struct kunit *test)
{
	struct i915_vma *vma = make_vma(test, SZ_8K);
	struct i915_vma_placement low = { .offset = SZ_4G - SZ_8K, .exact = true, .low = true };

	KUNIT_EXPECT_EQ(test, bind_at(vma, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, bind_at(vma, LAST_PAGE), -EINVAL);
	KUNIT_EXPECT_EQ(test, bind_at(vma, U64_MAX - SZ_4K + 1), -EINVAL);

	dma_resv_lock(vma->obj->base.resv, NULL);
	KUNIT_EXPECT_EQ(test, i915_vma_bind(vma, &low), -EINVAL);
	dma_resv_unlock(vma->obj->base.resv);

	KUNIT_EXPECT_FALSE(test, vma->bound);
	KUNIT_EXPECT_EQ(test, tables(test), 1);
	drop_vma(vma);
}

static struct i915_page_table *fail_nth(struct i915_vm_device *vmd, unsigned int level)
{
	struct kunit *test = kunit_get_current_test();
	struct ppgtt_test *t = test->priv;
	struct i915_page_table *pt;

	if (!--t->fail_at)
		return NULL;

	kunit_deactivate_static_stub(test, i915_pt_alloc);
	pt = i915_pt_alloc(vmd, level);
	kunit_activate_static_stub(test, i915_pt_alloc, fail_nth);

	return pt;
}

static void no_memory_leaves_nothing(struct kunit *test)
{
	struct ppgtt_test *t = test->priv;
	struct i915_vma *vma = make_vma(test, SZ_2M + SZ_8K);
	unsigned int n;
	int ret = -ENOMEM;

	/* Across two directories: PDP, PD, PT, then PD, PT, PT */
	for (n = 1; n <= 10 && ret; n++) {
		t->fail_at = n;
		kunit_activate_static_stub(test, i915_pt_alloc, fail_nth);
		ret = bind_at(vma, SZ_1G - SZ_4K);
		kunit_deactivate_static_stub(test, i915_pt_alloc);
		if (!ret)
			break;

		KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
		KUNIT_EXPECT_EQ_MSG(test, tables(test), 1, "table %u could not be had", n);
		KUNIT_EXPECT_FALSE(test, drm_mm_node_allocated(&vma->node));
		KUNIT_EXPECT_EQ(test, atomic_read(&vma->obj->pages_pin), 0);
		/* Its pages were in the tables for a while: the TLB may know them. */
		KUNIT_EXPECT_NE(test, vma->obj->tlb_stamp, 0);
		vma->obj->tlb_stamp = 0;
		expect_scratch(test, SZ_1G - SZ_4K);
	}
	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_EQ_MSG(test, n, 7, "tables needed plus one");
	expect_bound(test, vma);

	drop_vma(vma);
	KUNIT_EXPECT_EQ(test, tables(test), 1);
}

static void clean_leaves_nothing(struct kunit *test)
{
	struct ppgtt_test *t = test->priv;
	struct drm_i915_gem_object *obj[8];
	struct i915_vma *busy = NULL;
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(obj); n++) {
		struct i915_vma *vma = make_vma(test, SZ_4K);

		obj[n] = vma->obj;
		KUNIT_ASSERT_EQ(test, bind_at(vma, n * (u64)SZ_1G), 0);
		if (n)
			i915_vma_put_active(vma);
		else
			busy = vma;
	}

	/* A marked VMA stays, the others go although their objects live on. */
	KUNIT_EXPECT_EQ(test, i915_vm_clean(t->vm), 1);
	KUNIT_EXPECT_EQ(test, tables(test), 4);
	expect_bound(test, busy);
	for (n = 1; n < ARRAY_SIZE(obj); n++)
		KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&obj[n]->vmas));

	i915_vma_put_active(busy);
	KUNIT_EXPECT_EQ(test, i915_vm_clean(t->vm), 0);
	KUNIT_EXPECT_EQ(test, tables(test), 1);

	for (n = 0; n < ARRAY_SIZE(obj); n++)
		drm_gem_object_put(&obj[n]->base);
}

static void closed_while_active(struct kunit *test)
{
	struct ppgtt_test *t = test->priv;
	struct i915_vma *vma = make_vma(test, SZ_4K);
	struct drm_i915_gem_object *obj = vma->obj;

	KUNIT_ASSERT_EQ(test, bind_at(vma, SZ_1M), 0);

	/* Closed with a mark on it: it stays until the mark goes. */
	i915_vma_close(obj, t->vm);
	expect_bound(test, vma);
	i915_vma_put_active(vma);
	flush_workqueue(t->i915->wq);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&obj->vmas));
	KUNIT_EXPECT_EQ(test, tables(test), 1);

	/* Closed and used again through another handle: it stays. */
	vma = i915_vma_get_active(obj, t->vm);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, vma);
	KUNIT_ASSERT_EQ(test, bind_at(vma, SZ_1M), 0);
	i915_vma_close(obj, t->vm);
	KUNIT_EXPECT_PTR_EQ(test, i915_vma_get_active(obj, t->vm), vma);
	i915_vma_put_active(vma);
	i915_vma_put_active(vma);
	flush_workqueue(t->i915->wq);
	KUNIT_EXPECT_FALSE(test, RB_EMPTY_ROOT(&obj->vmas));
	expect_bound(test, vma);

	/* Closed while idle: it goes at once. */
	i915_vma_close(obj, t->vm);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&obj->vmas));
	KUNIT_EXPECT_EQ(test, tables(test), 1);

	drm_gem_object_put(&obj->base);
}

static int ppgtt_test_init(struct kunit *test)
{
	struct ppgtt_test *t;

	t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t);
	test->priv = t;

	t->i915 = i915_kunit_device(test);
	t->vm = i915_ppgtt_create(t->i915, TEST_OWNER);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t->vm);

	return 0;
}

static void ppgtt_test_exit(struct kunit *test)
{
	struct ppgtt_test *t = test->priv;

	if (t && !IS_ERR_OR_NULL(t->vm))
		i915_vm_put_user(t->vm);
}

static struct kunit_case i915_ppgtt_cases[] = {
	KUNIT_CASE(fresh_vm_is_all_scratch),
	KUNIT_CASE(one_page),
	KUNIT_CASE_PARAM(tables_come_and_go, span_gen_params),
	KUNIT_CASE(neighbours_share_tables),
	KUNIT_CASE(move),
	KUNIT_CASE(bad_addresses),
	KUNIT_CASE(no_memory_leaves_nothing),
	KUNIT_CASE(clean_leaves_nothing),
	KUNIT_CASE(closed_while_active),
	{}
};

static struct kunit_suite i915_ppgtt_suite = {
	.name = "i915_ppgtt",
	.init = ppgtt_test_init,
	.exit = ppgtt_test_exit,
	.test_cases = i915_ppgtt_cases,
};

kunit_test_suite(i915_ppgtt_suite);

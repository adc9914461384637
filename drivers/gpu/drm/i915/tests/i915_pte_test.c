// SPDX-License-Identifier: MIT

#include <linux/sizes.h>

#include <kunit/test.h>

#include "vm/i915_pt.h"

struct pte_case {
	const char *name;
	dma_addr_t dma;
	bool readonly;
	u64 pte;
};

/* Expected values as in the Broadwell PRM, not as in the driver's macros. */
static const struct pte_case pte_cases[] = {
	{ "first page", 0x0, false, 0x83 },
	{ "page", 0x12345000, false, 0x12345083 },
	{ "page beyond 4 GiB", 0x212345000, false, 0x212345083 },
	{ "last page of 39 bits", 0x7ffffff000, false, 0x7ffffff083 },
	{ "read-only page", 0x12345000, true, 0x12345081 },
};

static void pte_case_desc(const struct pte_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pte, pte_cases, pte_case_desc);

static void pte_encode(struct kunit *test)
{
	const struct pte_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, i915_pte_encode(c->dma, c->readonly), c->pte);
}

static void pde_encode(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, i915_pde_encode(0x12345000), 0x12345003ull);
	KUNIT_EXPECT_EQ(test, i915_pde_encode(0x7ffffff000), 0x7ffffff003ull);
}

static void pt_index(struct kunit *test)
{
	/* One different index per level: PML4 1, PDP 2, PD 3, PT 4, byte 5 */
	u64 addr = 1ull << 39 | 2ull << 30 | 3ull << 21 | 4ull << 12 | 5;

	KUNIT_EXPECT_EQ(test, i915_pt_index(addr, 3), 1);
	KUNIT_EXPECT_EQ(test, i915_pt_index(addr, 2), 2);
	KUNIT_EXPECT_EQ(test, i915_pt_index(addr, 1), 3);
	KUNIT_EXPECT_EQ(test, i915_pt_index(addr, 0), 4);
	KUNIT_EXPECT_EQ(test, i915_pt_index((1ull << 48) - 1, 3), 511);
	KUNIT_EXPECT_EQ(test, i915_pt_index((1ull << 48) - 1, 0), 511);
	KUNIT_EXPECT_EQ(test, I915_PT_SPAN, (u64)SZ_2M);
}

static struct kunit_case i915_pte_cases[] = {
	KUNIT_CASE_PARAM(pte_encode, pte_gen_params),
	KUNIT_CASE(pde_encode),
	KUNIT_CASE(pt_index),
	{}
};

static struct kunit_suite i915_pte_suite = {
	.name = "i915_pte",
	.test_cases = i915_pte_cases,
};

kunit_test_suite(i915_pte_suite);

// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/sizes.h>
#include <linux/workqueue.h>

#include "base/i915_drv.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_mem_layer.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_util.h"
#include "vm/i915_pt.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_bind.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: mock tlb
 *
 * What page tables led to goes back to the system after the GPU was told to
 * forget it, and not before. The mock device has no TLB: the suite stands in for
 * it, counts how often it is told, and looks at what is still there then.
 */

/* What the invalidation saw; one subtest runs at a time */
static struct {
	struct i915_st *st;
	unsigned int count;
	/* alive at the latest invalidation */
	long tables;
	long pages;
} tlb_seen;

static void tlb_invalidate(struct drm_i915_private *i915)
{
	tlb_seen.count++;
	tlb_seen.tables = st_alive(tlb_seen.st, I915_AUDIT_PT);
	tlb_seen.pages = st_alive(tlb_seen.st, I915_AUDIT_OBJECT_PAGES);
}

static void tlb_watch(struct i915_st *st)
{
	tlb_seen = (typeof(tlb_seen)){ .st = st };
	to_mm(st->i915)->invalidate_tlb = tlb_invalidate;
}

/* An idle VMA goes that had tables of its own, while another one of the VM is active. */
static void tables_outlive_what_runs(struct i915_st *st)
{
	const struct i915_vma_placement low = { .offset = 0, .exact = true };
	const struct i915_vma_placement high = { .offset = SZ_1G, .exact = true };
	struct drm_i915_gem_object *busy = mock_object(st, 1), *idle = mock_object(st, 1);
	struct mock_client client;
	struct i915_vma *vma;

	if (!busy || !idle || !mock_client_open(st, &client))
		goto out;

	tlb_watch(st);
	vma = mock_bind_active(st, busy, client.vm, &low);
	st_ok(st, "binding", mock_bind(idle, client.vm, &high, NULL));
	st_alive_eq(st, "both bound", I915_AUDIT_PT, 1 + 3 + 2);

	i915_vma_close(idle, client.vm);
	st_alive_eq(st, "one closed", I915_AUDIT_PT, 1 + 3);
	st_eq(st, "invalidations", tlb_seen.count, 1);
	st_eq(st, "tables there at the invalidation", tlb_seen.tables, 1 + 3 + 2);

	if (vma)
		i915_vma_put_active(vma);
	mock_client_close(&client);
out:
	if (idle)
		i915_gem_object_put(idle);
	if (busy)
		i915_gem_object_put(busy);
}

/* Another one who frees page tables, while we are in the middle of that */
static struct {
	struct work_struct work;
	struct completion over;
	struct drm_i915_private *i915;
	/* it found nothing to do, although there are tables left */
	bool early;
} tlb_other;

#define TLB_OTHER_JIFFIES	msecs_to_jiffies(50)

static void tlb_other_work(struct work_struct *work)
{
	i915_pt_free_pruned(tlb_other.i915);
	complete(&tlb_other.over);
}

static void tlb_invalidate_slowly(struct drm_i915_private *i915)
{
	tlb_invalidate(i915);
	queue_work(system_wq, &tlb_other.work);
	tlb_other.early = wait_for_completion_timeout(&tlb_other.over, TLB_OTHER_JIFFIES);
}

/* When i915_pt_free_pruned() returns, tables that somebody else is about to free are free, too. */
static void waits_for_who_frees(struct i915_st *st)
{
	const struct i915_vma_placement low = { .offset = 0, .exact = true };
	const struct i915_vma_placement high = { .offset = SZ_1G, .exact = true };
	struct drm_i915_gem_object *busy = mock_object(st, 1), *idle = mock_object(st, 1);
	struct mock_client client;
	struct i915_vma *vma;

	if (!busy || !idle || !mock_client_open(st, &client))
		goto out;

	tlb_watch(st);
	tlb_other.i915 = st->i915;
	tlb_other.early = false;
	init_completion(&tlb_other.over);
	INIT_WORK(&tlb_other.work, tlb_other_work);
	to_mm(st->i915)->invalidate_tlb = tlb_invalidate_slowly;

	vma = mock_bind_active(st, busy, client.vm, &low);
	st_ok(st, "binding", mock_bind(idle, client.vm, &high, NULL));
	i915_vma_close(idle, client.vm);
	flush_work(&tlb_other.work);
	st_eq(st, "invalidations", tlb_seen.count, 1);
	st_true(st, "the other one waited", !tlb_other.early);
	st_true(st, "the other one came back", completion_done(&tlb_other.over));

	tlb_watch(st);
	if (vma)
		i915_vma_put_active(vma);
	mock_client_close(&client);
out:
	if (idle)
		i915_gem_object_put(idle);
	if (busy)
		i915_gem_object_put(busy);
}

#define TLB_VMS	8

/* An object dies that was bound in many VMs: its tables and its pages need one together. */
static void one_for_many(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct mock_client client[TLB_VMS];
	unsigned int n, opened;

	if (!obj)
		return;

	tlb_watch(st);
	for (opened = 0; opened < TLB_VMS; opened++) {
		if (!mock_client_open(st, &client[opened]))
			break;
		st_ok(st, "binding", mock_bind(obj, client[opened].vm, NULL, NULL));
	}
	st_alive_eq(st, "bound", I915_AUDIT_PT, TLB_VMS * 4);

	i915_gem_object_put(obj);
	mock_flush(st->i915);
	st_alive_eq(st, "object dead", I915_AUDIT_PT, TLB_VMS);
	st_alive_eq(st, "object dead", I915_AUDIT_OBJECT_PAGES, 0);
	st_eq(st, "invalidations", tlb_seen.count, 1);
	st_eq(st, "tables there at the invalidation", tlb_seen.tables, TLB_VMS * 4);
	st_eq(st, "pages there at the invalidation", tlb_seen.pages, 1);

	for (n = 0; n < opened; n++)
		mock_client_close(&client[n]);
}

/* Objects bound in one address space; the first one keeps its tables from becoming empty */
struct tlb_three {
	struct mock_client client;
	struct drm_i915_gem_object *obj[3];
};

static void tlb_three_put(struct tlb_three *three, unsigned int n)
{
	if (three->obj[n])
		i915_gem_object_put(three->obj[n]);
	three->obj[n] = NULL;
}

static void tlb_three_fini(struct tlb_three *three)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(three->obj); n++)
		tlb_three_put(three, n);
	mock_client_close(&three->client);
}

/* Return: false, with the failure noted and nothing left */
static bool tlb_three_init(struct i915_st *st, struct tlb_three *three)
{
	bool made = true;
	unsigned int n;

	if (!mock_client_open(st, &three->client))
		return false;

	for (n = 0; n < ARRAY_SIZE(three->obj); n++) {
		three->obj[n] = mock_object(st, 1);
		made = made && three->obj[n] &&
		       st_ok(st, "binding", mock_bind(three->obj[n], three->client.vm, NULL, NULL));
	}
	if (!made)
		tlb_three_fini(three);
	else
		tlb_watch(st);

	return made;
}

/* Unbound at different times, given back later: the first invalidation serves both. */
static void one_serves_what_was_before(struct i915_st *st)
{
	struct tlb_three three;

	if (!tlb_three_init(st, &three))
		return;

	i915_vma_close(three.obj[1], three.client.vm);
	i915_vma_close(three.obj[2], three.client.vm);
	st_eq(st, "invalidations for addresses", tlb_seen.count, 0);

	tlb_three_put(&three, 1);
	mock_flush(st->i915);
	st_eq(st, "invalidations for the first", tlb_seen.count, 1);
	tlb_three_put(&three, 2);
	mock_flush(st->i915);
	st_eq(st, "invalidations for both", tlb_seen.count, 1);

	i915_vma_close(three.obj[0], three.client.vm);
	st_eq(st, "invalidations for the tables", tlb_seen.count, 2);
	tlb_three_fini(&three);
}

/* Unbound again after an invalidation: that one was too early for it. */
static void one_is_too_early(struct i915_st *st)
{
	struct tlb_three three;

	if (!tlb_three_init(st, &three))
		return;

	i915_vma_close(three.obj[1], three.client.vm);
	i915_vma_close(three.obj[2], three.client.vm);
	tlb_three_put(&three, 2);
	mock_flush(st->i915);
	st_eq(st, "invalidations for the other", tlb_seen.count, 1);

	st_ok(st, "binding again", mock_bind(three.obj[1], three.client.vm, NULL, NULL));
	i915_vma_close(three.obj[1], three.client.vm);
	tlb_three_put(&three, 1);
	mock_flush(st->i915);
	st_eq(st, "invalidations for both", tlb_seen.count, 2);

	tlb_three_fini(&three);
}

/* Nothing runs in a VM without users: its tables need none. The pages stay with the exporter. */
static void none_for_the_end_of_a_vm(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct mock_client client;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	st_ok(st, "binding", mock_bind(obj, client.vm, NULL, NULL));
	tlb_watch(st);
	mock_client_close(&client);
	st_alive_eq(st, "importer gone", I915_AUDIT_PT, 0);
	st_eq(st, "invalidations", tlb_seen.count, 0);
out_obj:
	i915_gem_object_put(obj);
}

static const struct i915_subtest tlb_subtests[] = {
	I915_SUBTEST(tables_outlive_what_runs),
	I915_SUBTEST(waits_for_who_frees),
	I915_SUBTEST(one_for_many),
	I915_SUBTEST(one_serves_what_was_before),
	I915_SUBTEST(one_is_too_early),
	I915_SUBTEST(none_for_the_end_of_a_vm),
};

const struct i915_suite i915_mock_tlb_suite = {
	.name = "tlb",
	.tests = tlb_subtests,
	.count = ARRAY_SIZE(tlb_subtests),
};

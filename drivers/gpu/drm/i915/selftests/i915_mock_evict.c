// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "base/i915_drv.h"
#include "mem/i915_gem_object.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_util.h"
#include "vm/i915_evict.h"
#include "vm/i915_shrinker.h"
#include "vm/i915_vm.h"
#include "vm/i915_vm_types.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_bind.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: mock evict
 *
 * A small address space is filled to the last page, and then more is asked of
 * it: idle VMAs make room, active ones never do.
 */

#define EVICT_PAGES	16

/* An address space in which every page is taken by an object of its own */
struct full_vm {
	struct i915_st *st;
	struct i915_address_space *vm;
	struct drm_i915_gem_object *obj[EVICT_PAGES];
	/* by page; marked until idle_all() or idle_one() */
	struct i915_vma *vma[EVICT_PAGES];
};

static void idle_one(struct full_vm *full, unsigned int n)
{
	if (full->vma[n])
		i915_vma_put_active(full->vma[n]);
	full->vma[n] = NULL;
}

static void idle_all(struct full_vm *full)
{
	unsigned int n;

	for (n = 0; n < EVICT_PAGES; n++)
		idle_one(full, n);
}

static void full_vm_destroy(struct full_vm *full)
{
	unsigned int n;

	idle_all(full);
	i915_vm_put_user(full->vm);
	for (n = 0; n < EVICT_PAGES; n++) {
		if (full->obj[n])
			i915_gem_object_put(full->obj[n]);
	}
}

/* Page n of the address space belongs to object n; all are active. */
static bool full_vm_create(struct i915_st *st, struct full_vm *full)
{
	struct i915_vma_placement where = { .exact = true };
	unsigned int n;

	*full = (struct full_vm){ .st = st };
	full->vm = mock_vm_create(st, EVICT_PAGES);
	if (!full->vm)
		return false;

	for (n = 0; n < EVICT_PAGES; n++) {
		where.offset = n * SZ_4K;
		full->obj[n] = mock_object(st, 1);
		if (full->obj[n])
			full->vma[n] = mock_bind_active(st, full->obj[n], full->vm, &where);
		if (!full->vma[n]) {
			full_vm_destroy(full);
			return false;
		}
	}
	st_alive_eq(st, "filled", I915_AUDIT_VMA_BOUND, EVICT_PAGES);

	return true;
}

static bool is_bound(struct full_vm *full, unsigned int n)
{
	return atomic_read(&full->obj[n]->bind_count);
}

/* Room for one: the VMA that was bound first goes, and only that. */
static void oldest_makes_room(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct full_vm full;
	unsigned int n;
	u64 offset = ~0ull;

	if (!obj)
		return;
	if (!full_vm_create(st, &full))
		goto out_obj;

	idle_all(&full);
	st_ok(st, "binding one more", mock_bind(obj, full.vm, NULL, &offset));
	st_alive_eq(st, "one more bound", I915_AUDIT_VMA_BOUND, EVICT_PAGES);
	st_eq(st, "where it is", offset, 0);
	st_true(st, "the oldest is not bound", !is_bound(&full, 0));
	for (n = 1; n < EVICT_PAGES; n++)
		st_true(st, "the others are bound", is_bound(&full, n));

	full_vm_destroy(&full);
out_obj:
	i915_gem_object_put(obj);
}

/* Nothing idle: no room, and nothing is touched. One idle: that one makes room. */
static void active_stay(struct i915_st *st)
{
	const struct i915_vma_placement own = { .own = EVICT_PAGES };
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct full_vm full;
	u64 offset = ~0ull;

	if (!obj)
		return;
	if (!full_vm_create(st, &full))
		goto out_obj;

	st_eq(st, "binding into a full, active VM", mock_bind(obj, full.vm, NULL, NULL), -EBUSY);
	st_eq(st, "the same, all of it the caller's", mock_bind(obj, full.vm, &own, NULL), -ENOSPC);
	st_alive_eq(st, "nothing evicted", I915_AUDIT_VMA_BOUND, EVICT_PAGES);

	idle_one(&full, 5);
	st_ok(st, "binding with one idle", mock_bind(obj, full.vm, NULL, &offset));
	st_eq(st, "where it is", offset, 5 * SZ_4K);
	st_true(st, "the idle one is not bound", !is_bound(&full, 5));
	st_alive_eq(st, "one evicted", I915_AUDIT_VMA_BOUND, EVICT_PAGES);

	full_vm_destroy(&full);
out_obj:
	i915_gem_object_put(obj);
}

/* Room for four in a row where every fourth page is active: only one place is left. */
static void makes_a_hole(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 4);
	struct full_vm full;
	unsigned int n;
	u64 offset = ~0ull;

	if (!obj)
		return;
	if (!full_vm_create(st, &full))
		goto out_obj;

	for (n = 0; n < EVICT_PAGES; n++) {
		/* pages 3, 7 and 15 stay active; 8 to 14 are seven idle ones in a row */
		if (n % 4 != 3 || n == 11)
			idle_one(&full, n);
	}
	st_ok(st, "binding four pages", mock_bind(obj, full.vm, NULL, &offset));
	st_true(st, "they are in the gap", offset >= 8 * SZ_4K && offset <= 11 * SZ_4K);
	st_true(st, "active page 7 is bound", is_bound(&full, 7));
	st_true(st, "active page 15 is bound", is_bound(&full, 15));
	st_alive_eq(st, "four evicted for one", I915_AUDIT_VMA_BOUND, EVICT_PAGES - 4 + 1);

	full_vm_destroy(&full);
out_obj:
	i915_gem_object_put(obj);
}

/* An exact address is cleared of what is idle and refused where something is active. */
static void exact_address(struct i915_st *st)
{
	const struct i915_vma_placement where = { .offset = 6 * SZ_4K, .exact = true };
	struct drm_i915_gem_object *obj = mock_object(st, 2);
	struct full_vm full;

	if (!obj)
		return;
	if (!full_vm_create(st, &full))
		goto out_obj;

	idle_one(&full, 6);
	st_eq(st, "an address with one of two pages active",
	      mock_bind(obj, full.vm, &where, NULL), -EBUSY);
	st_true(st, "the active one is bound", is_bound(&full, 7));

	idle_one(&full, 7);
	st_ok(st, "the same address, both idle", mock_bind(obj, full.vm, &where, NULL));
	st_true(st, "page 6 made room", !is_bound(&full, 6));
	st_true(st, "page 7 made room", !is_bound(&full, 7));
	st_alive_eq(st, "two evicted for one", I915_AUDIT_VMA_BOUND, EVICT_PAGES - 2 + 1);

	full_vm_destroy(&full);
out_obj:
	i915_gem_object_put(obj);
}

static void larger_than_the_vm(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, EVICT_PAGES + 1);
	struct full_vm full;

	if (!obj)
		return;
	if (!full_vm_create(st, &full))
		goto out_obj;

	idle_all(&full);
	st_eq(st, "binding more than there is", mock_bind(obj, full.vm, NULL, NULL), -ENOSPC);
	st_alive_eq(st, "nothing evicted in vain", I915_AUDIT_VMA_BOUND, EVICT_PAGES);

	full_vm_destroy(&full);
out_obj:
	i915_gem_object_put(obj);
}

/* What was unbound before is nobody's to evict any more: its neighbour makes the room. */
static void beside_the_unbound(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 2);
	struct full_vm full;
	u64 offset = ~0ull;

	if (!obj)
		return;
	if (!full_vm_create(st, &full))
		goto out_obj;

	idle_all(&full);
	st_eq(st, "left bound", mock_unbind(full.obj[0]), 0);
	st_ok(st, "binding two pages", mock_bind(obj, full.vm, NULL, &offset));
	st_eq(st, "where they are", offset, 0);
	st_true(st, "page 1 made room", !is_bound(&full, 1));
	st_alive_eq(st, "one evicted", I915_AUDIT_VMA_BOUND, EVICT_PAGES - 2 + 1);

	full_vm_destroy(&full);
out_obj:
	i915_gem_object_put(obj);
}

/* The page of the VMA that eviction looks at first */
static u64 first_page(struct i915_address_space *vm)
{
	struct i915_vma *vma;
	u64 page = ~0ull;

	mutex_lock(&vm->lock);
	vma = list_first_entry_or_null(&vm->bound_list, struct i915_vma, vm_link);
	if (vma)
		page = vma->node.start / SZ_4K;
	mutex_unlock(&vm->lock);

	return page;
}

/*
 * Room for two where only pages 8 and up are idle in a row: those before are looked at once, and
 * not by the next that needs room. Then the list is as it was, but for what has gone.
 */
static void useless_are_looked_at_once(struct i915_st *st)
{
	struct drm_i915_gem_object *first = mock_object(st, 2), *second = mock_object(st, 2);
	struct full_vm full;
	unsigned int n;
	u64 offset;

	if (!first || !second || !full_vm_create(st, &full))
		goto out;

	for (n = 0; n < EVICT_PAGES; n++) {
		if (n >= 8 || n % 2)
			idle_one(&full, n);
	}
	st_eq(st, "page that is looked at first", first_page(full.vm), 0);
	st_ok(st, "binding two pages", mock_bind(first, full.vm, NULL, &offset));
	st_true(st, "page 8 made room, or its neighbour 7", !is_bound(&full, 8));
	st_true(st, "the next that helps is looked at first", first_page(full.vm) >= 9);
	st_ok(st, "binding two more", mock_bind(second, full.vm, NULL, &offset));
	for (n = 0; n < 7; n++)
		st_true(st, "what does not help is bound", is_bound(&full, n));

	full_vm_destroy(&full);
out:
	if (second)
		i915_gem_object_put(second);
	if (first)
		i915_gem_object_put(first);
}

#define HIGH_HOLES	SZ_64K
#define LOW_BINDS	32

/* Return: ns that it takes to bind below 4 GiB and to unbind, again and again; the best of three */
static u64 time_low_binds(struct i915_st *st, struct drm_i915_gem_object *obj,
			  struct i915_address_space *vm)
{
	const struct i915_vma_placement low = { .low = true };
	u64 best = U64_MAX;
	unsigned int n, round;

	for (round = 0; round < 3; round++) {
		u64 start = ktime_get_ns();

		for (n = 0; n < LOW_BINDS; n++) {
			st_ok(st, "binding low", mock_bind(obj, vm, &low, NULL));
			st_eq(st, "left bound", mock_unbind(obj), 0);
		}
		best = min(best, ktime_get_ns() - start);
	}

	return best;
}

/* Holes above 4 GiB, however many, are not searched for a place below. */
static void low_among_high_holes(struct i915_st *st)
{
	struct i915_address_space *vm = mock_vm_create(st, 2 * (SZ_4G / SZ_4K));
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct drm_mm_node *taken;
	u64 before, after;
	unsigned int n;

	taken = kvcalloc(HIGH_HOLES, sizeof(*taken), GFP_KERNEL);
	if (!st_true(st, "memory", vm && obj && taken))
		goto out;

	time_low_binds(st, obj, vm);
	before = time_low_binds(st, obj, vm);
	mutex_lock(&vm->lock);
	for (n = 0; n < HIGH_HOLES; n++) {
		taken[n].start = SZ_4G + n * 2ull * SZ_4K;
		taken[n].size = SZ_4K;
		st_ok(st, "taking an address", drm_mm_reserve_node(&vm->mm, &taken[n]));
	}
	mutex_unlock(&vm->lock);

	after = time_low_binds(st, obj, vm);
	/* a search by address takes a few steps more */
	st_true(st, "with holes above it takes much longer", after < 8 * before);

	for (n = 0; n < HIGH_HOLES; n++)
		drm_mm_remove_node(&taken[n]);
out:
	kvfree(taken);
	if (vm)
		i915_vm_put_user(vm);
	if (obj)
		i915_gem_object_put(obj);
}

static unsigned long evict_all_locked(struct i915_address_space *vm)
{
	unsigned long left;

	mutex_lock(&vm->lock);
	left = i915_vm_evict_all(vm);
	mutex_unlock(&vm->lock);

	return left;
}

static void evict_all(struct i915_st *st)
{
	struct full_vm full;
	unsigned int n;

	if (!full_vm_create(st, &full))
		return;

	st_eq(st, "left when all are active", evict_all_locked(full.vm), EVICT_PAGES);
	for (n = 0; n < EVICT_PAGES; n += 2)
		idle_one(&full, n);
	st_eq(st, "left when half are active", evict_all_locked(full.vm), EVICT_PAGES / 2);
	for (n = 0; n < EVICT_PAGES; n++)
		st_eq(st, "page bound", is_bound(&full, n), n % 2);
	idle_all(&full);
	st_eq(st, "left when none is active", evict_all_locked(full.vm), 0);
	st_alive_eq(st, "all evicted", I915_AUDIT_VMA_BOUND, 0);

	full_vm_destroy(&full);
}

/* Eviction is the business of one address space. */
static void leaves_other_vms(struct i915_st *st)
{
	struct mock_client client;
	struct full_vm full;
	unsigned int n;

	if (!mock_client_open(st, &client))
		return;
	if (!full_vm_create(st, &full))
		goto out_client;

	idle_all(&full);
	for (n = 0; n < EVICT_PAGES; n++)
		st_ok(st, "binding in another VM", mock_bind(full.obj[n], client.vm, NULL, NULL));
	st_eq(st, "left in the first VM", evict_all_locked(full.vm), 0);
	st_alive_eq(st, "the other VM's", I915_AUDIT_VMA_BOUND, EVICT_PAGES);

	full_vm_destroy(&full);
out_client:
	mock_client_close(&client);
}

/* One who waits for room, on a worker */
static struct {
	struct work_struct work;
	struct completion over;
	struct i915_address_space *vm;
	int ret;
} evict_waiter;

#define EVICT_WAITER_JIFFIES	(5 * HZ)

static void evict_waiter_work(struct work_struct *work)
{
	evict_waiter.ret = i915_vm_wait_marks(evict_waiter.vm, 0, evict_waiter.vm->total);
	complete(&evict_waiter.over);
}

/*
 * Drops the last mark of a closed VMA, and keeps the worker from destroying it.
 * Return: is who waits in @vm back before it is destroyed?
 */
static bool waiter_is_back(struct i915_address_space *vm, struct i915_vma *closed)
{
	struct i915_address_space *other = closed->vm;
	bool back;

	evict_waiter.vm = vm;
	init_completion(&evict_waiter.over);
	INIT_WORK(&evict_waiter.work, evict_waiter_work);

	mutex_lock(&other->lock);
	i915_vma_put_active(closed);
	queue_work(system_unbound_wq, &evict_waiter.work);
	back = wait_for_completion_timeout(&evict_waiter.over, EVICT_WAITER_JIFFIES);
	i915_vm_unlock(other);

	flush_work(&evict_waiter.work);

	return back;
}

/* Who waits for room in one VM does not wait until those of others are destroyed. */
static void waits_for_no_other_vm(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct mock_client own, other;
	struct i915_vma *vma;

	if (!obj)
		return;
	if (!mock_client_open(st, &own))
		goto out_obj;
	if (!mock_client_open(st, &other))
		goto out_own;

	vma = mock_bind_active(st, obj, other.vm, NULL);
	i915_vma_close(obj, other.vm);
	if (vma) {
		st_true(st, "who waits comes back", waiter_is_back(own.vm, vma));
		st_ok(st, "the wait", evict_waiter.ret);
	}
	mock_flush(st->i915);
	st_alive_eq(st, "the other one's, in the end", I915_AUDIT_VMA, 0);

	mock_client_close(&other);
out_own:
	mock_client_close(&own);
out_obj:
	i915_gem_object_put(obj);
}

/* The shrinker undoes nothing for an object that it cannot have. */
static void shrinker_passes_by(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct mock_client busy, idle;
	struct i915_vma *vma;
	unsigned int n;
	long tables;

	if (!obj)
		return;
	if (!mock_client_open(st, &idle))
		goto out_obj;
	if (!mock_client_open(st, &busy))
		goto out_idle;

	tables = st_alive(st, I915_AUDIT_PT);
	st_ok(st, "binding", mock_bind(obj, idle.vm, NULL, NULL));
	/* by a VMA that is made for it, and by one that was there */
	for (n = 0; n < 2; n++) {
		vma = mock_bind_active(st, obj, busy.vm, NULL);
		st_eq(st, "pages of an object in use",
		      i915_vm_shrink(st->i915, ULONG_MAX, I915_SHRINK_BOUND), 0);
		st_alive_eq(st, "passed by", I915_AUDIT_VMA_BOUND, 2);
		if (vma)
			i915_vma_put_active(vma);
	}
	st_eq(st, "pages of an idle one, bound", i915_vm_shrink(st->i915, ULONG_MAX, 0), 0);
	st_eq(st, "pages of an idle one",
	      i915_vm_shrink(st->i915, ULONG_MAX, I915_SHRINK_BOUND), 1);
	st_alive_eq(st, "shrunk", I915_AUDIT_VMA_BOUND, 0);
	st_eq(st, "page tables after it", st_alive(st, I915_AUDIT_PT), tables);

	mock_client_close(&busy);
out_idle:
	mock_client_close(&idle);
out_obj:
	i915_gem_object_put(obj);
}

static const struct i915_subtest evict_subtests[] = {
	I915_SUBTEST(oldest_makes_room),
	I915_SUBTEST(active_stay),
	I915_SUBTEST(makes_a_hole),
	I915_SUBTEST(exact_address),
	I915_SUBTEST(larger_than_the_vm),
	I915_SUBTEST(beside_the_unbound),
	I915_SUBTEST(useless_are_looked_at_once),
	I915_SUBTEST(low_among_high_holes),
	I915_SUBTEST(evict_all),
	I915_SUBTEST(leaves_other_vms),
	I915_SUBTEST(waits_for_no_other_vm),
	I915_SUBTEST(shrinker_passes_by),
};

const struct i915_suite i915_mock_evict_suite = {
	.name = "evict",
	.tests = evict_subtests,
	.count = ARRAY_SIZE(evict_subtests),
};

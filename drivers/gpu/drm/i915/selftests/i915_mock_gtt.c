// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kref.h>
#include <linux/prandom.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <drm/drm_drv.h>

#include "base/i915_drv.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_layer.h"
#include "mem/i915_gem_object.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_util.h"
#include "vm/i915_gen8_ppgtt.h"
#include "vm/i915_ggtt.h"
#include "vm/i915_pt.h"
#include "vm/i915_vm.h"
#include "vm/i915_vm_device.h"
#include "vm/i915_vm_layer.h"
#include "vm/i915_vm_types.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_bind.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: mock gtt
 *
 * Page tables and address ranges: that every page of a VMA is where the GPU
 * would look for it and nowhere else, that tables come and go with what needs
 * them, and that the global page table maps what it was given.
 */

static u64 lookup(struct i915_address_space *vm, u64 addr)
{
	u64 pte;

	mutex_lock(&vm->lock);
	pte = i915_ppgtt_lookup(vm, addr);
	mutex_unlock(&vm->lock);

	return pte;
}

/* Every page of a bound VMA has its PTE, and the pages around it have none. */
static void check_ptes(struct i915_st *st, struct i915_vma *vma)
{
	struct i915_vm_device *vmd = to_vm_device(st->i915);
	u64 addr = i915_vma_offset(vma);
	struct sg_dma_page_iter iter;

	if (addr)
		st_eq(st, "PTE before the VMA", lookup(vma->vm, addr - SZ_4K),
		      vmd->scratch_pte[0]);
	for_each_sgtable_dma_page(vma->obj->pages, &iter, 0) {
		u64 pte = i915_pte_encode(sg_page_iter_dma_address(&iter), false);

		if (!st_eq(st, "PTE of a page", lookup(vma->vm, addr), pte))
			return;
		addr += SZ_4K;
	}
	if (addr < vma->vm->total)
		st_eq(st, "PTE after the VMA", lookup(vma->vm, addr), vmd->scratch_pte[0]);
}

struct table_case {
	u64 offset;
	unsigned int pages;
	/* tables it needs besides the root, none being there */
	long tables;
};

static const struct table_case table_cases[] = {
	{ 0, 1, 3 },
	{ SZ_4K, 2, 3 },
	{ SZ_2M - SZ_4K, 1, 3 },
	{ SZ_2M - SZ_4K, 2, 4 },
	{ SZ_1G - SZ_4K, 2, 5 },
	{ BIT_ULL(39) - SZ_4K, 2, 6 },
	{ SZ_2M, 512, 3 },
	{ SZ_2M + SZ_4K, 512, 4 },
	{ SZ_2M - SZ_4K, 514, 5 },
	{ BIT_ULL(48) - SZ_4K, 1, 3 },
};

/* Tables come with the VMA that needs them, and go with it. */
static void tables_on_demand(struct i915_st *st)
{
	const struct table_case *c;
	struct drm_i915_gem_object *obj;
	struct mock_client client;
	struct i915_vma *vma;
	unsigned int n;
	long root;

	if (!mock_client_open(st, &client))
		return;

	root = st_alive(st, I915_AUDIT_PT);
	st_eq(st, "tables of an empty VM", root, 1);
	for (n = 0; n < ARRAY_SIZE(table_cases); n++) {
		struct i915_vma_placement where = { .exact = true };

		c = &table_cases[n];
		where.offset = c->offset;
		obj = mock_object(st, c->pages);
		if (!obj)
			break;

		vma = mock_bind_active(st, obj, client.vm, &where);
		if (vma) {
			st_eq(st, "tables of a VMA", st_alive(st, I915_AUDIT_PT) - root,
			      c->tables);
			check_ptes(st, vma);
			i915_vma_put_active(vma);
		}
		st_eq(st, "VMAs left bound", mock_unbind(obj), 0);
		st_eq(st, "tables after it", st_alive(st, I915_AUDIT_PT), root);
		st_eq(st, "PTE after it", lookup(client.vm, c->offset),
		      to_vm_device(st->i915)->scratch_pte[0]);
		i915_gem_object_put(obj);
	}

	mock_client_close(&client);
}

/* Tables that two VMAs share stay until the second goes. */
static void tables_are_shared(struct i915_st *st)
{
	const struct i915_vma_placement low = { .offset = 0, .exact = true };
	const struct i915_vma_placement high = { .offset = SZ_1M, .exact = true };
	struct drm_i915_gem_object *a = mock_object(st, 1), *b = mock_object(st, 1);
	struct mock_client client;

	if (!a || !b || !mock_client_open(st, &client))
		goto out;

	st_ok(st, "binding the first", mock_bind(a, client.vm, &low, NULL));
	st_ok(st, "binding the second", mock_bind(b, client.vm, &high, NULL));
	st_alive_eq(st, "both bound", I915_AUDIT_PT, 1 + 3);
	mock_unbind(a);
	st_alive_eq(st, "one bound", I915_AUDIT_PT, 1 + 3);
	st_true(st, "the second has its PTE",
		lookup(client.vm, SZ_1M) != to_vm_device(st->i915)->scratch_pte[0]);
	mock_unbind(b);
	st_alive_eq(st, "none bound", I915_AUDIT_PT, 1);

	mock_client_close(&client);
out:
	if (b)
		i915_gem_object_put(b);
	if (a)
		i915_gem_object_put(a);
}

#define HOLES	64

/* One page, bound at every page of a small VM in turn, in both directions. */
static void every_hole(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct i915_vma_placement where = { .exact = true };
	struct i915_address_space *vm;
	unsigned int n;
	u64 offset;

	if (!obj)
		return;

	vm = mock_vm_create(st, HOLES);
	if (vm) {
		for (n = 0; n < 2 * HOLES; n++) {
			where.offset = (n < HOLES ? n : 2 * HOLES - 1 - n) * SZ_4K;
			if (!st_ok(st, "binding at a hole", mock_bind(obj, vm, &where, &offset)))
				break;
			st_eq(st, "where it is", offset, where.offset);
		}
		i915_vm_put_user(vm);
	}

	i915_gem_object_put(obj);
}

/* Any power of two is kept as alignment. */
static void every_alignment(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 3), *other = mock_object(st, 1);
	struct i915_vma_placement where = {};
	struct mock_client client;
	u64 offset = 0;

	if (!obj || !other || !mock_client_open(st, &client))
		goto out;

	/* something in the way */
	st_ok(st, "binding", mock_bind(other, client.vm, NULL, NULL));
	for (where.align = SZ_4K; where.align < BIT_ULL(47); where.align <<= 1) {
		if (!st_ok(st, "binding aligned", mock_bind(obj, client.vm, &where, &offset)))
			break;
		st_true(st, "the address is aligned", IS_ALIGNED(offset, where.align));
	}

	mock_client_close(&client);
out:
	if (other)
		i915_gem_object_put(other);
	if (obj)
		i915_gem_object_put(obj);
}

#define RANDOM_OBJECTS	32

static u64 random_offset(struct i915_st *st, u64 size)
{
	u64 bits = 12 + prandom_u32_state(&st->rnd) % 36;
	u64 offset = (u64)prandom_u32_state(&st->rnd) << 32 | prandom_u32_state(&st->rnd);

	offset = ALIGN_DOWN(offset & (BIT_ULL(bits) - 1), SZ_4K);

	return min(offset, BIT_ULL(48) - size);
}

/* Objects at random addresses evict each other where they meet, and each has its PTEs. */
static void random_addresses(struct i915_st *st)
{
	struct drm_i915_gem_object *obj[RANDOM_OBJECTS] = {};
	struct mock_client client;
	struct i915_vma *vma;
	unsigned int n, made;

	if (!mock_client_open(st, &client))
		return;

	for (made = 0; made < RANDOM_OBJECTS; made++) {
		obj[made] = mock_object(st, 1 + prandom_u32_state(&st->rnd) % 16);
		if (!obj[made])
			break;
	}
	while (made == RANDOM_OBJECTS && !st->err && !st_timed_out(st)) {
		struct i915_vma_placement where = { .exact = true };

		n = prandom_u32_state(&st->rnd) % RANDOM_OBJECTS;
		where.offset = random_offset(st, obj[n]->base.size);
		vma = mock_bind_active(st, obj[n], client.vm, &where);
		if (!vma)
			break;
		st_eq(st, "where it is", i915_vma_offset(vma), where.offset);
		st_eq(st, "PTE of the first page", lookup(client.vm, where.offset),
		      i915_pte_encode(sg_dma_address(obj[n]->pages->sgl), false));
		i915_vma_put_active(vma);
	}
	for (n = 0; n < made; n++)
		st_eq(st, "VMAs left bound", mock_unbind(obj[n]), 0);
	st_alive_eq(st, "all unbound", I915_AUDIT_PT, 1);

	while (made--)
		i915_gem_object_put(obj[made]);
	mock_client_close(&client);
}

static void check_ggtt_buf(struct i915_st *st, struct i915_ggtt_buf *buf)
{
	struct i915_ggtt *ggtt = to_ggtt(st->i915);
	u64 *ptes = ggtt->mock_ptes + (i915_ggtt_buf_offset(buf) >> 12);
	unsigned int n;

	for (n = 0; n < buf->count; n++) {
		st_eq(st, "address in a GGTT PTE", ptes[n] & ~0xfffull, buf->dma[n]);
		st_eq(st, "present bit of a GGTT PTE", ptes[n] & 1, 1);
		st_true(st, "the page is zeroed",
			!memchr_inv(page_address(buf->pages[n]), 0, PAGE_SIZE));
	}
}

/* Return: its address, or U64_MAX */
static u64 ggtt_buffer(struct i915_st *st, unsigned int count, unsigned int tail)
{
	struct i915_ggtt *ggtt = to_ggtt(st->i915);
	struct i915_ggtt_buf buf;
	u64 offset;

	if (!st_ok(st, "making a GGTT buffer",
		   i915_ggtt_buf_init(ggtt, &buf, count, count, tail)))
		return U64_MAX;

	check_ggtt_buf(st, &buf);
	offset = i915_ggtt_buf_offset(&buf);
	i915_ggtt_buf_fini(ggtt, &buf);

	return offset;
}

static void ggtt_buffers(struct i915_st *st)
{
	static const unsigned int counts[] = { 1, 2, 4, 20 };
	unsigned int n;
	u64 offset;

	for (n = 0; n < ARRAY_SIZE(counts) && !st->err; n++) {
		unsigned int tail = rounddown_pow_of_two(min(counts[n], 4u));

		offset = ggtt_buffer(st, counts[n], tail);
		st_eq(st, "address of the next one", ggtt_buffer(st, counts[n], 0), offset);
	}
}

struct hog {
	struct drm_mm_node node;
	struct list_head link;
};

/* Holes are of any size: halve what is asked for until nothing fits. */
static int hog_some(struct i915_ggtt *ggtt, struct hog *hog)
{
	u64 size = ggtt->total;
	int ret = -ENOSPC;

	mutex_lock(&ggtt->lock);
	for (; ret && size >= SZ_4K; size /= 2)
		ret = drm_mm_insert_node(&ggtt->mm, &hog->node, size);
	mutex_unlock(&ggtt->lock);

	return ret;
}

/* With the GGTT full there is an error, and a second try finds what was freed. */
static void ggtt_is_full(struct i915_st *st)
{
	struct i915_ggtt *ggtt = to_ggtt(st->i915);
	struct i915_ggtt_buf buf;
	struct hog *hog, *next;
	LIST_HEAD(hogs);
	int ret = 0;

	while (!ret) {
		hog = kzalloc(sizeof(*hog), GFP_KERNEL);
		if (!st_ptr(st, "memory", hog))
			break;

		ret = hog_some(ggtt, hog);
		if (ret)
			kfree(hog);
		else
			list_add(&hog->link, &hogs);
	}

	ret = i915_ggtt_buf_init(ggtt, &buf, 1, 1, 0);
	st_eq(st, "making a buffer in a full GGTT", ret, -ENOSPC);
	if (!ret)
		i915_ggtt_buf_fini(ggtt, &buf);

	mutex_lock(&ggtt->lock);
	list_for_each_entry_safe(hog, next, &hogs, link) {
		drm_mm_remove_node(&hog->node);
		kfree(hog);
	}
	mutex_unlock(&ggtt->lock);

	if (st_ok(st, "making a buffer afterwards", i915_ggtt_buf_init(ggtt, &buf, 1, 1, 0)))
		i915_ggtt_buf_fini(ggtt, &buf);
}

#define UNTOUCHED	0x5a5a5a5a5a5a5a5aull

static u64 *ggtt_pte(struct i915_ggtt *ggtt, u64 addr)
{
	return ggtt->mock_ptes + (addr >> PAGE_SHIFT);
}

static void check_aperture_untouched(struct i915_st *st, const char *what)
{
	struct i915_ggtt *ggtt = to_ggtt(st->i915);
	u64 addr;

	for (addr = 0; addr < ggtt->mappable_end && !st->err; addr += SZ_4K)
		st_eq(st, what, *ggtt_pte(ggtt, addr), 0);
}

/* A screen of the firmware stands there; the PTEs of a mock device are born as zeroes. */
static void ggtt_leaves_the_aperture(struct i915_st *st)
{
	struct i915_ggtt *ggtt = to_ggtt(st->i915);
	struct i915_request *rq;
	struct i915_ggtt_buf buf;
	struct mock_client client;

	st_true(st, "there is an aperture", ggtt->mappable_end > 0);
	if (mock_client_open(st, &client)) {
		rq = mock_request(st, &client, NULL, NULL);
		if (rq)
			mock_request_finish(st, rq);
		mock_client_close(&client);
	}
	if (st_ok(st, "making a GGTT buffer", i915_ggtt_buf_init(ggtt, &buf, 4, 4, 0))) {
		st_true(st, "a buffer stands above the aperture",
			i915_ggtt_buf_offset(&buf) >= ggtt->mappable_end);
		i915_ggtt_buf_fini(ggtt, &buf);
	}
	check_aperture_untouched(st, "PTE of the aperture");
}

/* After a sleep the table is another one: what is in use must come back, and nothing else. */
static void ggtt_comes_back(struct i915_st *st)
{
	struct i915_ggtt *ggtt = to_ggtt(st->i915);
	struct i915_ggtt_buf buf;
	struct i915_engine *engine;
	u64 used = 0, addr;
	unsigned int id;

	if (!st_ok(st, "making a GGTT buffer", i915_ggtt_buf_init(ggtt, &buf, 5, 5, 0)))
		return;

	memset64(ggtt->mock_ptes, UNTOUCHED, ggtt->total >> PAGE_SHIFT);
	i915_ggtt_resume(ggtt);

	check_ggtt_buf(st, &buf);
	for_each_engine(engine, to_gt(st->i915), id) {
		addr = i915_ggtt_buf_offset(&engine->hwsp);
		st_eq(st, "PTE of a status page", *ggtt_pte(ggtt, addr) & ~0xfffull,
		      engine->hwsp.dma[0]);
	}
	st_eq(st, "the last PTE", *ggtt_pte(ggtt, ggtt->total - SZ_4K) & ~0xfffull,
	      to_vm_device(st->i915)->scratch_dma);
	for (addr = 0; addr < ggtt->mappable_end; addr += SZ_4K)
		used += *ggtt_pte(ggtt, addr) != UNTOUCHED;
	st_eq(st, "PTEs of the aperture that were written", used, 0);

	i915_ggtt_buf_fini(ggtt, &buf);
}

#define MOCK_MEANWHILE_MS	20

/* Ends all DMA mappings of a device, beside the test */
struct mock_unmap {
	struct work_struct work;
	struct drm_i915_private *i915;
	struct completion done;
};

static void mock_unmap_work(struct work_struct *work)
{
	struct mock_unmap *unmap = container_of(work, struct mock_unmap, work);

	i915_vm_device_unmap_dma(unmap->i915);
	complete(&unmap->done);
}

static void mock_vm_keep(struct kref *ref)
{
}

/* The last reference of an address space goes, and its device meanwhile, before it is freed. */
static void vm_ends_meanwhile(struct i915_st *st, struct drm_i915_private *other)
{
	struct i915_address_space *vm = i915_ppgtt_create(other, 0);
	struct mock_unmap unmap = { .i915 = other };

	if (!st_ptr(st, "making an address space", vm))
		return;

	i915_vm_get(vm);
	i915_vm_put_user(vm);
	kref_put(&vm->ref, mock_vm_keep);

	drm_dev_unplug(&other->drm);
	init_completion(&unmap.done);
	INIT_WORK_ONSTACK(&unmap.work, mock_unmap_work);
	queue_work(system_unbound_wq, &unmap.work);
	msleep(MOCK_MEANWHILE_MS);
	st_true(st, "unmapping waits for it", !completion_done(&unmap.done));

	i915_address_space_fini(vm);
	wait_for_completion(&unmap.done);
	destroy_work_on_stack(&unmap.work);
}

static void freed_while_it_goes(struct i915_st *st)
{
	struct drm_i915_private *other = mock_device_create();

	if (!st_ptr(st, "a second mock device", other))
		return;

	vm_ends_meanwhile(st, other);
	st_ok(st, "bringing the second device to rest", mock_device_destroy(other));
}

/* No address space is made for a device that is gone: nobody would unmap it. */
static void not_made_afterwards(struct i915_st *st)
{
	struct drm_i915_private *other = mock_device_create();

	if (!st_ptr(st, "a second mock device", other))
		return;

	drm_dev_unplug(&other->drm);
	st_eq(st, "making an address space", PTR_ERR_OR_ZERO(i915_ppgtt_create(other, 0)),
	      -ENODEV);
	st_ok(st, "bringing the second device to rest", mock_device_destroy(other));
}

static const struct i915_subtest gtt_subtests[] = {
	I915_SUBTEST(tables_on_demand),
	I915_SUBTEST(tables_are_shared),
	I915_SUBTEST(every_hole),
	I915_SUBTEST(every_alignment),
	I915_SUBTEST(random_addresses),
	I915_SUBTEST(ggtt_buffers),
	I915_SUBTEST(ggtt_is_full),
	I915_SUBTEST(ggtt_leaves_the_aperture),
	I915_SUBTEST(ggtt_comes_back),
	I915_SUBTEST(freed_while_it_goes),
	I915_SUBTEST(not_made_afterwards),
};

const struct i915_suite i915_mock_gtt_suite = {
	.name = "gtt",
	.tests = gtt_subtests,
	.count = ARRAY_SIZE(gtt_subtests),
};

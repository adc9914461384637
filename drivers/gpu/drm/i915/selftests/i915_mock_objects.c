// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/shrinker.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <drm/drm_gem.h>

#include "base/i915_drv.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_pages.h"
#include "mem/i915_gem_shmem.h"
#include "mem/i915_mem_layer.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_util.h"
#include "vm/i915_shrinker.h"

/**
 * DOC: mock objects
 *
 * Objects and their pages: what is in them, who holds them, what the shrinker
 * may take and what it may not; handles and the end of a file.
 */

static int pin_pages(struct drm_i915_gem_object *obj)
{
	int ret;

	ret = i915_gem_object_lock(obj);
	if (ret)
		return ret;

	ret = i915_gem_object_pin_pages(obj);
	i915_gem_object_unlock(obj);

	return ret;
}

static int give_back_pages(struct drm_i915_gem_object *obj)
{
	int ret;

	ret = i915_gem_object_lock(obj);
	if (ret)
		return ret;

	ret = i915_gem_object_put_pages(obj);
	i915_gem_object_unlock(obj);

	return ret;
}

static bool is_zeroed(struct drm_i915_gem_object *obj)
{
	bool zeroed = false;
	void *vaddr;

	if (i915_gem_object_lock(obj))
		return false;

	vaddr = i915_gem_object_vmap(obj);
	if (!IS_ERR(vaddr)) {
		zeroed = !memchr_inv(vaddr, 0, obj->base.size);
		i915_gem_object_vunmap(obj);
	}
	i915_gem_object_unlock(obj);

	return zeroed;
}

static void sizes(struct i915_st *st)
{
	static const unsigned int pages[] = { 1, 2, 3, 16, 511, 512, 513 };
	struct drm_i915_gem_object *obj;
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(pages); n++) {
		obj = mock_object(st, pages[n]);
		if (!obj)
			return;

		st_eq(st, "size in bytes", obj->base.size, (u64)pages[n] << PAGE_SHIFT);
		st_alive_eq(st, "made, not used", I915_AUDIT_OBJECT_PAGES, 0);
		st_true(st, "its memory is zeroed", is_zeroed(obj));
		st_ok(st, "writing", mock_fill(obj, n));
		st_ok(st, "reading back", mock_verify(obj, n));
		i915_gem_object_put(obj);
		mock_flush(st->i915);
		st_alive_eq(st, "freed", I915_AUDIT_OBJECT, 0);
		st_alive_eq(st, "freed", I915_AUDIT_OBJECT_PAGES, 0);
	}
}

static void internal_pages(struct i915_st *st)
{
	struct drm_i915_gem_object *obj;

	obj = i915_gem_object_create_internal(st->i915, 4 * PAGE_SIZE);
	if (!st_ptr(st, "making an internal object", obj))
		return;

	if (st_ok(st, "getting its pages", pin_pages(obj))) {
		st_eq(st, "pages of it", obj->base.size >> PAGE_SHIFT, 4);
		st_alive_eq(st, "pages held", I915_AUDIT_OBJECT_PAGES, 1);
		i915_gem_object_unpin_pages(obj);
	}
	i915_gem_object_put(obj);
}

/* Whoever puts the last reference, wherever that is, has nothing else to do. */
static void freed_by_the_worker(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);

	if (!obj)
		return;

	i915_gem_object_put(obj);
	flush_workqueue(st->i915->wq);
	st_alive_eq(st, "the last reference was put", I915_AUDIT_OBJECT, 0);
}

/* Is reclaim told to write out the first page of the backing store, or may it forget it? */
static bool is_to_be_written(struct drm_i915_gem_object *obj)
{
	struct folio *folio = filemap_get_folio(obj->base.filp->f_mapping, 0);
	bool dirty;

	if (IS_ERR(folio))
		return false;

	dirty = folio_test_dirty(folio);
	folio_put(folio);

	return dirty;
}

/* Pages nobody holds are given back, and what was in them is not lost. */
static void shrink_keeps_contents(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 8);

	if (!obj)
		return;

	st_ok(st, "writing", mock_fill(obj, 0x1234));
	st_alive_eq(st, "written", I915_AUDIT_OBJECT_PAGES, 1);
	i915_vm_shrink(st->i915, ULONG_MAX, 0);
	st_alive_eq(st, "shrunk", I915_AUDIT_OBJECT_PAGES, 0);
	st_true(st, "its pages are to be written out", is_to_be_written(obj));
	st_ok(st, "reading back", mock_verify(obj, 0x1234));

	i915_gem_object_put(obj);
}

/* Pages that somebody holds stay, and so does the binding that was to be undone for them. */
static void shrink_leaves_pinned(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 8);
	struct mock_client client;

	if (!obj)
		return;
	if (!mock_client_open(st, &client))
		goto out_obj;

	st_ok(st, "binding", mock_bind(obj, client.vm, NULL, NULL));
	if (st_ok(st, "pinning the pages", pin_pages(obj))) {
		st_eq(st, "giving them back", give_back_pages(obj), -EBUSY);
		i915_vm_shrink(st->i915, ULONG_MAX, I915_SHRINK_BOUND);
		st_alive_eq(st, "shrunk while pinned", I915_AUDIT_OBJECT_PAGES, 1);
		st_alive_eq(st, "shrunk while pinned", I915_AUDIT_VMA_BOUND, 1);
		i915_gem_object_unpin_pages(obj);
		i915_vm_shrink(st->i915, ULONG_MAX, I915_SHRINK_BOUND);
		st_alive_eq(st, "shrunk after that", I915_AUDIT_OBJECT_PAGES, 0);
		st_alive_eq(st, "shrunk after that", I915_AUDIT_VMA_BOUND, 0);
	}

	mock_client_close(&client);
out_obj:
	i915_gem_object_put(obj);
}

static bool set_madv(struct drm_i915_gem_object *obj, u32 madv)
{
	bool retained = false;

	if (!i915_gem_object_lock(obj)) {
		i915_gem_object_set_madv(obj, madv, &retained);
		i915_gem_object_unlock(obj);
	}

	return retained;
}

/* What reclaim does, with a number of pages to look at. Return: pages freed. */
static unsigned long scan(struct i915_st *st, struct drm_i915_gem_object *obj, unsigned long pages)
{
	struct shrink_control sc = {
		.nr_to_scan = pages,
		.nid = page_to_nid(virt_to_page(obj)),
	};
	struct shrinker *shrinker = to_mm(st->i915)->shrinker;
	unsigned long freed = shrinker->scan_objects(shrinker, &sc);

	return freed == SHRINK_STOP ? 0 : freed;
}

/* The next scan goes on behind the object that the last one ended with. */
static void scan_goes_on(struct i915_st *st)
{
	struct drm_i915_gem_object *first = mock_object(st, 1), *second = mock_object(st, 1);

	if (!first || !second)
		goto out;

	i915_shrinker_register(st->i915);
	if (!st_ok(st, "pinning the pages", pin_pages(first)))
		goto out;
	st_ok(st, "writing", mock_fill(second, 2));
	set_madv(second, I915_MADV_DONTNEED);
	st_eq(st, "pages of the first", scan(st, first, 1), 0);
	st_eq(st, "pages of the second", scan(st, first, 1), 1);
	i915_gem_object_unpin_pages(first);
out:
	if (second)
		i915_gem_object_put(second);
	if (first)
		i915_gem_object_put(first);
}

#define SCAN_OBJECTS	32

/* Whatever has no pages, not yet or not any more, costs no step. */
static void scan_passes_no_empty(struct i915_st *st)
{
	struct drm_i915_gem_object *objs[SCAN_OBJECTS] = {};
	struct drm_i915_gem_object *last;
	unsigned int n;

	i915_shrinker_register(st->i915);
	for (n = 0; n < SCAN_OBJECTS; n++) {
		objs[n] = mock_object(st, 1);
		if (!objs[n])
			goto out;
		if (n % 2)
			st_ok(st, "writing", mock_fill(objs[n], n));
	}
	st_eq(st, "pages given back", i915_vm_shrink(st->i915, ULONG_MAX, 0), SCAN_OBJECTS / 2);

	last = objs[SCAN_OBJECTS - 1];
	st_ok(st, "writing", mock_fill(last, 1));
	set_madv(last, I915_MADV_DONTNEED);
	st_eq(st, "pages of the last, at one step", scan(st, last, 1), 1);
out:
	for (n = 0; n < SCAN_OBJECTS && objs[n]; n++)
		i915_gem_object_put(objs[n]);
}

/* What nobody wants is thrown away, for good; what is wanted again in time is not. */
static void purge(struct i915_st *st)
{
	struct drm_i915_gem_object *wanted = mock_object(st, 2);
	struct drm_i915_gem_object *unwanted = mock_object(st, 2);

	if (!wanted || !unwanted)
		goto out;

	st_ok(st, "writing", mock_fill(wanted, 1));
	st_ok(st, "writing", mock_fill(unwanted, 2));
	st_true(st, "DONTNEED by itself purges nothing",
		set_madv(unwanted, I915_MADV_DONTNEED));

	i915_vm_shrink(st->i915, ULONG_MAX, I915_SHRINK_DONTNEED);
	st_alive_eq(st, "purged one of two", I915_AUDIT_OBJECT_PAGES, 1);
	st_true(st, "the purged object is not retained",
		!set_madv(unwanted, I915_MADV_WILLNEED));
	st_eq(st, "getting its pages", pin_pages(unwanted), -EFAULT);
	st_ok(st, "reading the other", mock_verify(wanted, 1));

out:
	if (unwanted)
		i915_gem_object_put(unwanted);
	if (wanted)
		i915_gem_object_put(wanted);
}

static void handles(struct i915_st *st)
{
	struct drm_i915_gem_object *obj, *found;
	struct file *file;
	u32 handle = 0;

	file = mock_file_open(st->i915);
	if (!st_ptr(st, "opening a file", file))
		return;

	obj = mock_object(st, 1);
	if (!obj)
		goto out;

	st_ok(st, "making a handle",
	      drm_gem_handle_create(mock_file_drm(file), &obj->base, &handle));
	i915_gem_object_put(obj);
	mock_flush(st->i915);
	st_alive_eq(st, "only the handle left", I915_AUDIT_OBJECT, 1);

	found = i915_gem_object_lookup(mock_file_drm(file), handle);
	st_true(st, "the handle leads to the object", found == obj);
	if (found)
		i915_gem_object_put(found);

	st_ok(st, "closing the handle", drm_gem_handle_delete(mock_file_drm(file), handle));
	mock_flush(st->i915);
	st_alive_eq(st, "handle closed", I915_AUDIT_OBJECT, 0);
	st_true(st, "the handle leads nowhere",
		!i915_gem_object_lookup(mock_file_drm(file), handle));

out:
	mock_file_close(file);
}

#define OBJECTS_LEFT_OPEN	8

static void closed_with_the_file(struct i915_st *st)
{
	struct drm_i915_gem_object *obj;
	struct file *file;
	unsigned int n;
	u32 handle;

	file = mock_file_open(st->i915);
	if (!st_ptr(st, "opening a file", file))
		return;

	for (n = 0; n < OBJECTS_LEFT_OPEN; n++) {
		obj = mock_object(st, 1);
		if (!obj)
			break;
		st_ok(st, "making a handle",
		      drm_gem_handle_create(mock_file_drm(file), &obj->base, &handle));
		i915_gem_object_put(obj);
	}
	st_alive_eq(st, "before the end of the file", I915_AUDIT_OBJECT, OBJECTS_LEFT_OPEN);
	mock_file_close(file);
	mock_flush(st->i915);
	st_alive_eq(st, "after it", I915_AUDIT_OBJECT, 0);
}

static const struct i915_subtest objects_subtests[] = {
	I915_SUBTEST(sizes),
	I915_SUBTEST(internal_pages),
	I915_SUBTEST(freed_by_the_worker),
	I915_SUBTEST(shrink_keeps_contents),
	I915_SUBTEST(shrink_leaves_pinned),
	I915_SUBTEST(scan_goes_on),
	I915_SUBTEST(scan_passes_no_empty),
	I915_SUBTEST(purge),
	I915_SUBTEST(handles),
	I915_SUBTEST(closed_with_the_file),
};

const struct i915_suite i915_mock_objects_suite = {
	.name = "objects",
	.tests = objects_subtests,
	.count = ARRAY_SIZE(objects_subtests),
};

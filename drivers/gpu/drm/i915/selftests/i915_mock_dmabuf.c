// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/dma-buf.h>
#include <linux/file.h>
#include <linux/iosys-map.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <drm/drm_gem.h>
#include <drm/drm_prime.h>

#include "base/i915_drv.h"
#include "mem/i915_gem_dmabuf.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_pages.h"
#include "mem/i915_mem_layer.h"
#include "mem/i915_mm.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_util.h"

/**
 * DOC: mock dmabuf
 *
 * Sharing through files: what an exported object keeps alive, that both sides
 * see the same memory, that an importer leaves nothing behind while the
 * exporter lives on, and that a file which is released late, after load has
 * ended, finds everything it needs.
 */

MODULE_IMPORT_NS(DMA_BUF);

static struct dma_buf *export(struct i915_st *st, struct drm_i915_gem_object *obj)
{
	struct dma_buf *dmabuf;

	if (obj->base.funcs->export)
		dmabuf = obj->base.funcs->export(&obj->base, DRM_CLOEXEC | DRM_RDWR);
	else
		dmabuf = drm_gem_prime_export(&obj->base, DRM_CLOEXEC | DRM_RDWR);

	return st_ptr(st, "exporting an object", dmabuf) ? dmabuf : NULL;
}

static void put_dmabuf(struct i915_st *st, struct dma_buf *dmabuf)
{
	mock_file_close(dmabuf->file);
	mock_flush(st->i915);
}

static void outlives_the_object(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 2);
	struct dma_buf *dmabuf;

	if (!obj)
		return;

	dmabuf = export(st, obj);
	i915_gem_object_put(obj);
	if (!dmabuf)
		return;

	mock_flush(st->i915);
	st_alive_eq(st, "only the dma-buf left", I915_AUDIT_OBJECT, 1);
	st_eq(st, "size of the dma-buf", dmabuf->size, 2 * PAGE_SIZE);
	put_dmabuf(st, dmabuf);
	st_alive_eq(st, "dma-buf gone", I915_AUDIT_OBJECT, 0);
}

/* A dma-buf outlives the handles of its object, and so does its importers' right to add fences. */
static void shared_without_handles(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct dma_buf *dmabuf;
	struct file *file;
	u32 handle;

	if (!obj)
		return;

	file = mock_file_open(st->i915);
	if (!st_ptr(st, "opening a file", file))
		goto out_obj;

	st_true(st, "nobody else knows of a new object", i915_gem_object_is_private(obj));
	if (!st_ok(st, "making a handle",
		   drm_gem_handle_create(mock_file_drm(file), &obj->base, &handle)))
		goto out_file;

	dmabuf = drm_gem_prime_handle_to_dmabuf(&st->i915->drm, mock_file_drm(file), handle,
						DRM_CLOEXEC | DRM_RDWR);
	if (st_ptr(st, "exporting the handle", dmabuf)) {
		st_ok(st, "closing the handle",
		      drm_gem_handle_delete(mock_file_drm(file), handle));
		st_true(st, "the object is shared as long as its dma-buf is there",
			!i915_gem_object_is_private(obj));
		put_dmabuf(st, dmabuf);
	}

out_file:
	mock_file_close(file);
out_obj:
	i915_gem_object_put(obj);
}

static void import_self(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 1);
	struct drm_gem_object *gem;
	struct dma_buf *dmabuf;

	if (!obj)
		return;

	dmabuf = export(st, obj);
	if (dmabuf) {
		gem = i915_gem_prime_import(&st->i915->drm, dmabuf);
		if (st_ptr(st, "importing it again", gem)) {
			st_true(st, "the same device imports the same object", gem == &obj->base);
			drm_gem_object_put(gem);
		}
		put_dmabuf(st, dmabuf);
	}
	i915_gem_object_put(obj);
}

static void cpu_access(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 2);
	struct iosys_map map;
	struct dma_buf *dmabuf;

	if (!obj)
		return;

	dmabuf = export(st, obj);
	if (!dmabuf)
		goto out;

	if (st_ok(st, "mapping the dma-buf", dma_buf_vmap_unlocked(dmabuf, &map))) {
		st_true(st, "it is zeroed",
			!memchr_inv(map.vaddr, 0, dmabuf->size));
		st_ok(st, "writing to the object", mock_fill(obj, 0xabc));
		st_eq(st, "first word through the dma-buf", *(u32 *)map.vaddr, 0xabc);
		dma_buf_vunmap_unlocked(dmabuf, &map);
	}
	st_ok(st, "reading the object", mock_verify(obj, 0xabc));
	put_dmabuf(st, dmabuf);
out:
	i915_gem_object_put(obj);
}

/* @other's object with the memory of @dmabuf, or NULL with the failure noted */
static struct drm_i915_gem_object *import(struct i915_st *st, struct drm_i915_private *other,
					  struct dma_buf *dmabuf)
{
	struct drm_gem_object *gem;

	gem = i915_gem_prime_import(&other->drm, dmabuf);

	return st_ptr(st, "importing", gem) ? to_i915_bo(gem) : NULL;
}

static void check_same_memory(struct i915_st *st, struct drm_i915_gem_object *obj,
			      struct drm_i915_gem_object *imported)
{
	if (!st_ok(st, "locking the import", i915_gem_object_lock(imported)))
		return;

	if (st_ok(st, "getting the pages of the import", i915_gem_object_pin_pages(imported))) {
		st_true(st, "the exporter has pages as well", READ_ONCE(obj->pages));
		if (READ_ONCE(obj->pages))
			st_eq(st, "DMA address of the import",
			      sg_dma_address(imported->pages->sgl),
			      sg_dma_address(obj->pages->sgl));
		i915_gem_object_unpin_pages(imported);
	}
	i915_gem_object_unlock(imported);
}

static void import_other(struct i915_st *st)
{
	struct drm_i915_gem_object *obj, *imported;
	struct drm_i915_private *other;
	struct dma_buf *dmabuf;

	other = mock_device_create();
	if (!st_ptr(st, "a second mock device", other))
		return;

	obj = mock_object(st, 3);
	dmabuf = obj ? export(st, obj) : NULL;
	imported = dmabuf ? import(st, other, dmabuf) : NULL;
	if (imported) {
		check_same_memory(st, obj, imported);
		i915_gem_object_put(imported);
		mock_flush(other);
	}
	if (dmabuf)
		put_dmabuf(st, dmabuf);
	if (obj)
		i915_gem_object_put(obj);
	st_ok(st, "bringing the second device to rest", mock_device_destroy(other));
}

/* An importer that goes away leaves no VMA and no page table, while the exporter lives on. */
static void importer_leaves_nothing(struct i915_st *st)
{
	struct drm_i915_gem_object *obj = mock_object(st, 3), *imported;
	struct mock_client client;
	struct dma_buf *dmabuf;
	long tables;

	if (!obj)
		return;

	tables = st_alive(st, I915_AUDIT_PT);
	dmabuf = export(st, obj);
	if (dmabuf && mock_client_open(st, &client)) {
		imported = import(st, st->i915, dmabuf);
		if (imported) {
			st_ok(st, "binding the import",
			      mock_bind(imported, client.vm, NULL, NULL));
			st_alive_eq(st, "import bound", I915_AUDIT_VMA_BOUND, 1);
			i915_gem_object_put(imported);
		}
		mock_client_close(&client);
		st_alive_eq(st, "importer gone", I915_AUDIT_VMA, 0);
		st_alive_eq(st, "importer gone", I915_AUDIT_VM, 0);
		st_eq(st, "page tables, importer gone", st_alive(st, I915_AUDIT_PT), tables);
		st_alive_eq(st, "importer gone, exporter not", I915_AUDIT_OBJECT, 1);
	}
	if (dmabuf)
		put_dmabuf(st, dmabuf);
	i915_gem_object_put(obj);
}

/* The same with an importer on another device, which has an object of its own */
static void importer_of_another_device(struct i915_st *st)
{
	struct drm_i915_gem_object *obj, *imported;
	struct i915_st there = *st;
	struct mock_client client;
	struct dma_buf *dmabuf;

	there.i915 = mock_device_create();
	if (!st_ptr(st, "a second mock device", there.i915))
		return;

	obj = mock_object(st, 3);
	dmabuf = obj ? export(st, obj) : NULL;
	if (dmabuf && mock_client_open(&there, &client)) {
		imported = import(st, there.i915, dmabuf);
		if (imported) {
			st_ok(st, "binding the import",
			      mock_bind(imported, client.vm, NULL, NULL));
			st_alive_eq(st, "two objects for one memory", I915_AUDIT_OBJECT, 2);
			i915_gem_object_put(imported);
		}
		mock_client_close(&client);
		st_alive_eq(st, "importer gone", I915_AUDIT_VMA, 0);
		st_alive_eq(st, "importer gone, exporter not", I915_AUDIT_OBJECT, 1);
	}
	st->err = st->err ?: there.err;
	if (dmabuf)
		put_dmabuf(st, dmabuf);
	if (obj)
		i915_gem_object_put(obj);
	st_ok(st, "bringing the second device to rest", mock_device_destroy(there.i915));
}

/* The importer's device goes: the exporter has its mapping back, and nothing else changes. */
static void importer_unplugged(struct i915_st *st)
{
	struct drm_i915_gem_object *obj, *imported;
	struct drm_i915_private *other;
	struct dma_buf *dmabuf;

	other = mock_device_create();
	if (!st_ptr(st, "a second mock device", other))
		return;

	obj = mock_object(st, 3);
	dmabuf = obj ? export(st, obj) : NULL;
	imported = dmabuf ? import(st, other, dmabuf) : NULL;
	if (imported) {
		st_ok(st, "writing through the import", mock_fill(imported, 0x99));
		drm_dev_unplug(&other->drm);
		i915_mm_unmap_dma(other);
		st_true(st, "the import has no mapping", !imported->pages);
		st_eq(st, "imports that are mapped", atomic_long_read(&to_mm(other)->nr_mapped), 0);
		st_ok(st, "reading the object", mock_verify(obj, 0x99));
		st_true(st, "nothing is imported any more",
			PTR_ERR(i915_gem_prime_import(&other->drm, dmabuf)) == -ENODEV);
		i915_gem_object_put(imported);
		mock_flush(other);
		st_alive_eq(st, "the import is gone", I915_AUDIT_OBJECT, 1);
	}
	if (dmabuf)
		put_dmabuf(st, dmabuf);
	if (obj)
		i915_gem_object_put(obj);
	st_ok(st, "bringing the second device to rest", mock_device_destroy(other));
}

#define STRANGER_SEGMENTS	2

/* An exporter that is no DRM driver: it maps at each request, in segments as it likes. */
struct stranger {
	unsigned int len[STRANGER_SEGMENTS];
	unsigned int mapped;
};

static struct sg_table *stranger_map(struct dma_buf_attachment *attach,
				     enum dma_data_direction direction)
{
	struct stranger *stranger = attach->dmabuf->priv;
	struct scatterlist *sg;
	struct sg_table *sgt;
	unsigned int n;
	u64 addr = SZ_16M;

	sgt = kzalloc(sizeof(*sgt), GFP_KERNEL);
	if (!sgt || sg_alloc_table(sgt, STRANGER_SEGMENTS, GFP_KERNEL)) {
		kfree(sgt);
		return ERR_PTR(-ENOMEM);
	}

	/* nobody looks at its memory */
	for_each_sgtable_dma_sg(sgt, sg, n) {
		sg_dma_address(sg) = addr;
		sg_dma_len(sg) = stranger->len[n];
		addr += stranger->len[n];
	}
	stranger->mapped++;

	return sgt;
}

static void stranger_unmap(struct dma_buf_attachment *attach, struct sg_table *sgt,
			   enum dma_data_direction direction)
{
	struct stranger *stranger = attach->dmabuf->priv;

	stranger->mapped--;
	sg_free_table(sgt);
	kfree(sgt);
}

static void stranger_release(struct dma_buf *dmabuf)
{
}

static const struct dma_buf_ops stranger_ops = {
	.map_dma_buf = stranger_map,
	.unmap_dma_buf = stranger_unmap,
	.release = stranger_release,
};

static struct dma_buf *stranger_export(struct i915_st *st, struct stranger *stranger)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct dma_buf *dmabuf;

	info.ops = &stranger_ops;
	info.size = 2 * PAGE_SIZE;
	info.flags = O_CLOEXEC | O_RDWR;
	info.priv = stranger;
	dmabuf = dma_buf_export(&info);

	return st_ptr(st, "exporting a stranger's memory", dmabuf) ? dmabuf : NULL;
}

struct segments_case {
	const char *what;
	unsigned int len[STRANGER_SEGMENTS];
	int err;
};

/* Page tables are written page by page, through all segments of an import. */
static void import_of_segments(struct i915_st *st)
{
	static const struct segments_case cases[] = {
		{ "two pages", { PAGE_SIZE, PAGE_SIZE }, 0 },
		{ "more than was said", { 2 * PAGE_SIZE, PAGE_SIZE }, 0 },
		{ "less than was said", { PAGE_SIZE, SZ_2K }, -EINVAL },
		{ "half a page first", { SZ_2K, PAGE_SIZE + SZ_2K }, -EINVAL },
		{ "nothing in the second", { 2 * PAGE_SIZE, 0 }, -EINVAL },
		{ "nothing in the first", { 0, 2 * PAGE_SIZE }, -EINVAL },
	};
	struct drm_gem_object *gem;
	struct stranger stranger;
	struct dma_buf *dmabuf;
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		stranger = (struct stranger){};
		memcpy(stranger.len, cases[n].len, sizeof(stranger.len));
		dmabuf = stranger_export(st, &stranger);
		if (!dmabuf)
			return;
		gem = i915_gem_prime_import(&st->i915->drm, dmabuf);
		st_eq(st, cases[n].what, PTR_ERR_OR_ZERO(gem), cases[n].err);
		if (!IS_ERR(gem))
			drm_gem_object_put(gem);
		put_dmabuf(st, dmabuf);
		st_eq(st, "mappings left", stranger.mapped, 0);
	}
}

/* An exporter that does not keep its mappings until the end gets them back when the device goes. */
static void unmapped_when_unplugged(struct i915_st *st)
{
	struct stranger stranger = { .len = { PAGE_SIZE, PAGE_SIZE } };
	struct drm_i915_gem_object *imported;
	struct drm_i915_private *other;
	struct dma_buf *dmabuf;

	other = mock_device_create();
	if (!st_ptr(st, "a second mock device", other))
		return;

	dmabuf = stranger_export(st, &stranger);
	imported = dmabuf ? import(st, other, dmabuf) : NULL;
	if (imported) {
		st_eq(st, "mappings of the import", stranger.mapped, 1);
		drm_dev_unplug(&other->drm);
		i915_mm_unmap_dma(other);
		st_eq(st, "mappings, device gone", stranger.mapped, 0);
		i915_gem_object_put(imported);
		mock_flush(other);
	}
	if (dmabuf)
		put_dmabuf(st, dmabuf);
	st_ok(st, "bringing the second device to rest", mock_device_destroy(other));
}

/*
 * Run in the task that loads the module. A file that a user task lets go of is
 * released when the task returns to user space, which is after load has ended;
 * all that its object needs has to be there until then. What is left over is
 * seen by the audit at unload.
 */
static void late_fput(struct i915_st *st)
{
	bool late = !(current->flags & PF_KTHREAD);
	struct drm_i915_gem_object *obj;
	struct dma_buf *dmabuf = NULL;

	st->i915 = mock_device_create();
	if (!st_ptr(st, "the mock device", st->i915))
		return;

	obj = mock_object(st, 2);
	if (obj) {
		st_ok(st, "writing", mock_fill(obj, 0x77));
		dmabuf = export(st, obj);
		i915_gem_object_put(obj);
	}
	st_ok(st, "bringing the mock device to rest", mock_device_destroy(st->i915));
	if (!dmabuf)
		return;

	st_alive_eq(st, "only the file left", I915_AUDIT_OBJECT, 1);
	st_alive_eq(st, "only the file left", I915_AUDIT_OBJECT_PAGES, 1);
	if (late)
		dma_buf_put(dmabuf);
	else
		mock_file_close(dmabuf->file);
	st_alive_eq(st, late ? "file let go of, but not released" : "file released",
		    I915_AUDIT_OBJECT, late);
}

static const struct i915_subtest dmabuf_subtests[] = {
	I915_SUBTEST(outlives_the_object),
	I915_SUBTEST(shared_without_handles),
	I915_SUBTEST(import_self),
	I915_SUBTEST(cpu_access),
	I915_SUBTEST(import_other),
	I915_SUBTEST(importer_leaves_nothing),
	I915_SUBTEST(importer_of_another_device),
	I915_SUBTEST(importer_unplugged),
	I915_SUBTEST(import_of_segments),
	I915_SUBTEST(unmapped_when_unplugged),
	{ .name = "late_fput", .run = late_fput, .late = true },
};

const struct i915_suite i915_mock_dmabuf_suite = {
	.name = "dmabuf",
	.tests = dmabuf_subtests,
	.count = ARRAY_SIZE(dmabuf_subtests),
};

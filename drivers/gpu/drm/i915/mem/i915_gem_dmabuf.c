// SPDX-License-Identifier: MIT

#include <linux/dma-buf.h>
#include <linux/iosys-map.h>

#include <drm/drm_prime.h>

#include "diag/i915_audit.h"
#include "i915_drv.h"
#include "mem/i915_gem_mman.h"
#include "mem/i915_gem_object.h"

MODULE_IMPORT_NS(DMA_BUF);

/**
 * DOC: PRIME
 *
 * Export is the DRM core's, on top of pin, vmap and get_sg_table. An importer
 * that maps the buffer pins the pages with its attachment.
 *
 * An imported object holds the exporter's mapping, made for our device, from
 * birth to end: its pages are not ours to give back. The CPU reaches it through
 * the exporter's vmap; user space maps the exporter's dma-buf, not our handle.
 */

/**
 * i915_gem_prime_export - &drm_gem_object_funcs.export
 * @gem: the object
 * @flags: file flags of the dma-buf
 *
 * Context: process context.
 * Return: the dma-buf or ERR_PTR.
 */
struct dma_buf *i915_gem_prime_export(struct drm_gem_object *gem, int flags)
{
	struct drm_i915_gem_object *obj = to_i915_bo(gem);
	int ret;

	/* mmap of the dma-buf goes through our offsets, which must exist by then. */
	ret = i915_gem_object_create_mmap_offset(obj);
	if (ret)
		return ERR_PTR(ret);

	/* Before anybody can use it: see i915_gem_object_is_private(). */
	WRITE_ONCE(obj->exported, true);

	return drm_gem_prime_export(gem, flags);
}

/**
 * i915_gem_prime_pin - &drm_gem_object_funcs.pin
 * @gem: the object
 *
 * Context: object locked.
 * Return: 0 or -errno, as i915_gem_object_pin_pages().
 */
int i915_gem_prime_pin(struct drm_gem_object *gem)
{
	return i915_gem_object_pin_pages(to_i915_bo(gem));
}

/**
 * i915_gem_prime_unpin - &drm_gem_object_funcs.unpin
 * @gem: the object
 */
void i915_gem_prime_unpin(struct drm_gem_object *gem)
{
	i915_gem_object_unpin_pages(to_i915_bo(gem));
}

/**
 * i915_gem_prime_vmap - &drm_gem_object_funcs.vmap
 * @gem: the object
 * @map: out: kernel address
 *
 * Context: object locked.
 * Return: 0 or -errno, as i915_gem_object_vmap().
 */
int i915_gem_prime_vmap(struct drm_gem_object *gem, struct iosys_map *map)
{
	void *vaddr = i915_gem_object_vmap(to_i915_bo(gem));

	if (IS_ERR(vaddr))
		return PTR_ERR(vaddr);

	iosys_map_set_vaddr(map, vaddr);

	return 0;
}

/**
 * i915_gem_prime_vunmap - &drm_gem_object_funcs.vunmap
 * @gem: the object
 * @map: as i915_gem_prime_vmap() left it
 */
void i915_gem_prime_vunmap(struct drm_gem_object *gem, struct iosys_map *map)
{
	i915_gem_object_vunmap(to_i915_bo(gem));
	iosys_map_clear(map);
}

/**
 * i915_gem_prime_get_sg_table - &drm_gem_object_funcs.get_sg_table
 * @gem: the object, pages pinned by the attachment
 *
 * Return: a table for the importer to DMA map and free, or ERR_PTR.
 */
struct sg_table *i915_gem_prime_get_sg_table(struct drm_gem_object *gem)
{
	struct drm_i915_gem_object *obj = to_i915_bo(gem);

	if (!obj->page_array)
		return ERR_PTR(-ENODEV);

	return drm_prime_pages_to_sg(gem->dev, obj->page_array, gem->size >> PAGE_SHIFT);
}

/* Pages are there from birth and leave with i915_gem_import_release(). */
static int i915_gem_import_get_pages(struct drm_i915_gem_object *obj)
{
	return -ENXIO;
}

/* In place of the exporter's table once that is given back */
static struct sg_table i915_gem_import_unmapped;

static void i915_gem_import_put_pages(struct drm_i915_gem_object *obj)
{
	bool mapped = obj->pages != &i915_gem_import_unmapped;

	drm_prime_gem_destroy(&obj->base, mapped ? obj->pages : NULL);
}

static void i915_gem_import_unmap_dma(struct drm_i915_gem_object *obj)
{
	if (obj->pages == &i915_gem_import_unmapped)
		return;

	dma_buf_unmap_attachment(obj->base.import_attach, obj->pages, DMA_BIDIRECTIONAL);
	obj->pages = &i915_gem_import_unmapped;
}

static void *i915_gem_import_vmap(struct drm_i915_gem_object *obj)
{
	struct dma_buf *dmabuf = obj->base.import_attach->dmabuf;
	struct iosys_map map;

	if (dma_buf_vmap(dmabuf, &map))
		return NULL;

	if (map.is_iomem) {
		dma_buf_vunmap(dmabuf, &map);
		return NULL;
	}

	return map.vaddr;
}

/* Only at the object's end: nobody holds the lock, the exporter wants it taken. */
static void i915_gem_import_vunmap(struct drm_i915_gem_object *obj, void *vaddr)
{
	struct iosys_map map = IOSYS_MAP_INIT_VADDR(vaddr);

	dma_buf_vunmap_unlocked(obj->base.import_attach->dmabuf, &map);
}

static const struct i915_gem_object_ops i915_gem_import_ops = {
	.name = "import",
	.get_pages = i915_gem_import_get_pages,
	.put_pages = i915_gem_import_put_pages,
	.unmap_dma = i915_gem_import_unmap_dma,
	.vmap = i915_gem_import_vmap,
	.vunmap = i915_gem_import_vunmap,
};

/* Page tables are filled in whole pages, to the end of the object. */
static bool i915_gem_import_is_whole(struct sg_table *sgt, u64 size)
{
	struct scatterlist *sg;
	unsigned int i;
	u64 mapped = 0;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (!sg_dma_len(sg) || !PAGE_ALIGNED(sg_dma_address(sg) | sg_dma_len(sg)))
			return false;
		mapped += sg_dma_len(sg);
	}

	return mapped >= size;
}

/**
 * i915_gem_prime_import_sg_table - an object on top of somebody else's buffer
 * @dev: the device
 * @attach: our attachment, the object's on success
 * @sgt: the buffer as our device sees it, the object's on success
 *
 * Context: process context.
 * Return: the object or ERR_PTR(-E2BIG, -EINVAL, -ENODEV, -ENOMEM).
 */
struct drm_gem_object *i915_gem_prime_import_sg_table(struct drm_device *dev,
						      struct dma_buf_attachment *attach,
						      struct sg_table *sgt)
{
	size_t size = PAGE_ALIGN(attach->dmabuf->size);
	struct drm_i915_gem_object *obj;

	if (drm_dev_is_unplugged(dev))
		return ERR_PTR(-ENODEV);

	if (size >> PAGE_SHIFT > INT_MAX)
		return ERR_PTR(-E2BIG);

	if (!size || !i915_gem_import_is_whole(sgt, size)) {
		drm_dbg(dev, "dma-buf of %zu bytes does not consist of whole pages\n",
			attach->dmabuf->size);
		return ERR_PTR(-EINVAL);
	}

	obj = i915_gem_object_alloc();
	if (!obj)
		return ERR_PTR(-ENOMEM);

	obj->base.resv = attach->dmabuf->resv;
	i915_gem_object_init(to_i915(dev), obj, &i915_gem_import_ops, size);
	obj->pages = sgt;
	i915_audit_inc(I915_AUDIT_OBJECT_PAGES);

	return &obj->base;
}

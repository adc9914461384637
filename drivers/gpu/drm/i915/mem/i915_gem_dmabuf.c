// SPDX-License-Identifier: MIT

#include <linux/dma-buf.h>
#include <linux/iosys-map.h>

#include <drm/drm_drv.h>
#include <drm/drm_prime.h>

#include "base/i915_audit.h"
#include "base/i915_drv.h"
#include "mem/i915_gem_dmabuf.h"
#include "mem/i915_gem_mman.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_pages.h"
#include "mem/i915_mem_layer.h"

MODULE_IMPORT_NS(DMA_BUF);

/**
 * DOC: PRIME
 *
 * Export is done by the DRM core, on top of pin, vmap and get_sg_table. An
 * importer that maps the buffer pins the pages through its attachment.
 *
 * An imported object holds the exporter's DMA mapping for this device from
 * creation until it is freed or the driver is unbound; its pages are not the
 * driver's to reclaim. The CPU accesses it through the exporter's vmap, and user
 * space maps the exporter's dma-buf instead of the handle.
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
	struct dma_buf *dmabuf;
	int ret;

	/* mmap() of the dma-buf uses the object's fake offsets, which must exist by then. */
	ret = i915_gem_object_create_mmap_offset(obj);
	if (ret)
		return ERR_PTR(ret);

	/* Before anybody can use the dma-buf, see i915_gem_object_is_private(). */
	WRITE_ONCE(obj->exported, true);

	dmabuf = drm_gem_prime_export(gem, flags);
	if (!IS_ERR(dmabuf))
		WRITE_ONCE(to_mm(to_i915(gem->dev))->dmabuf_ops, dmabuf->ops);

	return dmabuf;
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

/* The mapping exists from creation on; without it the device is unplugged. */
static int i915_gem_import_get_pages(struct drm_i915_gem_object *obj)
{
	return -ENODEV;
}

/* Called when the object is freed, so nobody holds the lock. */
static void i915_gem_import_put_pages(struct drm_i915_gem_object *obj)
{
	dma_buf_unmap_attachment_unlocked(obj->base.import_attach, obj->pages, DMA_BIDIRECTIONAL);
}

/*
 * Unmapping is not enough, because exporters keep the mapping until the attachment is detached.
 * Afterwards only the CPU can access the import.
 */
static void i915_gem_import_unplug(struct drm_i915_gem_object *obj)
{
	struct dma_buf_attachment *attach = NULL;
	struct drm_device *drm = obj->base.dev;

	dma_resv_lock(obj->base.resv, NULL);
	if (obj->pages) {
		attach = obj->base.import_attach;
		dma_buf_unmap_attachment(attach, obj->pages, DMA_BIDIRECTIONAL);
		i915_gem_object_forget_dma(obj);
		i915_audit_dec(I915_AUDIT_OBJECT_PAGES);
	}
	dma_resv_unlock(obj->base.resv);
	if (!attach)
		return;

	/* The DRM core reads it when an import is exported again. */
	mutex_lock(&drm->object_name_lock);
	obj->base.import_attach = NULL;
	mutex_unlock(&drm->object_name_lock);
	dma_buf_detach(obj->import, attach);
}

static void i915_gem_import_release(struct drm_i915_gem_object *obj)
{
	if (obj->base.import_attach)
		dma_buf_detach(obj->import, obj->base.import_attach);
	dma_buf_put(obj->import);
}

static void *i915_gem_import_vmap(struct drm_i915_gem_object *obj)
{
	struct dma_buf *dmabuf = obj->import;
	struct iosys_map map;

	if (dma_buf_vmap(dmabuf, &map))
		return NULL;

	if (map.is_iomem) {
		dma_buf_vunmap(dmabuf, &map);
		return NULL;
	}

	return map.vaddr;
}

/* Only called when the object is freed: nobody holds the lock, which the exporter expects taken. */
static void i915_gem_import_vunmap(struct drm_i915_gem_object *obj, void *vaddr)
{
	struct iosys_map map = IOSYS_MAP_INIT_VADDR(vaddr);

	dma_buf_vunmap_unlocked(obj->import, &map);
}

static const struct i915_gem_object_ops i915_gem_import_ops = {
	.name = "import",
	.get_pages = i915_gem_import_get_pages,
	.put_pages = i915_gem_import_put_pages,
	.unplug = i915_gem_import_unplug,
	.vmap = i915_gem_import_vmap,
	.vunmap = i915_gem_import_vunmap,
	.release = i915_gem_import_release,
};

/* Binding writes whole pages, segment by segment, up to the end of the object. */
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

/* Is the buffer an object of this device? False also while the DRM core's ops are not known. */
static bool i915_gem_prime_is_own(struct drm_device *dev, const struct dma_buf *dmabuf)
{
	const struct drm_gem_object *gem = dmabuf->priv;

	return dmabuf->ops == READ_ONCE(to_mm(to_i915(dev))->dmabuf_ops) && gem->dev == dev;
}

/**
 * i915_gem_prime_import - &drm_driver.gem_prime_import
 * @dev: the device
 * @dmabuf: a buffer of another device, or of this one
 *
 * Context: process context.
 * Return: the object or ERR_PTR; -ENODEV (unplugged), or as
 * i915_gem_prime_import_sg_table().
 */
struct drm_gem_object *i915_gem_prime_import(struct drm_device *dev, struct dma_buf *dmabuf)
{
	struct drm_gem_object *gem;
	int idx;

	/* Nothing is mapped: the DRM core takes a reference to the object. */
	if (i915_gem_prime_is_own(dev, dmabuf))
		return drm_gem_prime_import(dev, dmabuf);

	/* The exporter maps it for this device. Unplug waits for us and then finds the object. */
	if (!drm_dev_enter(dev, &idx))
		return ERR_PTR(-ENODEV);

	gem = drm_gem_prime_import(dev, dmabuf);
	drm_dev_exit(idx);

	return gem;
}

/**
 * i915_gem_prime_import_sg_table - create an object for an imported buffer
 * @dev: the device
 * @attach: this device's attachment; belongs to the object on success
 * @sgt: the buffer as mapped for this device; belongs to the object on success
 *
 * Context: process context.
 * Return: the object or ERR_PTR(-E2BIG, -EINVAL, -ENOMEM).
 */
struct drm_gem_object *i915_gem_prime_import_sg_table(struct drm_device *dev,
						      struct dma_buf_attachment *attach,
						      struct sg_table *sgt)
{
	size_t size = PAGE_ALIGN(attach->dmabuf->size);
	struct drm_i915_gem_object *obj;

	if (size >> PAGE_SHIFT > INT_MAX)
		return ERR_PTR(-E2BIG);

	if (!size || !i915_gem_import_is_whole(sgt, size)) {
		drm_dbg(dev, "dma-buf of %zu bytes does not consist of whole pages\n",
			attach->dmabuf->size);
		return ERR_PTR(-EINVAL);
	}

	obj = i915_gem_object_alloc(to_i915(dev));
	if (!obj)
		return ERR_PTR(-ENOMEM);

	obj->base.resv = attach->dmabuf->resv;
	i915_gem_object_init(to_i915(dev), obj, &i915_gem_import_ops, size);
	/* Takes over the reference that the DRM core took for the attachment. */
	obj->import = attach->dmabuf;
	obj->exported = true;
	i915_gem_object_adopt_dma(obj, sgt);
	i915_audit_inc(I915_AUDIT_OBJECT_PAGES);

	return &obj->base;
}

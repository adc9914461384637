// SPDX-License-Identifier: MIT

#include <linux/file.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/shmem_fs.h>
#include <linux/swap.h>

#include <kunit/visibility.h>

#include "base/i915_drv.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_pages.h"
#include "mem/i915_gem_shmem.h"

/**
 * DOC: Backing store of objects
 *
 * User objects are backed by shmem, so that they can be swapped out while they are
 * not in use. The shmem file is created with the first pages, because many objects
 * are created and closed without ever being touched.
 *
 * Internal objects have plain pages whose contents are lost when they are released;
 * only the driver sees them.
 */

/* Fail instead of invoking the OOM killer: the caller can return an errno. */
#define I915_GEM_GFP	(GFP_HIGHUSER | __GFP_RECLAIMABLE | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

static int i915_gem_shmem_open(struct drm_i915_gem_object *obj)
{
	struct file *filp;

	if (obj->base.filp)
		return 0;

	filp = shmem_file_setup("i915", obj->base.size, VM_NORESERVE);
	if (IS_ERR(filp))
		return PTR_ERR(filp);

	mapping_set_gfp_mask(filp->f_mapping, I915_GEM_GFP);
	obj->base.filp = filp;

	return 0;
}

/*
 * Replaces drm_gem_get_pages(), which does not reschedule while it reads gigabytes.
 * The result is undone by drm_gem_put_pages(), which skips the entries that are not
 * filled in yet.
 */
static struct page **i915_gem_shmem_read(struct drm_i915_gem_object *obj)
{
	struct address_space *mapping = obj->base.filp->f_mapping;
	pgoff_t n = 0, next, count = obj->base.size >> PAGE_SHIFT;
	struct folio *folio;
	struct page **pages;

	pages = kvcalloc(count, sizeof(*pages), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!pages)
		return ERR_PTR(-ENOMEM);

	mapping_set_unevictable(mapping);
	while (n < count) {
		cond_resched();
		folio = fatal_signal_pending(current) ? ERR_PTR(-EINTR) :
			shmem_read_folio_gfp(mapping, n, mapping_gfp_mask(mapping));
		if (IS_ERR(folio)) {
			drm_gem_put_pages(&obj->base, pages, false, false);
			return ERR_CAST(folio);
		}

		for (next = min(count, folio_next_index(folio)); n < next; n++)
			pages[n] = folio_file_page(folio, n);
	}

	return pages;
}

static int i915_gem_shmem_get_pages(struct drm_i915_gem_object *obj)
{
	struct page **pages;
	int ret;

	/* Do not read in what could not be mapped afterwards. */
	if (drm_dev_is_unplugged(obj->base.dev))
		return -ENODEV;

	/* Cannot fit, however much is swapped out. */
	if (obj->base.size >> PAGE_SHIFT > totalram_pages())
		return -ENOMEM;

	ret = i915_gem_shmem_open(obj);
	if (ret)
		return ret;

	pages = i915_gem_shmem_read(obj);
	if (IS_ERR(pages))
		return PTR_ERR(pages) == -ENOSPC ? -ENOMEM : PTR_ERR(pages);

	ret = i915_gem_object_set_pages(obj, pages);
	if (ret)
		drm_gem_put_pages(&obj->base, pages, false, false);

	return ret;
}

static void i915_gem_shmem_purge(struct drm_i915_gem_object *obj)
{
	if (obj->base.filp)
		shmem_truncate_range(file_inode(obj->base.filp), 0, (loff_t)-1);
}

/* GPU page tables have no dirty bit, so every page counts as dirty. */
static void i915_gem_shmem_put_pages(struct drm_i915_gem_object *obj)
{
	bool keep = obj->madv == I915_MADV_WILLNEED && kref_read(&obj->base.refcount);

	i915_gem_object_unmap_pages(obj);
	drm_gem_put_pages(&obj->base, obj->page_array, keep, keep);
	if (obj->madv == I915_MADV_DONTNEED)
		i915_gem_shmem_purge(obj);
}

static const struct i915_gem_object_ops i915_gem_shmem_ops = {
	.name = "shmem",
	.get_pages = i915_gem_shmem_get_pages,
	.put_pages = i915_gem_shmem_put_pages,
	.purge = i915_gem_shmem_purge,
	.unplug = i915_gem_object_unplug_pages,
	.cpu_access = true,
	.shrinkable = true,
};

static struct drm_i915_gem_object *
i915_gem_object_create(struct drm_i915_private *i915, const struct i915_gem_object_ops *ops,
		       u64 size)
{
	struct drm_i915_gem_object *obj;

	/* drm_mm, scatterlists and loops over pages use int. */
	if (size >> PAGE_SHIFT > INT_MAX)
		return ERR_PTR(-E2BIG);

	if (!size || !PAGE_ALIGNED(size))
		return ERR_PTR(-EINVAL);

	obj = i915_gem_object_alloc(i915);
	if (!obj)
		return ERR_PTR(-ENOMEM);

	i915_gem_object_init(i915, obj, ops, size);

	return obj;
}

/**
 * i915_gem_object_create_shmem - create an object for user space
 * @i915: the device
 * @size: bytes, a multiple of the page size
 *
 * Context: process context.
 * Return: the object with one reference, or ERR_PTR(-EINVAL, -E2BIG, -ENOMEM).
 */
struct drm_i915_gem_object *i915_gem_object_create_shmem(struct drm_i915_private *i915, u64 size)
{
	return i915_gem_object_create(i915, &i915_gem_shmem_ops, size);
}
EXPORT_SYMBOL_IF_KUNIT(i915_gem_object_create_shmem);

static void i915_gem_free_page_array(struct page **pages, unsigned int count)
{
	while (count--)
		__free_page(pages[count]);
	kvfree(pages);
}

static int i915_gem_internal_get_pages(struct drm_i915_gem_object *obj)
{
	unsigned int count = obj->base.size >> PAGE_SHIFT;
	struct page **pages;
	unsigned int n;
	int ret = -ENOMEM;

	pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL | __GFP_NOWARN);
	if (!pages)
		return -ENOMEM;

	for (n = 0; n < count; n++) {
		pages[n] = alloc_page(GFP_KERNEL | __GFP_ZERO | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
		if (!pages[n])
			goto err_pages;
	}

	ret = i915_gem_object_set_pages(obj, pages);
	if (ret)
		goto err_pages;

	return 0;

err_pages:
	i915_gem_free_page_array(pages, n);
	return ret;
}

static void i915_gem_internal_put_pages(struct drm_i915_gem_object *obj)
{
	i915_gem_object_unmap_pages(obj);
	i915_gem_free_page_array(obj->page_array, obj->base.size >> PAGE_SHIFT);
}

static const struct i915_gem_object_ops i915_gem_internal_ops = {
	.name = "internal",
	.get_pages = i915_gem_internal_get_pages,
	.put_pages = i915_gem_internal_put_pages,
	.unplug = i915_gem_object_unplug_pages,
	.cpu_access = true,
};

/**
 * i915_gem_object_create_internal - create an object that user space never sees
 * @i915: the device
 * @size: bytes, a multiple of the page size
 *
 * Zeroed. The contents are kept while the pages are pinned.
 *
 * Context: process context.
 * Return: the object with one reference, or ERR_PTR(-EINVAL, -E2BIG, -ENOMEM).
 */
struct drm_i915_gem_object *i915_gem_object_create_internal(struct drm_i915_private *i915,
							    u64 size)
{
	return i915_gem_object_create(i915, &i915_gem_internal_ops, size);
}
EXPORT_SYMBOL_IF_KUNIT(i915_gem_object_create_internal);

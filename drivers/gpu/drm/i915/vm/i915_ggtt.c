// SPDX-License-Identifier: MIT

#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <drm/drm_drv.h>

#include <kunit/visibility.h>

#include "base/i915_drv.h"
#include "base/i915_params.h"
#include "hw/i915_gtt_regs.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_uncore.h"
#include "vm/i915_ggtt.h"
#include "vm/i915_ggtt_evict.h"
#include "vm/i915_vm_layer.h"

/**
 * DOC: The global address space
 *
 * Maps only memory that the driver itself hands to the engines: context images,
 * rings, status pages (struct i915_ggtt_buf). It has no objects and no VMAs.
 * Status pages and the driver's own contexts keep their address for life; the
 * contexts of clients can be evicted while they are idle, see "Room in the global
 * address space".
 *
 * The framebuffer that firmware has set up is at the beginning, behind the
 * aperture, and efifb or simpledrm draw on it through the aperture. The driver
 * has no use for the aperture, so it leaves that part alone: no address in it is
 * handed out, none of its PTEs is written, and the screen stays usable. Removing
 * the firmware's framebuffer driver, as drivers with a display do, would leave
 * the machine without a screen.
 *
 * The rest of the table is not cleared: with 1 M entries of MMIO that would take
 * most of the time of a load. A PTE is written before its address is handed out.
 * The PTEs of a freed buffer are left alone deliberately and point to freed pages
 * until the address is used again: no user's batch can reach them, a context is
 * destroyed only after the GPU has saved its image, and clearing would double the
 * PTE writes of a context's life. Behind an IOMMU, unused PTEs do point to
 * scratch: there an engine that prefetches beyond the end of its ring would cause
 * a fault report.
 *
 * The last page points to scratch, because engines prefetch beyond what they
 * execute. The whole table is lost in system sleep, or contains what the boot
 * kernel wrote before a hibernated one was restored: i915_ggtt_resume().
 */

#define I915_GGTT_PAGE		4096

static void i915_ggtt_write_pte(struct i915_ggtt *ggtt, u64 page, dma_addr_t dma)
{
	u64 pte = dma | I915_PTE_PRESENT | I915_PTE_WRITE;

	if (ggtt->mock_ptes)
		ggtt->mock_ptes[page] = pte;
	else
		writeq(pte, &ggtt->ptes[page]);
}

static void i915_ggtt_flush(struct i915_ggtt *ggtt)
{
	i915_write(to_uncore(ggtt->i915), I915_GFX_FLSH_CNTL, I915_GFX_FLSH_CNTL_EN);
}

/* Behind an IOMMU, point unused PTEs to scratch. ggtt->lock held, or before the first user. */
static void i915_ggtt_clear(struct i915_ggtt *ggtt, u64 start, u64 size)
{
	dma_addr_t scratch = to_vm_device(ggtt->i915)->scratch_dma;
	u64 page;

	if (!ggtt->clear_unused)
		return;

	for (page = start / I915_GGTT_PAGE; page < (start + size) / I915_GGTT_PAGE; page++)
		i915_ggtt_write_pte(ggtt, page, scratch);
}

/*
 * First address the driver uses. If the aperture is as large as the address space, take the
 * upper half: no framebuffer needs the lower one.
 */
static u64 i915_ggtt_start(const struct i915_ggtt *ggtt)
{
	return min(ggtt->mappable_end, ggtt->total / 2);
}

/* The PTEs that belong to no buffer */
static void i915_ggtt_write_unused(struct i915_ggtt *ggtt)
{
	u64 start = i915_ggtt_start(ggtt);

	i915_ggtt_clear(ggtt, start, ggtt->total - start);
	i915_ggtt_write_pte(ggtt, ggtt->total / I915_GGTT_PAGE - 1,
			    to_vm_device(ggtt->i915)->scratch_dma);
}

static void i915_ggtt_init_common(struct i915_ggtt *ggtt)
{
	u64 start = i915_ggtt_start(ggtt);

	mutex_init(&ggtt->lock);
	drm_mm_init(&ggtt->mm, start, ggtt->total - start - I915_GGTT_PAGE);
	INIT_LIST_HEAD(&ggtt->evictable);
	INIT_LIST_HEAD(&ggtt->bufs);

	i915_ggtt_write_unused(ggtt);
	i915_ggtt_flush(ggtt);
}

/**
 * i915_ggtt_init - take over the global address space of a GPU
 * @ggtt: to_ggtt() of @i915
 * @i915: the device
 * @ptes: the page table, in BAR0
 * @total: bytes of address space
 * @mappable_end: size of the part behind the aperture, bytes
 *
 * Context: process context; after i915_vm_device_init().
 * Return: 0 or an injected error.
 */
int i915_ggtt_init(struct i915_ggtt *ggtt, struct drm_i915_private *i915, void __iomem *ptes,
		   u64 total, u64 mappable_end)
{
	int ret;

	ret = i915_inject_probe_error(i915);
	if (ret)
		return ret;

	ggtt->i915 = i915;
	ggtt->ptes = ptes;
	ggtt->total = total;
	ggtt->mappable_end = min(mappable_end, total);
	ggtt->clear_unused = device_iommu_mapped(i915->drm.dev);
	i915_ggtt_init_common(ggtt);

	return 0;
}

/**
 * i915_ggtt_init_mock - set up a global address space without hardware
 * @ggtt: to_ggtt() of @i915
 * @i915: the mock device
 * @total: bytes of address space
 *
 * Context: process context; after i915_vm_device_init().
 * Return: 0 or -ENOMEM.
 */
int i915_ggtt_init_mock(struct i915_ggtt *ggtt, struct drm_i915_private *i915, u64 total)
{
	ggtt->i915 = i915;
	ggtt->total = total;
	ggtt->mappable_end = total / 4;
	ggtt->mock_ptes = vzalloc(array_size(total / I915_GGTT_PAGE, sizeof(u64)));
	if (!ggtt->mock_ptes)
		return -ENOMEM;

	i915_ggtt_init_common(ggtt);

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(i915_ggtt_init_mock);

/**
 * i915_ggtt_fini - undo i915_ggtt_init() or i915_ggtt_init_mock()
 * @ggtt: has no buffers left; nothing is written to the GPU
 */
void i915_ggtt_fini(struct i915_ggtt *ggtt)
{
	drm_mm_takedown(&ggtt->mm);
	mutex_destroy(&ggtt->lock);
	vfree(ggtt->mock_ptes);
	ggtt->mock_ptes = NULL;
}
EXPORT_SYMBOL_IF_KUNIT(i915_ggtt_fini);

static void i915_ggtt_buf_free_pages(struct i915_ggtt_buf *buf)
{
	unsigned int single = buf->count - buf->tail;
	unsigned int n;

	for (n = 0; n < single && buf->pages[n]; n++)
		__free_page(buf->pages[n]);
	if (buf->tail && buf->pages[single])
		__free_pages(buf->pages[single], get_order(buf->tail * PAGE_SIZE));
}

static int i915_ggtt_buf_alloc_tail(struct i915_ggtt_buf *buf, bool zeroed)
{
	struct page *page;
	unsigned int n;

	page = alloc_pages(GFP_KERNEL_ACCOUNT | (zeroed ? __GFP_ZERO : 0),
			   get_order(buf->tail * PAGE_SIZE));
	if (!page)
		return -ENOMEM;

	for (n = 0; n < buf->tail; n++)
		buf->pages[buf->count - buf->tail + n] = page + n;

	return 0;
}

static int i915_ggtt_buf_alloc_pages(struct i915_ggtt_buf *buf, unsigned int zeroed)
{
	unsigned int single = buf->count - buf->tail;
	unsigned int n;
	int ret = 0;

	for (n = 0; n < single && !ret; n++) {
		buf->pages[n] = alloc_page(GFP_KERNEL_ACCOUNT | (n < zeroed ? __GFP_ZERO : 0));
		if (!buf->pages[n])
			ret = -ENOMEM;
	}
	if (!ret && buf->tail)
		ret = i915_ggtt_buf_alloc_tail(buf, zeroed > single);
	if (ret)
		i915_ggtt_buf_free_pages(buf);

	return ret;
}

static void i915_ggtt_buf_unmap(struct device *dev, struct i915_ggtt_buf *buf, unsigned int count)
{
	if (buf->unmapped)
		return;

	while (count--)
		dma_unmap_page(dev, buf->dma[count], PAGE_SIZE, DMA_BIDIRECTIONAL);
	buf->unmapped = true;
}

static int i915_ggtt_buf_map(struct device *dev, struct i915_ggtt_buf *buf)
{
	unsigned int n;

	for (n = 0; n < buf->count; n++) {
		buf->dma[n] = dma_map_page(dev, buf->pages[n], 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
		if (dma_mapping_error(dev, buf->dma[n])) {
			i915_ggtt_buf_unmap(dev, buf, n);
			return -ENOMEM;
		}
	}

	return 0;
}

static void i915_ggtt_buf_write_ptes(struct i915_ggtt *ggtt, const struct i915_ggtt_buf *buf)
{
	unsigned int n;

	for (n = 0; n < buf->count; n++)
		i915_ggtt_write_pte(ggtt, buf->node.start / I915_GGTT_PAGE + n, buf->dma[n]);
}

/**
 * i915_ggtt_resume - rewrite the whole table
 * @ggtt: the global address space, whose PTEs have unknown values
 *
 * Context: process context; no engine runs.
 */
void i915_ggtt_resume(struct i915_ggtt *ggtt)
{
	struct drm_mm_node *node;

	mutex_lock(&ggtt->lock);
	i915_ggtt_write_unused(ggtt);
	drm_mm_for_each_node(node, &ggtt->mm)
		i915_ggtt_buf_write_ptes(ggtt, container_of(node, struct i915_ggtt_buf, node));
	i915_ggtt_flush(ggtt);
	mutex_unlock(&ggtt->lock);
}
EXPORT_SYMBOL_IF_KUNIT(i915_ggtt_resume);

/**
 * i915_ggtt_unmap_dma - DMA unmap every buffer
 * @ggtt: the global address space; the device is unplugged, so no buffer is added
 *
 * The memory stays allocated until the buffers are freed.
 *
 * Context: process context; no engine runs.
 */
void i915_ggtt_unmap_dma(struct i915_ggtt *ggtt)
{
	struct device *dev = ggtt->i915->drm.dev;
	struct i915_ggtt_buf *buf;

	mutex_lock(&ggtt->lock);
	list_for_each_entry(buf, &ggtt->bufs, link)
		i915_ggtt_buf_unmap(dev, buf, buf->count);
	mutex_unlock(&ggtt->lock);
}
EXPORT_SYMBOL_IF_KUNIT(i915_ggtt_unmap_dma);

static int i915_ggtt_buf_find_address(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf)
{
	u64 size = (u64)buf->count * I915_GGTT_PAGE;
	int ret;

	ret = drm_mm_insert_node(&ggtt->mm, &buf->node, size);
	if (ret != -ENOSPC)
		return ret;

	ret = i915_ggtt_evict(ggtt, size);
	if (ret)
		return ret;

	return drm_mm_insert_node_generic(&ggtt->mm, &buf->node, size, 0, 0, DRM_MM_INSERT_EVICT);
}

static int i915_ggtt_buf_bind_locked(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf)
{
	int ret;

	ret = i915_ggtt_buf_find_address(ggtt, buf);
	if (ret)
		return ret;

	i915_ggtt_buf_write_ptes(ggtt, buf);
	i915_ggtt_flush(ggtt);

	WRITE_ONCE(ggtt->used, ggtt->used + buf->node.size);
	buf->bound = true;
	buf->since = jiffies;
	if (buf->ops)
		list_add_tail(&buf->lru, &ggtt->evictable);

	return 0;
}

/**
 * i915_ggtt_buf_bind - give a buffer an address
 * @ggtt: the global address space
 * @buf: the buffer, not bound
 *
 * Evicts idle buffers if there is no room otherwise.
 *
 * Context: process context, may sleep; does not wait for the GPU.
 * Return: 0; -ENOSPC if there is no room and no other buffer is idle; -ENOMEM; -ENODEV if the
 * device was unplugged, and the table with it.
 */
int i915_ggtt_buf_bind(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf)
{
	int ret, idx;

	if (!drm_dev_enter(&ggtt->i915->drm, &idx))
		return -ENODEV;

	mutex_lock(&ggtt->lock);
	ret = i915_ggtt_buf_bind_locked(ggtt, buf);
	mutex_unlock(&ggtt->lock);
	drm_dev_exit(idx);

	return ret;
}

/**
 * i915_ggtt_buf_unbind_locked - take the address of a buffer away
 * @ggtt: the global address space
 * @buf: the buffer; no engine uses it
 *
 * Context: i915_ggtt.lock held. The device may be unplugged.
 */
void i915_ggtt_buf_unbind_locked(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf)
{
	int idx;

	lockdep_assert_held(&ggtt->lock);

	if (!buf->bound)
		return;

	if (ggtt->clear_unused && drm_dev_enter(&ggtt->i915->drm, &idx)) {
		i915_ggtt_clear(ggtt, buf->node.start, buf->node.size);
		i915_ggtt_flush(ggtt);
		drm_dev_exit(idx);
	}
	if (buf->ops)
		list_del(&buf->lru);
	buf->bound = false;
	WRITE_ONCE(ggtt->used, ggtt->used - buf->node.size);
	drm_mm_remove_node(&buf->node);
}

/**
 * i915_ggtt_buf_alloc - allocate memory that can be bound in the GGTT
 * @ggtt: the global address space
 * @buf: zeroed, or left by i915_ggtt_buf_fini()
 * @count: number of pages
 * @zeroed: number of leading pages to clear; the tail is cleared whole if any of it is among
 *	them. The caller initialises the rest before the GPU reads it
 * @tail: number of pages at the end that are contiguous for the CPU (one allocation, a power of
 *	two), or 0
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, -ENODEV (unplugged).
 */
int i915_ggtt_buf_alloc(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf, unsigned int count,
			unsigned int zeroed, unsigned int tail)
{
	int ret, idx;

	memset(buf, 0, sizeof(*buf));
	buf->count = count;
	buf->tail = tail;

	/* One allocation for both arrays */
	buf->pages = kcalloc(count, sizeof(*buf->pages) + sizeof(*buf->dma), GFP_KERNEL_ACCOUNT);
	if (!buf->pages)
		return -ENOMEM;
	buf->dma = (dma_addr_t *)(buf->pages + count);

	ret = i915_ggtt_buf_alloc_pages(buf, zeroed);
	if (ret)
		goto err_arrays;

	/* Unplug waits until the buffer is on the list, and then unmaps what is mapped here. */
	ret = -ENODEV;
	if (!drm_dev_enter(&ggtt->i915->drm, &idx))
		goto err_pages;
	ret = i915_ggtt_buf_map(ggtt->i915->drm.dev, buf);
	if (!ret) {
		mutex_lock(&ggtt->lock);
		list_add(&buf->link, &ggtt->bufs);
		mutex_unlock(&ggtt->lock);
	}
	drm_dev_exit(idx);
	if (ret)
		goto err_pages;

	return 0;

err_pages:
	i915_ggtt_buf_free_pages(buf);
err_arrays:
	kfree(buf->pages);
	buf->pages = NULL;
	return ret;
}

/**
 * i915_ggtt_buf_init - allocate a buffer that stays bound for life
 * @ggtt: the global address space
 * @buf: zeroed, or left by i915_ggtt_buf_fini()
 * @count: number of pages
 * @zeroed: as for i915_ggtt_buf_alloc()
 * @tail: as for i915_ggtt_buf_alloc()
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, -ENOSPC, -ENODEV (unplugged).
 */
int i915_ggtt_buf_init(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf, unsigned int count,
		       unsigned int zeroed, unsigned int tail)
{
	int ret;

	ret = i915_ggtt_buf_alloc(ggtt, buf, count, zeroed, tail);
	if (ret)
		return ret;

	ret = i915_ggtt_buf_bind(ggtt, buf);
	if (ret)
		i915_ggtt_buf_fini(ggtt, buf);

	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(i915_ggtt_buf_init);

/**
 * i915_ggtt_buf_fini - unbind and free a buffer
 * @ggtt: the global address space
 * @buf: the buffer, not used by any engine; nothing happens if it was never set up
 *
 * Context: process context, may sleep. The device may be unplugged.
 */
void i915_ggtt_buf_fini(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf)
{
	if (!buf->pages)
		return;

	mutex_lock(&ggtt->lock);
	i915_ggtt_buf_unbind_locked(ggtt, buf);
	list_del(&buf->link);
	/* Under the lock: unplug looks for what is mapped on the list. */
	i915_ggtt_buf_unmap(ggtt->i915->drm.dev, buf, buf->count);
	mutex_unlock(&ggtt->lock);

	i915_ggtt_buf_free_pages(buf);
	kfree(buf->pages);
	buf->pages = NULL;
}
EXPORT_SYMBOL_IF_KUNIT(i915_ggtt_buf_fini);

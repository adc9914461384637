// SPDX-License-Identifier: MIT

#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <drm/drm_drv.h>

#include <kunit/visibility.h>

#include "hw/i915_gtt_regs.h"
#include "i915_drv.h"
#include "i915_params.h"
#include "vm/i915_ggtt.h"

/**
 * DOC: The global address space
 *
 * It holds only what the driver itself shows to the engines: context images,
 * rings, status pages (struct i915_ggtt_buf). They stay at their address for
 * life, so there are no objects, VMAs or eviction here.
 *
 * Nothing clears the table: at 1 M entries of MMIO that would be most of the
 * time of a load. A PTE is written before its address is handed out. Freeing a
 * buffer deliberately leaves its PTEs, which lead to freed pages until the
 * address is used again: no user's batch can name them, the context whose image
 * they led to is destroyed only after the GPU has saved it, and clearing them
 * would double the PTE writes of a context's life.
 *
 * The first page stays free, for zero to mean "no address"; the last one leads
 * to scratch, because engines prefetch beyond what they execute.
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
	i915_write(&ggtt->i915->uncore, I915_GFX_FLSH_CNTL, I915_GFX_FLSH_CNTL_EN);
}

static void i915_ggtt_init_common(struct i915_ggtt *ggtt)
{
	dma_addr_t scratch = ggtt->i915->vm_device.scratch_dma;

	mutex_init(&ggtt->lock);
	drm_mm_init(&ggtt->mm, I915_GGTT_PAGE, ggtt->total - 2 * I915_GGTT_PAGE);

	i915_ggtt_write_pte(ggtt, 0, scratch);
	i915_ggtt_write_pte(ggtt, ggtt->total / I915_GGTT_PAGE - 1, scratch);
	i915_ggtt_flush(ggtt);
}

/**
 * i915_ggtt_init - take over the global address space of a GPU
 * @ggtt: the struct of @i915
 * @i915: the device
 * @ptes: the page table, in BAR0
 * @total: bytes of address space
 * @mappable_end: bytes of it behind the aperture
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
	i915_ggtt_init_common(ggtt);

	return 0;
}

/**
 * i915_ggtt_init_mock - a global address space without hardware
 * @ggtt: the struct of @i915
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
	ggtt->mappable_end = total;
	ggtt->mock_ptes = vzalloc(array_size(total / I915_GGTT_PAGE, sizeof(u64)));
	if (!ggtt->mock_ptes)
		return -ENOMEM;

	i915_ggtt_init_common(ggtt);

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(i915_ggtt_init_mock);

/**
 * i915_ggtt_fini - the device goes
 * @ggtt: no buffer is left. Nothing is written to the GPU.
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
	unsigned int n;

	if (buf->contiguous) {
		__free_pages(buf->pages[0], get_order(buf->count * PAGE_SIZE));
		return;
	}

	for (n = 0; n < buf->count && buf->pages[n]; n++)
		__free_page(buf->pages[n]);
}

static int i915_ggtt_buf_alloc_pages(struct i915_ggtt_buf *buf, unsigned int zeroed)
{
	struct page *page;
	unsigned int n;

	if (buf->contiguous) {
		page = alloc_pages(GFP_KERNEL | (zeroed ? __GFP_ZERO : 0),
				   get_order(buf->count * PAGE_SIZE));
		if (!page)
			return -ENOMEM;
		for (n = 0; n < buf->count; n++)
			buf->pages[n] = page + n;
		return 0;
	}

	for (n = 0; n < buf->count; n++) {
		buf->pages[n] = alloc_page(GFP_KERNEL | (n < zeroed ? __GFP_ZERO : 0));
		if (!buf->pages[n]) {
			i915_ggtt_buf_free_pages(buf);
			return -ENOMEM;
		}
	}

	return 0;
}

static void i915_ggtt_buf_unmap(struct device *dev, struct i915_ggtt_buf *buf, unsigned int count)
{
	while (count--)
		dma_unmap_page(dev, buf->dma[count], PAGE_SIZE, DMA_BIDIRECTIONAL);
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

/* Find an address and write the PTEs. After an unplug the table is not there any more. */
static int i915_ggtt_buf_bind(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf)
{
	unsigned int n;
	int ret, idx;

	if (!drm_dev_enter(&ggtt->i915->drm, &idx))
		return -ENODEV;

	mutex_lock(&ggtt->lock);
	ret = drm_mm_insert_node(&ggtt->mm, &buf->node, (u64)buf->count * I915_GGTT_PAGE);
	if (!ret) {
		WRITE_ONCE(ggtt->used, ggtt->used + buf->node.size);
		for (n = 0; n < buf->count; n++)
			i915_ggtt_write_pte(ggtt, buf->node.start / I915_GGTT_PAGE + n,
					    buf->dma[n]);
		i915_ggtt_flush(ggtt);
	}
	mutex_unlock(&ggtt->lock);
	drm_dev_exit(idx);

	return ret;
}

/**
 * i915_ggtt_buf_init - memory the engines see at a GGTT address
 * @ggtt: the global address space
 * @buf: zeroed, or left by i915_ggtt_buf_fini()
 * @count: pages
 * @zeroed: so many pages at the beginning are zeroed (of contiguous ones all, unless 0); the
 *	rest is written before anybody reads it
 * @contiguous: the CPU wants to see them in one piece: one allocation, @count a power of two
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, -ENOSPC, -ENODEV (unplugged).
 */
int i915_ggtt_buf_init(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf, unsigned int count,
		       unsigned int zeroed, bool contiguous)
{
	struct device *dev = ggtt->i915->drm.dev;
	int ret;

	memset(buf, 0, sizeof(*buf));
	buf->count = count;
	buf->contiguous = contiguous;

	/* Both arrays in one allocation */
	buf->pages = kcalloc(count, sizeof(*buf->pages) + sizeof(*buf->dma), GFP_KERNEL);
	if (!buf->pages)
		return -ENOMEM;
	buf->dma = (dma_addr_t *)(buf->pages + count);

	ret = i915_ggtt_buf_alloc_pages(buf, zeroed);
	if (ret)
		goto err_arrays;

	ret = i915_ggtt_buf_map(dev, buf);
	if (ret)
		goto err_pages;

	ret = i915_ggtt_buf_bind(ggtt, buf);
	if (ret)
		goto err_dma;

	return 0;

err_dma:
	i915_ggtt_buf_unmap(dev, buf, count);
err_pages:
	i915_ggtt_buf_free_pages(buf);
err_arrays:
	kfree(buf->pages);
	buf->pages = NULL;
	return ret;
}

/**
 * i915_ggtt_buf_fini - undo i915_ggtt_buf_init()
 * @ggtt: the global address space
 * @buf: the buffer; nothing happens if it was never set up. No engine uses it any more.
 *
 * Context: process context, may sleep. The GPU need not be there any more.
 */
void i915_ggtt_buf_fini(struct i915_ggtt *ggtt, struct i915_ggtt_buf *buf)
{
	if (!buf->pages)
		return;

	mutex_lock(&ggtt->lock);
	WRITE_ONCE(ggtt->used, ggtt->used - buf->node.size);
	drm_mm_remove_node(&buf->node);
	mutex_unlock(&ggtt->lock);

	i915_ggtt_buf_unmap(ggtt->i915->drm.dev, buf, buf->count);
	i915_ggtt_buf_free_pages(buf);
	kfree(buf->pages);
	buf->pages = NULL;
}

// SPDX-License-Identifier: MIT

#include <linux/dma-mapping.h>
#include <linux/pci.h>

#include <drm/drm_drv.h>
#include <drm/drm_managed.h>

#include "base/i915_drv.h"
#include "base/i915_params.h"
#include "diag/i915_diag.h"
#include "gem/i915_gem_object_funcs.h"
#include "gt/i915_gt.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_irq.h"
#include "hw/i915_device_info.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_topology.h"
#include "hw/i915_uncore.h"
#include "i915_device.h"
#include "i915_driver.h"
#include "i915_drm.h"
#include "i915_lock_order.h"
#include "mem/i915_mem_layer.h"
#include "vm/i915_ggtt.h"
#include "vm/i915_shrinker.h"
#include "vm/i915_vm_layer.h"

/**
 * DOC: Life of a device
 *
 * Probe walks a table of steps. Each step registers a managed action that undoes
 * it, so there is no unwinding here, neither when a step fails nor at remove. The
 * two kinds of actions run at different times:
 *
 * - Device-managed actions (devm) run when the driver is unbound. They undo the
 *   hardware side: interrupt, engines, registers. Afterwards nothing accesses the
 *   device, not even an ioctl that began before the unbind and is still running:
 *   see i915_uncore_close().
 * - DRM-managed actions (drmm) run with the last put of the DRM device. Open files
 *   hold a reference, and with them objects, contexts and address spaces live on
 *   until the last file is closed.
 *
 * Before any of them the GPU is given up. Taking a device away from user space waits
 * for who is inside one of its debugfs files, and that may be somebody who waits for
 * a batch that never ends.
 */

/* BAR0: registers in the lower half, GGTT page table in the upper half */
#define I915_MMIO_BAR		0
#define I915_MMIO_REGS_SIZE	SZ_2M
#define I915_MMIO_GGTT_OFFSET	SZ_8M
/* BAR2: the aperture */
#define I915_APERTURE_BAR	2

/* GMCH control: size of the GGTT page table, Broadwell PRM vol 2c "GGC" */
#define I915_GGC		0x50
#define I915_GGC_GGMS_SHIFT	6
#define I915_GGC_GGMS_MASK	0x3

/* Width of the GPU's DMA addresses, bits */
#define I915_DMA_BITS		39

struct i915_probe_step {
	const char *name;
	int (*init)(struct drm_i915_private *i915);
};

static struct pci_dev *i915_pdev(struct drm_i915_private *i915)
{
	return to_pci_dev(i915->drm.dev);
}

static int i915_probe_pci(struct drm_i915_private *i915)
{
	struct pci_dev *pdev = i915_pdev(i915);
	int ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;

	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(I915_DMA_BITS));
	if (ret)
		return ret;

	dma_set_max_seg_size(&pdev->dev, UINT_MAX);

	return 0;
}

/* Runs before the registers are unmapped: later accesses find the gate closed. */
static void i915_release_mmio(void *data)
{
	i915_uncore_close(data);
}

static int i915_probe_mmio(struct drm_i915_private *i915)
{
	struct pci_dev *pdev = i915_pdev(i915);
	void __iomem *regs;
	int ret;

	if (pci_resource_len(pdev, I915_MMIO_BAR) < 2 * I915_MMIO_GGTT_OFFSET) {
		drm_err(&i915->drm, "BAR0 has %llu bytes, %u are needed; not using the GPU\n",
			(u64)pci_resource_len(pdev, I915_MMIO_BAR), 2 * I915_MMIO_GGTT_OFFSET);
		return -ENODEV;
	}

	regs = devm_ioremap(&pdev->dev, pci_resource_start(pdev, I915_MMIO_BAR),
			    I915_MMIO_REGS_SIZE);
	if (!regs)
		return -ENOMEM;

	ret = i915_uncore_init(to_uncore(i915), &i915->drm, regs, i915->info->forcewake);
	if (ret)
		return ret;

	return devm_add_action_or_reset(&pdev->dev, i915_release_mmio, to_uncore(i915));
}

static int i915_probe_topology(struct drm_i915_private *i915)
{
	i915_topology_init(to_topology(i915), i915->info, to_uncore(i915));

	return 0;
}

static int i915_probe_mm(struct drm_i915_private *i915)
{
	return i915_device_init_mm(i915, &i915_gem_object_funcs);
}

static void i915_release_shrinker(struct drm_device *drm, void *data)
{
	struct drm_i915_private *i915 = to_i915(drm);

	/* Reclaim has the GT invalidate TLBs, so the GT ends later. */
	drm_WARN_ON(drm, !to_mm(i915)->invalidate_tlb);
	i915_shrinker_unregister(i915);
}

static int i915_probe_shrinker(struct drm_i915_private *i915)
{
	i915_shrinker_register(i915);

	return drmm_add_action_or_reset(&i915->drm, i915_release_shrinker, NULL);
}

static int i915_probe_ggtt(struct drm_i915_private *i915)
{
	struct pci_dev *pdev = i915_pdev(i915);
	void __iomem *ptes;
	u64 table;
	u16 ggc;
	int ret;

	pci_read_config_word(pdev, I915_GGC, &ggc);
	ggc = (ggc >> I915_GGC_GGMS_SHIFT) & I915_GGC_GGMS_MASK;
	if (!ggc) {
		drm_err(&i915->drm, "GGC: firmware reserved no space for the GTT, not using the GPU\n");
		return -ENODEV;
	}
	table = SZ_1M << ggc;

	ptes = devm_ioremap_wc(&pdev->dev,
			       pci_resource_start(pdev, I915_MMIO_BAR) + I915_MMIO_GGTT_OFFSET,
			       table);
	if (!ptes)
		return -ENOMEM;

	ret = i915_ggtt_init(to_ggtt(i915), i915, ptes, table / sizeof(u64) * SZ_4K,
			     pci_resource_len(pdev, I915_APERTURE_BAR));
	if (ret)
		return ret;

	return i915_device_adopt_ggtt(i915);
}

/* Runs at unbind, and when a later step of probe failed. */
static void i915_release_hardware(void *data)
{
	i915_device_quiesce(data);
}

static int i915_probe_gt(struct drm_i915_private *i915)
{
	int ret;

	ret = i915_gt_init(to_gt(i915), i915);
	if (ret)
		return ret;

	/* It was reset: what ran for an earlier driver does not get at our memory. */
	pci_set_master(i915_pdev(i915));

	ret = i915_device_adopt_gt(i915);
	if (ret)
		return ret;

	/* Engines live as long as the DRM device, but are stopped when the driver is unbound. */
	return devm_add_action_or_reset(i915->drm.dev, i915_release_hardware, i915);
}

static void i915_release_irq(void *data)
{
	struct drm_i915_private *i915 = data;

	i915_gt_irq_uninstall(to_gt(i915));
	pci_free_irq_vectors(i915_pdev(i915));
}

static int i915_probe_irq(struct drm_i915_private *i915)
{
	struct pci_dev *pdev = i915_pdev(i915);
	int ret;

	i915_gt_irq_reset(to_gt(i915));
	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI | PCI_IRQ_INTX);
	if (ret < 0)
		return ret;

	to_gt(i915)->irq = pci_irq_vector(pdev, 0);
	ret = i915_gt_irq_install(to_gt(i915));
	if (ret) {
		pci_free_irq_vectors(pdev);
		return ret;
	}

	return devm_add_action_or_reset(&pdev->dev, i915_release_irq, i915);
}

static int i915_probe_register(struct drm_i915_private *i915)
{
	return drm_dev_register(&i915->drm, 0);
}

static const struct i915_probe_step i915_probe_steps[] = {
	{ "pci", i915_probe_pci },
	{ "mmio", i915_probe_mmio },
	{ "topology", i915_probe_topology },
	{ "objects", i915_probe_mm },
	{ "ggtt", i915_probe_ggtt },
	{ "gt", i915_probe_gt },
	{ "shrinker", i915_probe_shrinker },
	{ "interrupt", i915_probe_irq },
	{ "registration", i915_probe_register },
	{ "diagnostics", i915_diag_register },
};

static void i915_welcome(struct drm_i915_private *i915)
{
	drm_info(&i915->drm, "%s (gen%u): %u EUs, %llu MiB of GGTT\n", i915->info->name,
		 i915->info->gen, i915_topology_eu_total(to_topology(i915)),
		 to_ggtt(i915)->total >> 20);
}

/* Who waits for the GPU is let go first: the DRM core waits for who is in a debugfs file. */
static void i915_take_away(struct drm_i915_private *i915)
{
	i915_gt_unplug(to_gt(i915));
	drm_dev_unplug(&i915->drm);
}

/**
 * i915_driver_probe - set up one GPU
 * @pdev: its PCI function
 * @info: its description
 *
 * Context: process context.
 * Return: 0, or the errno of the step that failed, after everything was undone.
 */
int i915_driver_probe(struct pci_dev *pdev, const struct i915_device_info *info)
{
	struct drm_i915_private *i915;
	unsigned int i;
	int ret;

	i915 = i915_device_alloc(&pdev->dev, &i915_drm_driver);
	if (IS_ERR(i915))
		return PTR_ERR(i915);

	i915->info = info;
	pci_set_drvdata(pdev, i915);

	for (i = 0; i < ARRAY_SIZE(i915_probe_steps); i++) {
		ret = i915_inject_probe_error(i915);
		if (!ret)
			ret = i915_probe_steps[i].init(i915);
		if (ret) {
			drm_info(&i915->drm, "probe failed at step \"%s\": %pe\n",
				 i915_probe_steps[i].name, ERR_PTR(ret));
			if (i915->drm.registered)
				i915_take_away(i915);
			return ret;
		}
	}

	i915_lock_order_prime(i915);
	i915_welcome(i915);

	return 0;
}

/**
 * i915_driver_remove - unbind from one GPU
 * @i915: the GPU
 *
 * Ends what is in flight and takes the device away from user space. The managed
 * actions that run afterwards stop the hardware for good; what open files hold is
 * freed when they are closed.
 *
 * Context: process context.
 */
void i915_driver_remove(struct drm_i915_private *i915)
{
	i915_diag_unregister(i915);
	i915_take_away(i915);
}

/**
 * i915_driver_shutdown - stop the GPU before power-off, reboot or kexec
 * @i915: the GPU
 *
 * Context: process context. Afterwards there is no DMA, no interrupt and no register
 * access, even if files are still open.
 */
void i915_driver_shutdown(struct drm_i915_private *i915)
{
	i915_device_quiesce(i915);
	i915_gt_irq_uninstall(to_gt(i915));
	i915_uncore_close(to_uncore(i915));
}

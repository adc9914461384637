// SPDX-License-Identifier: MIT

#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm.h>

#include <drm/intel/i915_pciids.h>

#include "hw/i915_device_info.h"
#include "i915_driver.h"
#include "i915_pci.h"
#include "i915_pm.h"

/**
 * DOC: PCI binding
 *
 * The PCI IDs of the driver, and the callbacks of the PCI core: probe, remove,
 * shutdown. What they do is in i915_driver.c.
 */

#define I915_PCI_ID(id, info) { PCI_VDEVICE(INTEL, (id)), .driver_data = (kernel_ulong_t)(info) }

static const struct pci_device_id i915_pci_ids[] = {
	INTEL_BDW_GT1_IDS(I915_PCI_ID, &i915_broadwell_gt1_info),
	INTEL_BDW_GT2_IDS(I915_PCI_ID, &i915_broadwell_gt2_info),
	INTEL_BDW_GT3_IDS(I915_PCI_ID, &i915_broadwell_gt3_info),
	INTEL_SKL_GT1_IDS(I915_PCI_ID, &i915_skylake_gt1_info),
	INTEL_SKL_GT2_IDS(I915_PCI_ID, &i915_skylake_gt2_info),
	INTEL_SKL_GT3_IDS(I915_PCI_ID, &i915_skylake_gt3_info),
	INTEL_SKL_GT4_IDS(I915_PCI_ID, &i915_skylake_gt4_info),
	{ }
};
MODULE_DEVICE_TABLE(pci, i915_pci_ids);

static int i915_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	/* The GPU is function 0; the second function of old parts is display only. */
	if (PCI_FUNC(pdev->devfn))
		return -ENODEV;

	return i915_driver_probe(pdev, (const struct i915_device_info *)id->driver_data);
}

static void i915_pci_remove(struct pci_dev *pdev)
{
	i915_driver_remove(pci_get_drvdata(pdev));
}

static void i915_pci_shutdown(struct pci_dev *pdev)
{
	i915_driver_shutdown(pci_get_drvdata(pdev));
}

static struct pci_driver i915_pci_driver = {
	.name = "i915",
	.id_table = i915_pci_ids,
	.probe = i915_pci_probe,
	.remove = i915_pci_remove,
	.shutdown = i915_pci_shutdown,
	.driver.pm = pm_sleep_ptr(&i915_pm_ops),
};

/**
 * i915_pci_register_driver - register with the PCI core
 *
 * Context: process context, the last step of load. Devices are probed from here;
 * a probe that fails does not fail the load.
 * Return: 0 or the errno of the PCI core.
 */
int i915_pci_register_driver(void)
{
	return pci_register_driver(&i915_pci_driver);
}

/**
 * i915_pci_unregister_driver - unbind every device
 *
 * Context: process context.
 */
void i915_pci_unregister_driver(void)
{
	pci_unregister_driver(&i915_pci_driver);
}

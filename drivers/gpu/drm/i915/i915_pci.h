/* SPDX-License-Identifier: MIT */
#ifndef _I915_PCI_H_
#define _I915_PCI_H_

int i915_pci_register_driver(void);
void i915_pci_unregister_driver(void);

#endif

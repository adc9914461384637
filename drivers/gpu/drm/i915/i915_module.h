/* SPDX-License-Identifier: MIT */
#ifndef _I915_MODULE_H_
#define _I915_MODULE_H_

#include <linux/types.h>

int i915_pci_register_driver(void);
void i915_pci_unregister_driver(void);

bool i915_load_failed(void);

#endif

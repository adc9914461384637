/* SPDX-License-Identifier: MIT */
#ifndef _I915_DRIVER_H_
#define _I915_DRIVER_H_

struct drm_i915_private;
struct i915_device_info;
struct pci_dev;

int i915_driver_probe(struct pci_dev *pdev, const struct i915_device_info *info);
void i915_driver_remove(struct drm_i915_private *i915);
void i915_driver_shutdown(struct drm_i915_private *i915);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef _I915_PM_H_
#define _I915_PM_H_

extern const struct dev_pm_ops i915_pm_ops;

#endif

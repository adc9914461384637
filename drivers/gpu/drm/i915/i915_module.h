/* SPDX-License-Identifier: MIT */
#ifndef _I915_MODULE_H_
#define _I915_MODULE_H_

#include <linux/types.h>

bool i915_load_failed(void);

#endif

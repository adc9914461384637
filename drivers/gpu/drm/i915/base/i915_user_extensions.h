/* SPDX-License-Identifier: MIT */
#ifndef _I915_USER_EXTENSIONS_H_
#define _I915_USER_EXTENSIONS_H_

#include <linux/types.h>

struct i915_user_extension;

/* Handles one extension: @ext is its struct in user space, @data the argument of the caller. */
typedef int (*i915_user_extension_fn)(struct i915_user_extension __user *ext, void *data);

int i915_user_extensions(u64 first, const i915_user_extension_fn *table, unsigned int count,
			 void *data);

#endif

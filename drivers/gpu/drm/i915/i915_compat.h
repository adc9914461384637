/* SPDX-License-Identifier: MIT */
#ifndef _I915_COMPAT_H_
#define _I915_COMPAT_H_

struct file;

#ifdef CONFIG_COMPAT
long i915_compat_ioctl(struct file *filp, unsigned int cmd, unsigned long arg);
#else
#define i915_compat_ioctl NULL
#endif

#endif

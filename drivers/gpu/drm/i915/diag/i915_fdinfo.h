/* SPDX-License-Identifier: MIT */
#ifndef _I915_FDINFO_H_
#define _I915_FDINFO_H_

struct drm_file;
struct drm_printer;

void i915_show_fdinfo(struct drm_printer *p, struct drm_file *file);

#endif

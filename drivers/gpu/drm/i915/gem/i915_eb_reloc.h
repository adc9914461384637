/* SPDX-License-Identifier: MIT */
#ifndef _I915_EB_RELOC_H_
#define _I915_EB_RELOC_H_

struct i915_execbuffer;

int i915_eb_copy_relocs(struct i915_execbuffer *eb);
int i915_eb_relocate(struct i915_execbuffer *eb);
void i915_eb_return_relocs(struct i915_execbuffer *eb);

#endif

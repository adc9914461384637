// SPDX-License-Identifier: GPL-2.0
/*
 * Bad input to every ioctl of the i915 user API: each case is one call that must
 * fail with the errno the API documents. After all of them the driver must hold
 * not one thing more than before, as the leak audit in debugfs counts.
 *
 * Each case gets a file of its own, with handles that are known beforehand:
 * objects 1 (4 KiB, a batch that ends at once) and 2 (8 KiB), context 1, address
 * space 1, syncobj 1 (without a fence).
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <drm/drm.h>
#include <drm/i915_drm.h>

#include "../../../kselftest.h"
#include "i915_ioctl.h"

#define OBJ		1
#define OBJ_BIG		2
#define CTX		1
#define VM		1
#define SYNCOBJ		1
#define NONE		0xbad
#define BAD_PTR		(~0ull)

#define MI_BATCH_BUFFER_END	0x05000000

#define EXEC_SLOTS	3

union args {
	struct drm_i915_getparam getparam;
	struct drm_i915_gem_create create;
	struct drm_i915_gem_create_ext create_ext;
	struct drm_i915_gem_pread pread;
	struct drm_i915_gem_pwrite pwrite;
	struct drm_i915_gem_mmap mmap;
	struct drm_i915_gem_mmap_offset mmap_offset;
	struct drm_i915_gem_set_domain set_domain;
	struct drm_i915_gem_sw_finish sw_finish;
	struct drm_i915_gem_busy busy;
	struct drm_i915_gem_wait wait;
	struct drm_i915_gem_madvise madvise;
	struct drm_i915_gem_caching caching;
	struct drm_i915_gem_execbuffer2 exec;
	struct drm_i915_gem_context_create_ext ctx_create;
	struct drm_i915_gem_context_destroy ctx_destroy;
	struct drm_i915_gem_context_param ctx_param;
	struct drm_i915_gem_vm_control vm;
	struct drm_i915_query query;
	struct drm_i915_reg_read reg_read;
	struct drm_i915_reset_stats reset_stats;
	struct drm_gem_close close;
	struct drm_gem_flink flink;
	struct drm_gem_open open;
	struct drm_prime_handle prime;
	struct drm_syncobj_destroy syncobj;
};

/* What an argument may point to; see prepare(). */
struct extra {
	struct drm_i915_gem_exec_object2 obj[EXEC_SLOTS];
	struct drm_i915_gem_relocation_entry reloc;
	struct drm_i915_gem_exec_fence fence;
	struct drm_i915_gem_execbuffer_ext_timeline_fences timeline;
	__u64 point;
	struct drm_i915_gem_context_create_ext_setparam setparam;
	struct {
		__u64 extensions;
		struct i915_engine_class_instance engines[2];
	} map;
	struct i915_context_engines_load_balance balance;
	struct i915_context_engines_bond bond;
	struct i915_context_engines_parallel_submit parallel;
	struct i915_user_extension unknown;
	struct drm_i915_query_item item;
	struct drm_i915_gem_context_param_sseu sseu;
	__u8 buffer[512];
};

/* A value that stands for the address of a field of struct extra. */
#define AT_BASE		0xa7a7000000000000ull
#define AT(field)	(AT_BASE + offsetof(struct extra, field))

struct test {
	const char *name;
	unsigned long request;
	int want;
	union args args;
	struct extra extra;
	/* the errno is in query_item.length, the ioctl itself succeeds */
	bool in_item;
	/* run a batch in context 1 first */
	bool run_first;
};

#define ENGINE(class_, instance_) { (class_), (instance_) }
#define RCS	ENGINE(I915_ENGINE_CLASS_RENDER, 0)
#define GAP	ENGINE((__u16)I915_ENGINE_CLASS_INVALID, \
		       (__u16)I915_ENGINE_CLASS_INVALID_NONE)

/* One object, the batch, and no flags, except for what a case changes */
#define ONE_OBJECT	.buffers_ptr = AT(obj), .buffer_count = 1
#define EXEC(name_, want_, ...) \
	{ .name = "execbuffer2: " name_, .request = DRM_IOCTL_I915_GEM_EXECBUFFER2, \
	  .want = (want_), .extra.obj = { { .handle = OBJ } }, \
	  .args.exec = { ONE_OBJECT, __VA_ARGS__ } }
#define EXEC_OBJ(name_, want_, ...) \
	{ .name = "execbuffer2: " name_, .request = DRM_IOCTL_I915_GEM_EXECBUFFER2, \
	  .want = (want_), .extra.obj = { { __VA_ARGS__ } }, .args.exec = { ONE_OBJECT } }
#define EXEC_RELOC(name_, want_, ...) \
	{ .name = "execbuffer2: relocation: " name_, .request = DRM_IOCTL_I915_GEM_EXECBUFFER2, \
	  .want = (want_), .args.exec = { ONE_OBJECT }, \
	  .extra = { .obj = { { .handle = OBJ, .relocation_count = 1, .relocs_ptr = AT(reloc) } }, \
		     .reloc = { .target_handle = OBJ, .presumed_offset = ~0ull, __VA_ARGS__ } } }
#define EXEC_FENCE(name_, want_, ...) \
	{ .name = "execbuffer2: fence array: " name_, \
	  .request = DRM_IOCTL_I915_GEM_EXECBUFFER2, .want = (want_), \
	  .args.exec = { ONE_OBJECT, .flags = I915_EXEC_FENCE_ARRAY, .num_cliprects = 1, \
			 .cliprects_ptr = AT(fence) }, \
	  .extra = { .obj = { { .handle = OBJ } }, .fence = { __VA_ARGS__ } } }
#define EXEC_TIMELINE(name_, want_, point_, ...) \
	{ .name = "execbuffer2: timeline: " name_, .request = DRM_IOCTL_I915_GEM_EXECBUFFER2, \
	  .want = (want_), \
	  .args.exec = { ONE_OBJECT, .flags = I915_EXEC_USE_EXTENSIONS, \
			 .cliprects_ptr = AT(timeline) }, \
	  .extra = { .obj = { { .handle = OBJ } }, .point = (point_), \
		     .timeline = { .fence_count = 1, .handles_ptr = AT(fence), \
				   .values_ptr = AT(point) }, \
		     .fence = { __VA_ARGS__ } } }
#define SETPARAM(name_, want_, ...) \
	{ .name = "context_setparam: " name_, \
	  .request = DRM_IOCTL_I915_GEM_CONTEXT_SETPARAM, .want = (want_), \
	  .args.ctx_param = { .ctx_id = CTX, __VA_ARGS__ } }
#define GETPARAM_CTX(name_, want_, ...) \
	{ .name = "context_getparam: " name_, \
	  .request = DRM_IOCTL_I915_GEM_CONTEXT_GETPARAM, .want = (want_), \
	  .args.ctx_param = { .ctx_id = CTX, __VA_ARGS__ } }
#define ENGINES(name_, want_, size_, ...) \
	{ .name = "context_setparam: engines: " name_, \
	  .request = DRM_IOCTL_I915_GEM_CONTEXT_SETPARAM, .want = (want_), \
	  .args.ctx_param = { .ctx_id = CTX, .param = I915_CONTEXT_PARAM_ENGINES, \
			      .value = AT(map), .size = (size_) }, \
	  .extra = { __VA_ARGS__ } }
#define CREATE_CTX(name_, want_, ...) \
	{ .name = "context_create: " name_, \
	  .request = DRM_IOCTL_I915_GEM_CONTEXT_CREATE_EXT, .want = (want_), __VA_ARGS__ }
#define QUERY(name_, want_, ...) \
	{ .name = "query: " name_, .request = DRM_IOCTL_I915_QUERY, .want = (want_), \
	  .args.query = { .num_items = 1, .items_ptr = AT(item) }, .in_item = true, \
	  .extra.item = { __VA_ARGS__ } }
#define CALL(name_, request_, want_, ...) \
	{ .name = name_, .request = DRM_IOCTL_##request_, .want = (want_), .args = { __VA_ARGS__ } }

#define MAP_SIZE(n)	(8 + (n) * sizeof(struct i915_engine_class_instance))

/* A case overrides what its macro gives. */
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct test tests[] = {
	CALL("getparam: unknown", I915_GETPARAM, EINVAL, .getparam = { .param = 9999 }),
	CALL("getparam: negative", I915_GETPARAM, EINVAL, .getparam = { .param = -1 }),
	CALL("getparam: of the past", I915_GETPARAM, ENODEV,
	     .getparam = { .param = I915_PARAM_IRQ_ACTIVE }),
	CALL("getparam: address", I915_GETPARAM, EFAULT,
	     .getparam = { .param = I915_PARAM_HAS_GEM }),

	CALL("gem_create: size 0", I915_GEM_CREATE, EINVAL, .create = { .size = 0 }),
	CALL("gem_create: size that wraps", I915_GEM_CREATE, EINVAL, .create = { .size = ~0ull }),
	CALL("gem_create_ext: flags", I915_GEM_CREATE_EXT, EINVAL,
	     .create_ext = { .size = 4096, .flags = ~0u }),
	CALL("gem_create_ext: extension address", I915_GEM_CREATE_EXT, EFAULT,
	     .create_ext = { .size = 4096, .extensions = BAD_PTR }),

	CALL("gem_pread: handle", I915_GEM_PREAD, ENOENT,
	     .pread = { .handle = NONE, .size = 8, .data_ptr = AT(buffer) }),
	CALL("gem_pread: beyond the object", I915_GEM_PREAD, EINVAL,
	     .pread = { .handle = OBJ, .offset = 4092, .size = 8, .data_ptr = AT(buffer) }),
	CALL("gem_pread: offset that wraps", I915_GEM_PREAD, EINVAL,
	     .pread = { .handle = OBJ, .offset = ~0ull, .size = 8, .data_ptr = AT(buffer) }),
	CALL("gem_pread: address", I915_GEM_PREAD, EFAULT,
	     .pread = { .handle = OBJ, .size = 8, .data_ptr = BAD_PTR }),
	CALL("gem_pwrite: handle", I915_GEM_PWRITE, ENOENT,
	     .pwrite = { .handle = NONE, .size = 8, .data_ptr = AT(buffer) }),
	CALL("gem_pwrite: beyond the object", I915_GEM_PWRITE, EINVAL,
	     .pwrite = { .handle = OBJ, .offset = 4096, .size = 8, .data_ptr = AT(buffer) }),
	CALL("gem_pwrite: size that wraps", I915_GEM_PWRITE, EINVAL,
	     .pwrite = { .handle = OBJ, .offset = 8, .size = -8ull, .data_ptr = AT(buffer) }),
	CALL("gem_pwrite: address", I915_GEM_PWRITE, EFAULT,
	     .pwrite = { .handle = OBJ, .size = 8, .data_ptr = BAD_PTR }),

	CALL("gem_mmap: handle", I915_GEM_MMAP, ENOENT, .mmap = { .handle = NONE, .size = 4096 }),
	CALL("gem_mmap: flags", I915_GEM_MMAP, EINVAL,
	     .mmap = { .handle = OBJ, .size = 4096, .flags = 2 }),
	CALL("gem_mmap: beyond the object", I915_GEM_MMAP, EINVAL,
	     .mmap = { .handle = OBJ, .offset = 4096, .size = 4096 }),
	CALL("gem_mmap_offset: handle", I915_GEM_MMAP_OFFSET, ENOENT,
	     .mmap_offset = { .handle = NONE, .flags = I915_MMAP_OFFSET_WB }),
	CALL("gem_mmap_offset: flags", I915_GEM_MMAP_OFFSET, EINVAL,
	     .mmap_offset = { .handle = OBJ, .flags = 99 }),
	CALL("gem_mmap_offset: fixed", I915_GEM_MMAP_OFFSET, ENODEV,
	     .mmap_offset = { .handle = OBJ, .flags = I915_MMAP_OFFSET_FIXED }),
	CALL("gem_mmap_offset: extension address", I915_GEM_MMAP_OFFSET, EFAULT,
	     .mmap_offset = { .handle = OBJ, .flags = I915_MMAP_OFFSET_WB,
			      .extensions = BAD_PTR }),

	CALL("gem_set_domain: handle", I915_GEM_SET_DOMAIN, ENOENT,
	     .set_domain = { .handle = NONE, .read_domains = I915_GEM_DOMAIN_CPU }),
	CALL("gem_set_domain: a domain of the GPU", I915_GEM_SET_DOMAIN, EINVAL,
	     .set_domain = { .handle = OBJ, .read_domains = I915_GEM_DOMAIN_RENDER }),
	CALL("gem_set_domain: write without read", I915_GEM_SET_DOMAIN, EINVAL,
	     .set_domain = { .handle = OBJ, .read_domains = I915_GEM_DOMAIN_GTT,
			     .write_domain = I915_GEM_DOMAIN_CPU }),
	CALL("gem_sw_finish: handle", I915_GEM_SW_FINISH, ENOENT, .sw_finish = { .handle = NONE }),
	CALL("gem_busy: handle", I915_GEM_BUSY, ENOENT, .busy = { .handle = NONE }),
	CALL("gem_wait: handle", I915_GEM_WAIT, ENOENT, .wait = { .bo_handle = NONE }),
	CALL("gem_wait: flags", I915_GEM_WAIT, EINVAL, .wait = { .bo_handle = OBJ, .flags = 1 }),
	CALL("gem_madvise: handle", I915_GEM_MADVISE, ENOENT, .madvise = { .handle = NONE }),
	CALL("gem_madvise: advice", I915_GEM_MADVISE, EINVAL,
	     .madvise = { .handle = OBJ, .madv = 2 }),
	CALL("gem_get_caching: handle", I915_GEM_GET_CACHING, ENOENT,
	     .caching = { .handle = NONE }),
	CALL("gem_set_caching: handle", I915_GEM_SET_CACHING, ENOENT,
	     .caching = { .handle = NONE, .caching = I915_CACHING_CACHED }),
	CALL("gem_set_caching: mode", I915_GEM_SET_CACHING, EINVAL,
	     .caching = { .handle = OBJ, .caching = 3 }),

	EXEC("no buffers", EINVAL, .buffer_count = 0),
	EXEC("more buffers than there can be", EINVAL, .buffer_count = ~0u),
	EXEC("address of the list", EFAULT, .buffers_ptr = BAD_PTR),
	EXEC("context", ENOENT, .rsvd1 = NONE),
	EXEC("ring", EINVAL, .flags = I915_EXEC_RING_MASK),
	EXEC("ring after the last", EINVAL, .flags = I915_EXEC_VEBOX + 1),
	EXEC("BSD selector on another ring", EINVAL,
	     .flags = I915_EXEC_RENDER | I915_EXEC_BSD_RING1),
	EXEC("constants", EINVAL, .flags = I915_EXEC_CONSTANTS_ABSOLUTE),
	EXEC("resource streamer", EINVAL, .flags = I915_EXEC_RESOURCE_STREAMER),
	EXEC("SOL reset", EINVAL, .flags = I915_EXEC_GEN7_SOL_RESET),
	EXEC("unknown flag", EINVAL, .flags = I915_EXEC_USE_EXTENSIONS << 1),
	EXEC("cliprects", EINVAL, .num_cliprects = 1),
	EXEC("DR1", EINVAL, .DR1 = 1),
	EXEC("DR4", EINVAL, .DR4 = 1),
	EXEC("batch start not aligned", EINVAL, .batch_start_offset = 4),
	EXEC("batch length not aligned", EINVAL, .batch_len = 4),
	EXEC("batch start at the end", EINVAL, .batch_start_offset = 4096),
	EXEC("batch beyond the object", EINVAL, .batch_start_offset = 8, .batch_len = 4096),
	EXEC("fence in: not a file", EINVAL, .flags = I915_EXEC_FENCE_IN, .rsvd2 = 0xffffffff),
	EXEC("fence in and submit", EINVAL,
	     .flags = I915_EXEC_FENCE_IN | I915_EXEC_FENCE_SUBMIT),
	EXEC("fence array and extensions", EINVAL,
	     .flags = I915_EXEC_FENCE_ARRAY | I915_EXEC_USE_EXTENSIONS),
	EXEC("extensions with cliprects", EINVAL,
	     .flags = I915_EXEC_USE_EXTENSIONS, .num_cliprects = 1),
	EXEC("address of extensions", EFAULT,
	     .flags = I915_EXEC_USE_EXTENSIONS, .cliprects_ptr = BAD_PTR),
	EXEC("address of the fence array", EFAULT,
	     .flags = I915_EXEC_FENCE_ARRAY, .num_cliprects = 1, .cliprects_ptr = BAD_PTR),
	EXEC_OBJ("object", ENOENT, .handle = NONE),
	EXEC_OBJ("object 0", ENOENT, .handle = 0),
	EXEC_OBJ("object flags", EINVAL, .handle = OBJ, .flags = EXEC_OBJECT_CAPTURE << 1),
	EXEC_OBJ("global GTT", EINVAL, .handle = OBJ, .flags = EXEC_OBJECT_NEEDS_GTT),
	EXEC_OBJ("batch that is written", EINVAL, .handle = OBJ, .flags = EXEC_OBJECT_WRITE),
	EXEC_OBJ("alignment", EINVAL, .handle = OBJ, .alignment = 3),
	EXEC_OBJ("padding", EINVAL, .handle = OBJ, .flags = EXEC_OBJECT_PAD_TO_SIZE,
		 .pad_to_size = 4097),
	EXEC_OBJ("padding beyond the low 4 GiB", ENOSPC, .handle = OBJ,
		 .flags = EXEC_OBJECT_PAD_TO_SIZE, .pad_to_size = 1ull << 33),
	EXEC_OBJ("softpin: not a page", EINVAL, .handle = OBJ, .offset = 1,
		 .flags = EXEC_OBJECT_PINNED),
	EXEC_OBJ("softpin: not aligned", EINVAL, .handle = OBJ, .offset = 4096,
		 .alignment = 65536, .flags = EXEC_OBJECT_PINNED),
	EXEC_OBJ("softpin: not canonical", EINVAL, .handle = OBJ, .offset = 1ull << 47,
		 .flags = EXEC_OBJECT_PINNED | EXEC_OBJECT_SUPPORTS_48B_ADDRESS),
	EXEC_OBJ("softpin: above 4 GiB", EINVAL, .handle = OBJ, .offset = 1ull << 32,
		 .flags = EXEC_OBJECT_PINNED),
	EXEC_OBJ("softpin: last page below 4 GiB", EINVAL, .handle = OBJ,
		 .offset = (1ull << 32) - 4096, .flags = EXEC_OBJECT_PINNED),
	EXEC_OBJ("softpin: beyond the address space", EINVAL, .handle = OBJ_BIG,
		 .offset = -4096ull,
		 .flags = EXEC_OBJECT_PINNED | EXEC_OBJECT_SUPPORTS_48B_ADDRESS),
	{
		.name = "execbuffer2: softpin: two objects at one address",
		.request = DRM_IOCTL_I915_GEM_EXECBUFFER2,
		.want = ENOSPC,
		.args.exec = { .buffers_ptr = AT(obj), .buffer_count = 2 },
		.extra.obj = {
			{ .handle = OBJ_BIG, .offset = 0x100000, .flags = EXEC_OBJECT_PINNED },
			{ .handle = OBJ, .offset = 0x101000, .flags = EXEC_OBJECT_PINNED },
		},
	},
	{
		.name = "execbuffer2: a long list with a bad end",
		.request = DRM_IOCTL_I915_GEM_EXECBUFFER2,
		.want = ENOENT,
		.args.exec = { .buffers_ptr = AT(obj), .buffer_count = 3 },
		.extra.obj = { { .handle = OBJ_BIG }, { .handle = OBJ }, { .handle = NONE } },
	},
	EXEC_RELOC("target", ENOENT, .target_handle = NONE),
	EXEC_RELOC("beyond the object", EINVAL, .offset = 4096),
	EXEC_RELOC("across the end", EINVAL, .offset = 4092),
	EXEC_RELOC("not aligned", EINVAL, .offset = 2),
	EXEC_RELOC("domain of the CPU", EINVAL, .read_domains = I915_GEM_DOMAIN_CPU),
	EXEC_RELOC("two write domains", EINVAL,
		   .write_domain = I915_GEM_DOMAIN_RENDER | I915_GEM_DOMAIN_SAMPLER),
	EXEC_OBJ("relocation: address", EFAULT, .handle = OBJ, .relocation_count = 1,
		 .relocs_ptr = BAD_PTR),
	EXEC_OBJ("relocation: more than there can be", EINVAL, .handle = OBJ,
		 .relocation_count = ~0u, .relocs_ptr = AT(reloc)),
	{
		.name = "execbuffer2: relocation: index beyond the list",
		.request = DRM_IOCTL_I915_GEM_EXECBUFFER2,
		.want = ENOENT,
		.args.exec = { ONE_OBJECT, .flags = I915_EXEC_HANDLE_LUT },
		.extra = {
			.obj = { { .handle = OBJ, .relocation_count = 1,
				   .relocs_ptr = AT(reloc) } },
			.reloc = { .target_handle = 1, .presumed_offset = ~0ull },
		},
	},
	EXEC_FENCE("handle", ENOENT, .handle = NONE, .flags = I915_EXEC_FENCE_WAIT),
	EXEC_FENCE("flags", EINVAL, .handle = SYNCOBJ, .flags = ~0u),
	EXEC_FENCE("nothing to wait for", EINVAL, .handle = SYNCOBJ,
		   .flags = I915_EXEC_FENCE_WAIT),
	EXEC_TIMELINE("handle", ENOENT, 1, .handle = NONE, .flags = I915_EXEC_FENCE_SIGNAL),
	EXEC_TIMELINE("point that is not there", EINVAL, 1, .handle = SYNCOBJ,
		      .flags = I915_EXEC_FENCE_WAIT),
	EXEC_TIMELINE("wait for what it signals", EINVAL, 1, .handle = SYNCOBJ,
		      .flags = I915_EXEC_FENCE_WAIT | I915_EXEC_FENCE_SIGNAL),
	{
		.name = "execbuffer2: unknown extension",
		.request = DRM_IOCTL_I915_GEM_EXECBUFFER2,
		.want = EINVAL,
		.args.exec = { ONE_OBJECT, .flags = I915_EXEC_USE_EXTENSIONS,
			       .cliprects_ptr = AT(unknown) },
		.extra = { .obj = { { .handle = OBJ } }, .unknown = { .name = 77 } },
	},
	{
		.name = "execbuffer2: an endless list of extensions",
		.request = DRM_IOCTL_I915_GEM_EXECBUFFER2,
		.want = E2BIG,
		.args.exec = { ONE_OBJECT, .flags = I915_EXEC_USE_EXTENSIONS,
			       .cliprects_ptr = AT(timeline) },
		.extra = { .obj = { { .handle = OBJ } },
			   .timeline = { .base.next_extension = AT(timeline) } },
	},

	CREATE_CTX("flags", EINVAL, .args.ctx_create = { .flags = ~0u }),
	CREATE_CTX("extension address", EFAULT,
		   .args.ctx_create = { .flags = I915_CONTEXT_CREATE_FLAGS_USE_EXTENSIONS,
					.extensions = BAD_PTR }),
	CREATE_CTX("unknown extension", EINVAL,
		   .args.ctx_create = { .flags = I915_CONTEXT_CREATE_FLAGS_USE_EXTENSIONS,
					.extensions = AT(unknown) },
		   .extra.unknown = { .name = 77 }),
	CREATE_CTX("clone is gone", EINVAL,
		   .args.ctx_create = { .flags = I915_CONTEXT_CREATE_FLAGS_USE_EXTENSIONS,
					.extensions = AT(unknown) },
		   .extra.unknown = { .name = I915_CONTEXT_CREATE_EXT_CLONE }),
	CREATE_CTX("reserved bits of an extension", EINVAL,
		   .args.ctx_create = { .flags = I915_CONTEXT_CREATE_FLAGS_USE_EXTENSIONS,
					.extensions = AT(setparam) },
		   .extra.setparam = { .base.rsvd = { 0, 1 },
				       .param.param = I915_CONTEXT_PARAM_PRIORITY }),
	CREATE_CTX("parameter names a context", EINVAL,
		   .args.ctx_create = { .flags = I915_CONTEXT_CREATE_FLAGS_USE_EXTENSIONS,
					.extensions = AT(setparam) },
		   .extra.setparam = { .param = { .ctx_id = CTX,
						  .param = I915_CONTEXT_PARAM_PRIORITY } }),
	CREATE_CTX("unknown parameter", EINVAL,
		   .args.ctx_create = { .flags = I915_CONTEXT_CREATE_FLAGS_USE_EXTENSIONS,
					.extensions = AT(setparam) },
		   .extra.setparam.param.param = 0),
	CALL("context_destroy: handle", I915_GEM_CONTEXT_DESTROY, ENOENT,
	     .ctx_destroy = { .ctx_id = NONE }),
	CALL("context_destroy: the default context", I915_GEM_CONTEXT_DESTROY, ENOENT,
	     .ctx_destroy = { .ctx_id = 0 }),
	CALL("context_destroy: padding", I915_GEM_CONTEXT_DESTROY, EINVAL,
	     .ctx_destroy = { .ctx_id = CTX, .pad = 1 }),

	GETPARAM_CTX("handle", ENOENT, .ctx_id = NONE, .param = I915_CONTEXT_PARAM_PRIORITY),
	GETPARAM_CTX("unknown", EINVAL, .param = ~0ull),
	GETPARAM_CTX("ban period is gone", EINVAL, .param = I915_CONTEXT_PARAM_BAN_PERIOD),
	GETPARAM_CTX("no zeromap is gone", EINVAL, .param = I915_CONTEXT_PARAM_NO_ZEROMAP),
	GETPARAM_CTX("ring size is gone", EINVAL, .param = I915_CONTEXT_PARAM_RINGSIZE),
	GETPARAM_CTX("engines", EINVAL, .param = I915_CONTEXT_PARAM_ENGINES),
	GETPARAM_CTX("sseu: size", EINVAL, .param = I915_CONTEXT_PARAM_SSEU, .size = 1),
	GETPARAM_CTX("sseu: address", EFAULT, .param = I915_CONTEXT_PARAM_SSEU,
		     .size = sizeof(struct drm_i915_gem_context_param_sseu), .value = BAD_PTR),
	{
		.name = "context_getparam: sseu: engine",
		.request = DRM_IOCTL_I915_GEM_CONTEXT_GETPARAM,
		.want = EINVAL,
		.args.ctx_param = { .ctx_id = CTX, .param = I915_CONTEXT_PARAM_SSEU,
				    .size = sizeof(struct drm_i915_gem_context_param_sseu),
				    .value = AT(sseu) },
		.extra.sseu.engine = ENGINE(7, 7),
	},

	SETPARAM("handle", ENOENT, .ctx_id = NONE, .param = I915_CONTEXT_PARAM_PRIORITY),
	SETPARAM("unknown", EINVAL, .param = ~0ull),
	SETPARAM("GTT size", EINVAL, .param = I915_CONTEXT_PARAM_GTT_SIZE, .value = 4096),
	SETPARAM("ring size is gone", EINVAL, .param = I915_CONTEXT_PARAM_RINGSIZE,
		 .value = 8192),
	SETPARAM("priority: size", EINVAL, .param = I915_CONTEXT_PARAM_PRIORITY, .size = ~0u),
	SETPARAM("priority: too high", EINVAL, .param = I915_CONTEXT_PARAM_PRIORITY,
		 .value = I915_CONTEXT_MAX_USER_PRIORITY + 1),
	SETPARAM("priority: too low", EINVAL, .param = I915_CONTEXT_PARAM_PRIORITY,
		 .value = (__u64)(I915_CONTEXT_MIN_USER_PRIORITY - 1)),
	SETPARAM("bannable: size", EINVAL, .param = I915_CONTEXT_PARAM_BANNABLE, .size = 8),
	SETPARAM("persistence: size", EINVAL, .param = I915_CONTEXT_PARAM_PERSISTENCE, .size = 8),
	SETPARAM("recoverable: size", EINVAL, .param = I915_CONTEXT_PARAM_RECOVERABLE, .size = 8),
	SETPARAM("VM", ENOENT, .param = I915_CONTEXT_PARAM_VM, .value = NONE),
	SETPARAM("VM: upper half", ENOENT, .param = I915_CONTEXT_PARAM_VM,
		 .value = VM | 1ull << 32),
	SETPARAM("VM: size", EINVAL, .param = I915_CONTEXT_PARAM_VM, .value = VM, .size = 8),
	SETPARAM("VM of the default context", EINVAL, .ctx_id = 0,
		 .param = I915_CONTEXT_PARAM_VM, .value = VM),
	{
		.name = "context_setparam: VM after a batch has run",
		.request = DRM_IOCTL_I915_GEM_CONTEXT_SETPARAM,
		.want = EINVAL,
		.args.ctx_param = { .ctx_id = CTX, .param = I915_CONTEXT_PARAM_VM, .value = VM },
		.run_first = true,
	},
	ENGINES("size 0", EINVAL, 0, .map = {}),
	ENGINES("size", EINVAL, MAP_SIZE(1) - 1, .map = { .engines = { RCS } }),
	ENGINES("too many", EINVAL, MAP_SIZE(I915_EXEC_RING_MASK + 2), .map = {}),
	ENGINES("engine", ENOENT, MAP_SIZE(1), .map = { .engines = { ENGINE(0, 77) } }),
	ENGINES("extension address", EFAULT, MAP_SIZE(1),
		.map = { .extensions = BAD_PTR, .engines = { RCS } }),
	ENGINES("unknown extension", EINVAL, MAP_SIZE(1),
		.map = { .extensions = AT(unknown), .engines = { RCS } },
		.unknown = { .name = 77 }),
	ENGINES("load balance: index", EINVAL, MAP_SIZE(1),
		.map = { .extensions = AT(balance), .engines = { GAP } },
		.balance = { .engine_index = 1 }),
	ENGINES("load balance: slot taken", EEXIST, MAP_SIZE(1),
		.map = { .extensions = AT(balance), .engines = { RCS } },
		.balance = { .engine_index = 0 }),
	ENGINES("load balance: flags", EINVAL, MAP_SIZE(1),
		.map = { .extensions = AT(balance), .engines = { GAP } },
		.balance = { .flags = 1 }),
	ENGINES("bond: index", EINVAL, MAP_SIZE(1),
		.map = { .extensions = AT(bond), .engines = { RCS } },
		.bond = { .base.name = I915_CONTEXT_ENGINES_EXT_BOND, .virtual_index = 1 }),
	ENGINES("bond: empty slot", EINVAL, MAP_SIZE(1),
		.map = { .extensions = AT(bond), .engines = { GAP } },
		.bond = { .base.name = I915_CONTEXT_ENGINES_EXT_BOND }),
	ENGINES("parallel", ENODEV, MAP_SIZE(1),
		.map = { .extensions = AT(parallel), .engines = { GAP } },
		.parallel = { .base.name = I915_CONTEXT_ENGINES_EXT_PARALLEL_SUBMIT,
			      .width = 2, .num_siblings = 1 }),
	SETPARAM("engines: address", EFAULT, .param = I915_CONTEXT_PARAM_ENGINES,
		 .size = MAP_SIZE(1), .value = BAD_PTR),
	SETPARAM("engines of the default context", EINVAL, .ctx_id = 0,
		 .param = I915_CONTEXT_PARAM_ENGINES, .size = MAP_SIZE(0), .value = AT(map)),

	CALL("vm_create: flags", I915_GEM_VM_CREATE, EINVAL, .vm = { .flags = 1 }),
	CALL("vm_create: extension address", I915_GEM_VM_CREATE, EFAULT,
	     .vm = { .extensions = BAD_PTR }),
	CALL("vm_create: extension", I915_GEM_VM_CREATE, EINVAL,
	     .vm = { .extensions = AT(unknown) }),
	CALL("vm_destroy: handle", I915_GEM_VM_DESTROY, ENOENT, .vm = { .vm_id = NONE }),
	CALL("vm_destroy: handle 0", I915_GEM_VM_DESTROY, ENOENT, .vm = { .vm_id = 0 }),
	CALL("vm_destroy: flags", I915_GEM_VM_DESTROY, EINVAL, .vm = { .vm_id = VM, .flags = 1 }),
	CALL("vm_destroy: extensions", I915_GEM_VM_DESTROY, EINVAL,
	     .vm = { .vm_id = VM, .extensions = 1 }),

	CALL("query: flags", I915_QUERY, EINVAL, .query = { .flags = 1 }),
	CALL("query: address", I915_QUERY, EFAULT, .query = { .num_items = 1 }),
	QUERY("unknown item", EINVAL, .query_id = 9999),
	QUERY("topology: flags", EINVAL, .query_id = DRM_I915_QUERY_TOPOLOGY_INFO, .flags = 1),
	QUERY("topology: length", EINVAL, .query_id = DRM_I915_QUERY_TOPOLOGY_INFO, .length = 1,
	      .data_ptr = AT(buffer)),
	QUERY("topology: address", EFAULT, .query_id = DRM_I915_QUERY_TOPOLOGY_INFO,
	      .length = 4096, .data_ptr = BAD_PTR),
	QUERY("engines: flags", EINVAL, .query_id = DRM_I915_QUERY_ENGINE_INFO, .flags = 1),
	QUERY("engines: length", EINVAL, .query_id = DRM_I915_QUERY_ENGINE_INFO, .length = 1,
	      .data_ptr = AT(buffer)),
	QUERY("regions: flags", EINVAL, .query_id = DRM_I915_QUERY_MEMORY_REGIONS, .flags = 1),
	QUERY("regions: address", EFAULT, .query_id = DRM_I915_QUERY_MEMORY_REGIONS,
	      .length = 4096, .data_ptr = BAD_PTR),
	QUERY("hwconfig", ENODEV, .query_id = DRM_I915_QUERY_HWCONFIG_BLOB),
	{
		.name = "query: regions: reserved field",
		.request = DRM_IOCTL_I915_QUERY,
		.want = EINVAL,
		.in_item = true,
		.args.query = { .num_items = 1, .items_ptr = AT(item) },
		.extra = {
			.item = { .query_id = DRM_I915_QUERY_MEMORY_REGIONS, .length = 512,
				  .data_ptr = AT(buffer) },
			.buffer = { 1 },
		},
	},

	CALL("reg_read: register", I915_REG_READ, EINVAL, .reg_read = { .offset = 0x12345678 }),
	CALL("get_reset_stats: context", I915_GET_RESET_STATS, ENOENT,
	     .reset_stats = { .ctx_id = NONE }),
	CALL("get_reset_stats: flags", I915_GET_RESET_STATS, EINVAL, .reset_stats = { .flags = 1 }),
	CALL("get_reset_stats: padding", I915_GET_RESET_STATS, EINVAL, .reset_stats = { .pad = 1 }),

	CALL("gem_close: handle", GEM_CLOSE, EINVAL, .close = { .handle = NONE }),
	CALL("gem_flink: handle", GEM_FLINK, ENOENT, .flink = { .handle = NONE }),
	CALL("gem_open: name", GEM_OPEN, ENOENT, .open = { .name = 0x7fffffff }),
	CALL("prime: export handle", PRIME_HANDLE_TO_FD, ENOENT, .prime = { .handle = NONE }),
	CALL("prime: import fd", PRIME_FD_TO_HANDLE, EBADF, .prime = { .fd = -1 }),
	CALL("syncobj_destroy: handle", SYNCOBJ_DESTROY, EINVAL, .syncobj = { .handle = NONE }),
};

static char node[64];
static char audit_path[128];
static char drop_path[128];

static int call(int fd, unsigned long request, void *arg)
{
	return -i915_ioctl(fd, request, arg);
}

/* Finds the device, and the debugfs files of the same minor. */
static bool find_device(void)
{
	int minor;

	for (minor = 0; minor < 16; minor++) {
		int fd;

		snprintf(node, sizeof(node), "/dev/dri/card%d", minor);
		fd = open(node, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (i915_is_driver(fd, "i915")) {
			snprintf(audit_path, sizeof(audit_path),
				 "/sys/kernel/debug/dri/%d/i915_audit", minor);
			snprintf(drop_path, sizeof(drop_path),
				 "/sys/kernel/debug/dri/%d/i915_gem_drop_caches", minor);
			close(fd);
			return true;
		}
		close(fd);
	}

	return false;
}

/* The driver finishes what it does behind the back of its callers. */
static void settle(void)
{
	static const char what[] = "0x5c";	/* active, retire, freed, idle */
	int fd = open(drop_path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, what, sizeof(what) - 1) < 0)
		ksft_print_msg("%s: %s\n", drop_path, strerror(errno));
	close(fd);
}

static bool read_audit(char *text, size_t size)
{
	int fd = open(audit_path, O_RDONLY | O_CLOEXEC);
	size_t have = 0;
	ssize_t got;

	if (fd < 0)
		return false;

	while (have < size - 1 && (got = read(fd, text + have, size - 1 - have)) > 0)
		have += got;
	text[have] = 0;
	close(fd);
	return have > 0;
}

/* Handles that the table counts on. */
static bool make_handles(int fd)
{
	static const __u32 batch[2] = { MI_BATCH_BUFFER_END };
	struct drm_i915_gem_create obj = { .size = 4096 }, big = { .size = 8192 };
	struct drm_i915_gem_context_create_ext ctx = {};
	struct drm_i915_gem_vm_control vm = {};
	struct drm_syncobj_create syncobj = {};
	struct drm_i915_gem_pwrite pwrite = {
		.handle = OBJ,
		.size = sizeof(batch),
		.data_ptr = (uintptr_t)batch,
	};

	return !call(fd, DRM_IOCTL_I915_GEM_CREATE, &obj) && obj.handle == OBJ &&
	       !call(fd, DRM_IOCTL_I915_GEM_CREATE, &big) && big.handle == OBJ_BIG &&
	       !call(fd, DRM_IOCTL_I915_GEM_PWRITE, &pwrite) &&
	       !call(fd, DRM_IOCTL_I915_GEM_CONTEXT_CREATE_EXT, &ctx) && ctx.ctx_id == CTX &&
	       !call(fd, DRM_IOCTL_I915_GEM_VM_CREATE, &vm) && vm.vm_id == VM &&
	       !call(fd, DRM_IOCTL_SYNCOBJ_CREATE, &syncobj) && syncobj.handle == SYNCOBJ;
}

static int run_batch(int fd)
{
	struct drm_i915_gem_exec_object2 obj = { .handle = OBJ };
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (uintptr_t)&obj,
		.buffer_count = 1,
		.rsvd1 = CTX,
	};

	return call(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec);
}

/* Turns the stand-ins for addresses into addresses. All of them are 64-bit fields. */
static void prepare(void *data, size_t size, struct extra *extra)
{
	__u64 word;
	size_t at;

	for (at = 0; at + sizeof(word) <= size; at += 4) {
		memcpy(&word, (char *)data + at, sizeof(word));
		if (word < AT_BASE || word >= AT_BASE + sizeof(*extra))
			continue;
		word = word - AT_BASE + (uintptr_t)extra;
		memcpy((char *)data + at, &word, sizeof(word));
	}
}

static int run_test(const struct test *test)
{
	static struct extra extra;
	union args args = test->args;
	int fd, got;

	fd = open(node, O_RDWR | O_CLOEXEC);
	if (fd < 0 || !make_handles(fd)) {
		ksft_print_msg("%s: cannot set up: %s\n", test->name, strerror(errno));
		got = -1;
		goto out;
	}
	if (test->run_first && run_batch(fd)) {
		ksft_print_msg("%s: no batch can run: %s\n", test->name, strerror(errno));
		got = -1;
		goto out;
	}

	extra = test->extra;
	prepare(&extra, sizeof(extra), &extra);
	prepare(&args, sizeof(args), &extra);

	got = call(fd, test->request, &args);
	if (!got && test->in_item)
		got = extra.item.length < 0 ? -extra.item.length : 0;

out:
	if (fd >= 0)
		close(fd);
	return got;
}

static void run_tests(const char *only)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		const struct test *test = &tests[i];
		const char *name;
		int got;

		if (only && strcmp(only, test->name)) {
			ksft_test_result_skip("%s\n", test->name);
			continue;
		}

		got = run_test(test);
		name = got > 0 ? strerrorname_np(got) : got ? "no set-up" : "success";
		if (got != test->want)
			ksft_print_msg("%s: expected %s, got %s\n", test->name,
				       strerrorname_np(test->want), name);
		ksft_test_result(got == test->want, "%s\n", test->name);
	}
}

static void test_audit(const char *before)
{
	static char after[4096];
	int tries;

	for (tries = 0; tries < 20; tries++) {
		settle();
		if (!read_audit(after, sizeof(after)))
			break;
		if (!strcmp(before, after)) {
			ksft_test_result_pass("nothing is left\n");
			return;
		}
		usleep(100000);
	}

	ksft_print_msg("alive before:\n%s", before);
	ksft_print_msg("alive after:\n%s", after);
	ksft_test_result_fail("nothing is left\n");
}

static void print_help(const char *self)
{
	printf("usage: %s [--list-subtests] [--run-subtest NAME]\n\n"
	       "Bad input to the ioctls of the i915 driver: each call must fail with the\n"
	       "documented errno and leave nothing behind. Needs root, an i915 device and\n"
	       "debugfs. Prints KTAP; exit status 0: all passed, 1: not, 4: no device.\n",
	       self);
}

static void list_tests(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tests); i++)
		puts(tests[i].name);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "list-subtests", no_argument, NULL, 'l' },
		{ "run-subtest", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	static char before[4096];
	const char *only = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "lr:h", options, NULL)) != -1) {
		switch (c) {
		case 'l':
			list_tests();
			return KSFT_PASS;
		case 'r':
			only = optarg;
			break;
		case 'h':
			print_help(argv[0]);
			return KSFT_PASS;
		default:
			print_help(argv[0]);
			return KSFT_FAIL;
		}
	}

	ksft_print_header();
	if (!find_device())
		ksft_exit_skip("no i915 device in /dev/dri: load the driver first\n");
	if (access(audit_path, R_OK))
		mount("none", "/sys/kernel/debug", "debugfs", 0, NULL);

	ksft_set_plan(ARRAY_SIZE(tests) + 1);

	settle();
	if (!read_audit(before, sizeof(before)))
		ksft_exit_fail_msg("%s: %s: this needs root and the debugfs of our driver\n",
				   audit_path, strerror(errno));

	run_tests(only);
	test_audit(before);
	ksft_finished();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * i915_store ENGINE...: for each engine (rcs0, bcs0, vcs0, vecs0) run a batch that stores a value
 * through the PPGTT, and check with the CPU that it arrived, in the right dword and nowhere else.
 * Prints one line an engine; exit status 0 when all of them stored.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm/i915_drm.h>

#include "../../selftests/drivers/gpu/i915/i915_ioctl.h"

#define MI_STORE_DWORD_IMM	(0x20 << 23 | 2)
#define MI_BATCH_BUFFER_END	(0x0a << 23)

#define PAGE	4096
#define SLOT	37	/* which dword of the target is written */

static const struct engine {
	const char *name;
	uint16_t class;
} engines[] = {
	{ "rcs0", I915_ENGINE_CLASS_RENDER },
	{ "bcs0", I915_ENGINE_CLASS_COPY },
	{ "vcs0", I915_ENGINE_CLASS_VIDEO },
	{ "vecs0", I915_ENGINE_CLASS_VIDEO_ENHANCE },
};

static int call(int fd, unsigned long request, void *arg, const char *what)
{
	int ret = i915_ioctl(fd, request, arg);

	if (ret)
		printf("%s: %s: ", what, strerror(-ret));
	return ret;
}

/* A context of its own, with this engine as the only one in its map. */
static int create_context(int fd, const struct engine *engine, uint32_t *id)
{
	I915_DEFINE_CONTEXT_PARAM_ENGINES(map, 1) = {
		.engines = { { engine->class, 0 } },
	};
	struct drm_i915_gem_context_create_ext_setparam set = {
		.base.name = I915_CONTEXT_CREATE_EXT_SETPARAM,
		.param = {
			.param = I915_CONTEXT_PARAM_ENGINES,
			.size = sizeof(map),
			.value = (uintptr_t)&map,
		},
	};
	struct drm_i915_gem_context_create_ext create = {
		.flags = I915_CONTEXT_CREATE_FLAGS_USE_EXTENSIONS,
		.extensions = (uintptr_t)&set,
	};
	int ret = call(fd, DRM_IOCTL_I915_GEM_CONTEXT_CREATE_EXT, &create, "context create");

	*id = create.ctx_id;
	return ret;
}

static int create_object(int fd, uint32_t *handle)
{
	struct drm_i915_gem_create create = { .size = PAGE };
	int ret = call(fd, DRM_IOCTL_I915_GEM_CREATE, &create, "gem create");

	*handle = create.handle;
	return ret;
}

static int execute(int fd, uint32_t context, uint32_t target, uint32_t batch, uint32_t value)
{
	uint32_t code[] = { MI_STORE_DWORD_IMM, SLOT * 4, 0, value, MI_BATCH_BUFFER_END, 0 };
	struct drm_i915_gem_relocation_entry reloc = {
		.target_handle = target,
		.delta = SLOT * 4,
		.offset = 4,
		.presumed_offset = -1,
		.read_domains = I915_GEM_DOMAIN_INSTRUCTION,
		.write_domain = I915_GEM_DOMAIN_INSTRUCTION,
	};
	struct drm_i915_gem_exec_object2 objects[] = {
		{ .handle = target, .flags = EXEC_OBJECT_SUPPORTS_48B_ADDRESS },
		{ .handle = batch, .relocation_count = 1, .relocs_ptr = (uintptr_t)&reloc },
	};
	struct drm_i915_gem_execbuffer2 execbuf = {
		.buffers_ptr = (uintptr_t)objects,
		.buffer_count = 2,
		.rsvd1 = context,
	};
	struct drm_i915_gem_pwrite pwrite = {
		.handle = batch,
		.size = sizeof(code),
		.data_ptr = (uintptr_t)code,
	};
	struct drm_i915_gem_wait wait = { .bo_handle = target, .timeout_ns = 5000000000LL };

	if (call(fd, DRM_IOCTL_I915_GEM_PWRITE, &pwrite, "pwrite") ||
	    call(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &execbuf, "execbuffer"))
		return -1;
	return call(fd, DRM_IOCTL_I915_GEM_WAIT, &wait, "wait");
}

static int check(int fd, uint32_t target, uint32_t value)
{
	struct drm_i915_gem_set_domain domain = {
		.handle = target,
		.read_domains = I915_GEM_DOMAIN_CPU,
	};
	struct drm_i915_gem_mmap map = { .handle = target, .size = PAGE };
	uint32_t *words;
	int i, bad = 0;

	if (call(fd, DRM_IOCTL_I915_GEM_MMAP, &map, "mmap") ||
	    call(fd, DRM_IOCTL_I915_GEM_SET_DOMAIN, &domain, "set domain"))
		return -1;
	words = (uint32_t *)(uintptr_t)map.addr_ptr;
	for (i = 0; i < PAGE / 4; i++) {
		uint32_t want = i == SLOT ? value : 0;

		if (words[i] != want && !bad++)
			printf("dword %d is 0x%08x, expected 0x%08x: ", i, words[i], want);
	}
	munmap(words, PAGE);
	return bad ? -1 : 0;
}

static int store(int fd, const struct engine *engine)
{
	uint32_t value = 0xc0ffee00 | engine->class << 4 | 0x5;
	struct drm_i915_gem_context_destroy destroy = {};
	struct drm_gem_close close_target = {}, close_batch = {};
	int ret;

	printf("%s: ", engine->name);
	if (create_context(fd, engine, &destroy.ctx_id))
		return -1;
	ret = create_object(fd, &close_target.handle);
	if (!ret)
		ret = create_object(fd, &close_batch.handle);
	if (!ret)
		ret = execute(fd, destroy.ctx_id, close_target.handle, close_batch.handle, value);
	if (!ret)
		ret = check(fd, close_target.handle, value);
	if (close_target.handle)
		i915_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &close_target);
	if (close_batch.handle)
		i915_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &close_batch);
	i915_ioctl(fd, DRM_IOCTL_I915_GEM_CONTEXT_DESTROY, &destroy);
	if (!ret)
		printf("the CPU reads 0x%08x where the engine stored it: ", value);
	return ret;
}

int main(int argc, char **argv)
{
	int failed = 0, i;
	size_t e;
	int fd = i915_open_node("renderD", 128, "i915");

	if (fd < 0) {
		printf("no i915 render node\n");
		return 1;
	}
	if (argc < 2) {
		printf("usage: %s rcs0|bcs0|vcs0|vecs0 ...\n", argv[0]);
		return 2;
	}
	for (i = 1; i < argc; i++) {
		for (e = 0; e < sizeof(engines) / sizeof(*engines); e++)
			if (!strcmp(argv[i], engines[e].name))
				break;
		if (e == sizeof(engines) / sizeof(*engines) || store(fd, &engines[e])) {
			printf("%s FAILED\n", argv[i]);
			failed++;
		} else {
			printf("ok\n");
		}
	}
	close(fd);
	return failed ? 1 : 0;
}

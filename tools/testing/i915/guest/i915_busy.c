// SPDX-License-Identifier: GPL-2.0
/*
 * i915_busy: each engine runs a batch without an end for as long as this process lives. Prints a
 * line when they are submitted.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <drm/i915_drm.h>

#include "../../selftests/drivers/gpu/i915/i915_ioctl.h"

#define MI_BATCH_BUFFER_START	(0x31 << 23 | 1 << 8 | 1)
#define PAGE			4096
#define ENGINES			4

/* A batch that jumps to its own beginning. Return: its handle, or 0 */
static uint32_t endless(int fd, uint64_t address)
{
	uint32_t code[] = { MI_BATCH_BUFFER_START, address, address >> 32, 0 };
	struct drm_i915_gem_create create = { .size = PAGE };
	struct drm_i915_gem_pwrite pwrite = {
		.size = sizeof(code),
		.data_ptr = (uintptr_t)code,
	};

	if (i915_ioctl(fd, DRM_IOCTL_I915_GEM_CREATE, &create))
		return 0;
	pwrite.handle = create.handle;

	return i915_ioctl(fd, DRM_IOCTL_I915_GEM_PWRITE, &pwrite) ? 0 : create.handle;
}

/* Return: 0 or -errno */
static int run(int fd, uint64_t ring, uint64_t address)
{
	struct drm_i915_gem_exec_object2 object = {
		.handle = endless(fd, address),
		.offset = address,
		.flags = EXEC_OBJECT_PINNED | EXEC_OBJECT_SUPPORTS_48B_ADDRESS,
	};
	struct drm_i915_gem_execbuffer2 execbuf = {
		.buffers_ptr = (uintptr_t)&object,
		.buffer_count = 1,
		.flags = ring,
	};

	return i915_ioctl(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &execbuf);
}

int main(void)
{
	static const uint64_t rings[ENGINES] = {
		I915_EXEC_RENDER, I915_EXEC_BLT, I915_EXEC_BSD, I915_EXEC_VEBOX,
	};
	int fd = i915_open_node("renderD", 128, "i915");
	unsigned int i;
	int ret;

	if (fd < 0) {
		printf("no i915 render node\n");
		return 1;
	}
	for (i = 0; i < ENGINES; i++) {
		ret = run(fd, rings[i], (i + 1) * 0x100000);
		if (ret) {
			printf("engine %u: %s\n", i, strerror(-ret));
			return 1;
		}
	}
	printf("each engine has a batch without an end\n");
	fflush(stdout);
	pause();

	return 0;
}

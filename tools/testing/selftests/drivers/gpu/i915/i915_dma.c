// SPDX-License-Identifier: GPL-2.0
/*
 * No DMA mapping outlives the binding of driver and device, whoever still has
 * objects, contexts, imports and mappings. The kernel's own book-keeping tells
 * (CONFIG_DMA_API_DEBUG): debugfs dma-api/dump.
 */
#include "i915_util.h"

#define PAGE	4096ull
#define MIB	(1024 * 1024ull)
#define DUMP	I915_DEBUGFS "/dma-api/dump"

/* Before anything is done: a device that is unbound is no place to leave a case. */
static void require_dump(void)
{
	i915_debugfs_mount();
	if (access(DUMP, R_OK))
		i915_skip("%s: %s (CONFIG_DMA_API_DEBUG)", DUMP, strerror(errno));
}

/* Return: how many mappings the device has. */
static unsigned int count_mappings(const struct i915_slot *slot)
{
	unsigned int count = 0;
	char line[256];
	FILE *file = fopen(DUMP, "r");

	i915_require(file, "%s: %s", DUMP, strerror(errno));
	while (fgets(line, sizeof(line), file))
		count += !!strstr(line, slot->name);
	fclose(file);

	return count;
}

static void expect_none(int fd, const struct i915_slot *slot)
{
	unsigned int before = count_mappings(slot), after;

	i915_expect(before, "nothing is mapped at all");
	i915_require_ok(i915_unbind(slot));
	after = count_mappings(slot);
	i915_expect(!after, "%u of %u mappings are left after the unbind", after, before);
	close(fd);
	i915_require_ok(i915_bind(slot));
}

static void held_objects(int fd)
{
	struct i915_slot slot = i915_slot(fd);
	__u32 touched = i915_gem_create(fd, MIB), *p = i915_gem_mmap(fd, touched, MIB);
	__u32 exported = i915_gem_create(fd, PAGE), batch = i915_gem_create_batch(fd);
	int dmabuf = i915_gem_export(fd, exported);
	__u32 *shared;

	require_dump();
	p[0] = 1;
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);
	i915_require(shared != MAP_FAILED, "mmap: %s", strerror(errno));
	shared[0] = 2;
	i915_gem_exec(fd, batch);
	expect_none(fd, &slot);
	close(dmabuf);
}

/* Images, rings and page tables, of contexts that are idle */
static void held_contexts(int fd)
{
	struct i915_slot slot = i915_slot(fd);
	__u32 vm = i915_vm_create(fd), ctx;
	unsigned int n;

	require_dump();
	for (n = 0; n < 8; n++) {
		ctx = n & 1 ? i915_context_create(fd) : i915_context_create_in(fd, vm);
		i915_require_ok(i915_exec_nop(fd, ctx, I915_EXEC_RENDER));
		i915_require_ok(i915_exec_nop(fd, ctx, I915_EXEC_BLT));
	}
	expect_none(fd, &slot);
}

static void held_imports(int fd)
{
	struct i915_slot slot = i915_slot(fd);
	int vgem = i915_vgem_open();
	__u32 theirs = i915_vgem_create(vgem, 4 * PAGE), word = 0;
	__u32 *p = i915_vgem_mmap(vgem, theirs, 4 * PAGE);
	int dmabuf = i915_gem_export(vgem, theirs);
	__u32 ours = i915_gem_import(fd, dmabuf);

	require_dump();
	p[0] = MI_BATCH_BUFFER_END;
	p[1024] = 0xabc;
	i915_gem_exec(fd, ours);
	i915_require_ok(i915_gem_pread(fd, ours, PAGE, &word, sizeof(word)));
	i915_expect(word == 0xabc, "PREAD of the import: 0x%x", word);
	expect_none(fd, &slot);
	i915_expect(p[1024] == 0xabc, "the exporter's memory: 0x%x", p[1024]);
	close(dmabuf);
	close(vgem);
}

/* Others fault, read and make things while the driver goes. */
static void busy_child(struct i915_child *child, void *arg)
{
	int fd = i915_open_or_die();
	__u32 words[64] = { MI_BATCH_BUFFER_END };

	(void)arg;
	i915_child_ready(child);
	for (;;) {
		struct drm_i915_gem_create create = { .size = 16 * PAGE };
		struct drm_prime_handle prime = { .flags = DRM_CLOEXEC | DRM_RDWR };

		if (i915_ioctl(fd, DRM_IOCTL_I915_GEM_CREATE, &create))
			break;
		i915_gem_pwrite(fd, create.handle, 0, words, sizeof(words));
		i915_exec_batch(fd, 0, I915_EXEC_RENDER, create.handle);
		prime.handle = create.handle;
		if (!i915_ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime))
			close(prime.fd);
		if (create.handle > 64)
			i915_ioctl(fd, DRM_IOCTL_GEM_CLOSE,
				   &(struct drm_gem_close){ .handle = create.handle - 64 });
	}
	i915_child_pause(child);
}

#define CHILDREN	4

static void made_meanwhile(int fd)
{
	struct i915_slot slot = i915_slot(fd);
	struct i915_child child[CHILDREN];
	unsigned int n, after;

	require_dump();
	close(fd);
	for (n = 0; n < CHILDREN; n++)
		i915_child_start(&child[n], busy_child, NULL);
	for (n = 0; n < CHILDREN; n++)
		i915_child_wait_ready(&child[n]);
	i915_sleep_ms(200);

	i915_require_ok(i915_unbind(&slot));
	after = count_mappings(&slot);
	i915_expect(!after, "%u mappings are left after the unbind", after);
	/* Those who were inside make none any more. */
	i915_sleep_ms(200);
	after = count_mappings(&slot);
	i915_expect(!after, "%u mappings a moment later", after);
	for (n = 0; n < CHILDREN; n++)
		i915_child_finish(&child[n]);
	i915_require_ok(i915_bind(&slot));
}

static const struct i915_case cases[] = {
	{ "held-objects", "mapped, exported, bound", held_objects },
	{ "held-contexts", "images, rings, page tables", held_contexts },
	{ "held-imports", "of vgem's memory", held_imports },
	{ "made-meanwhile", "unbind beside clients at work", made_meanwhile },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "DMA mappings and the end of the binding.");
}

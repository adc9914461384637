// SPDX-License-Identifier: GPL-2.0
/*
 * What a relocation writes, and when: the address of the target plus a signed
 * delta, in canonical form, once the GPU has finished with the object.
 */
#include "i915_util.h"

#define PAGE	4096
/* Where in the batch the address is written */
#define PLACE	64

struct reloc_sum {
	__u64 address;
	__s32 delta;
	__u64 want;
};

static const struct reloc_sum sums[] = {
	{ 0x200000, 0, 0x200000 },
	{ 0x200000, 8, 0x200008 },
	{ 0x200000, -8, 0x1ffff8 },
	{ 0x200000, -4096, 0x1ff000 },
	{ 0x100000000, -4, 0xfffffffc },
	{ 0xfffff000, 0x7ffffff0, 0x17fffeff0 },
	{ 0x7ffffffff000, 0x1000, 0xffff800000000000 },
	{ 0xffff800000000000, -8, 0x7ffffffffff8 },
	{ 0xffffff0000000000, -16, 0xfffffefffffffff0 },
};

/* Return: what a relocation with that delta wrote. */
static __u64 relocate(int fd, __u64 address, __s32 delta)
{
	struct drm_i915_gem_relocation_entry reloc = { .offset = PLACE, .presumed_offset = -1 };
	__u32 batch = i915_gem_create_batch(fd);
	struct i915_exec exec;
	__u64 value = 0;

	reloc.target_handle = i915_gem_create(fd, PAGE);
	reloc.delta = delta;
	i915_exec_init(&exec, 0, I915_EXEC_RENDER);
	i915_exec_add(&exec, batch);
	exec.object[0].relocation_count = 1;
	exec.object[0].relocs_ptr = (uintptr_t)&reloc;
	i915_exec_add_at(&exec, reloc.target_handle, address);
	i915_require_ok(i915_exec_submit(fd, &exec));
	i915_require_ok(i915_gem_wait(fd, batch, -1));
	i915_require_ok(i915_gem_pread(fd, batch, PLACE, &value, sizeof(value)));
	i915_expect(reloc.presumed_offset == address, "presumed_offset is 0x%llx, not 0x%llx",
		    (unsigned long long)reloc.presumed_offset, (unsigned long long)address);
	i915_gem_close(fd, batch);
	i915_gem_close(fd, reloc.target_handle);

	return value;
}

static void signed_deltas(int fd)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(sums); n++) {
		__u64 value = relocate(fd, sums[n].address, sums[n].delta);

		i915_expect(value == sums[n].want, "0x%llx%+d: 0x%llx was written, not 0x%llx",
			    (unsigned long long)sums[n].address, sums[n].delta,
			    (unsigned long long)value, (unsigned long long)sums[n].want);
	}
}

/* The batch that uses the object is still running: it sees the old value to its end. */
static void after_the_gpu(int fd)
{
	struct drm_i915_gem_relocation_entry reloc = { .presumed_offset = -1 };
	__u32 busy = i915_gem_create(fd, PAGE);
	struct i915_sleeper sleeper;
	struct i915_spin spin;
	struct i915_exec exec;
	__u64 *map = i915_gem_mmap(fd, busy, PAGE);

	i915_spin_init(&spin, fd, 0, I915_EXEC_RENDER, 0);
	i915_exec_add(&spin.exec, busy);
	i915_require_ok(i915_spin_submit(&spin));
	i915_spin_wait_running(&spin);

	i915_exec_init(&exec, 0, I915_EXEC_RENDER);
	i915_exec_add(&exec, i915_gem_create_batch(fd));
	i915_exec_add(&exec, busy);
	i915_exec_add_at(&exec, i915_gem_create(fd, PAGE), 0x300000);
	reloc.target_handle = exec.object[2].handle;
	exec.object[1].relocation_count = 1;
	exec.object[1].relocs_ptr = (uintptr_t)&reloc;
	i915_sleeper_start(&sleeper, fd, &exec, true);
	i915_expect(!map[0], "written while the GPU uses it");
	i915_spin_end(&spin);
	i915_expect_ret(i915_sleeper_join(&sleeper), 0);
	i915_expect(map[0] == 0x300000, "0x%llx after the GPU has finished",
		    (unsigned long long)map[0]);

	i915_spin_fini(&spin);
	i915_gem_wait(fd, exec.object[0].handle, -1);
	munmap(map, PAGE);
	i915_gem_close(fd, exec.object[0].handle);
	i915_gem_close(fd, exec.object[2].handle);
	i915_gem_close(fd, busy);
}

static const struct i915_case cases[] = {
	{ .name = "signed-deltas", .run = signed_deltas,
	  .what = "address plus delta, both ways across 4 GiB and half of the address space" },
	{ .name = "after-the-gpu", .run = after_the_gpu,
	  .what = "an object in use is not written before the GPU has finished" },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "What the relocations of an execbuf write.");
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Batches: an empty one, one that stores, one the GPU stumbles over, one that
 * runs until it is told to end.
 */
#include "../i915_util.h"

#define PAGE	4096

static __u32 create_with(int fd, const __u32 *code, unsigned int dwords)
{
	__u32 handle = i915_gem_create(fd, PAGE);

	i915_gem_write(fd, handle, 0, code, dwords * sizeof(*code));

	return handle;
}

__u32 i915_gem_create_batch(int fd)
{
	static const __u32 code[] = { MI_BATCH_BUFFER_END, MI_NOOP };

	return create_with(fd, code, ARRAY_SIZE(code));
}

__u32 i915_batch_invalid(int fd)
{
	static const __u32 code[] = { MI_INVALID, MI_BATCH_BUFFER_END };

	return create_with(fd, code, ARRAY_SIZE(code));
}

int i915_store(int fd, __u32 ctx, __u64 ring, __u32 target, __u64 offset, __u32 value)
{
	const __u32 code[] = { MI_STORE_DWORD_IMM, 0, 0, value, MI_BATCH_BUFFER_END, MI_NOOP };
	__u32 batch = create_with(fd, code, ARRAY_SIZE(code));
	struct drm_i915_gem_relocation_entry reloc = {
		.target_handle = target,
		.delta = offset,
		.offset = sizeof(__u32),
		.presumed_offset = -1,
		.read_domains = I915_GEM_DOMAIN_INSTRUCTION,
		.write_domain = I915_GEM_DOMAIN_INSTRUCTION,
	};
	struct drm_i915_gem_exec_object2 *object;
	struct i915_exec exec;
	int fence;

	i915_exec_init(&exec, ctx, ring);
	object = i915_exec_add(&exec, batch);
	object->relocation_count = 1;
	object->relocs_ptr = (uintptr_t)&reloc;
	i915_exec_add(&exec, target);
	fence = i915_require_ok(i915_exec_submit_fence(fd, &exec));
	i915_gem_close(fd, batch);

	return fence;
}

/* Where in a spinner's batch the loop is, and where it says that it runs; in dwords */
#define SPIN_LOOP	4
#define SPIN_MARK	(PAGE / sizeof(__u32) - 1)
#define SPIN_RUNS	0x57a47ed

/* A place of its own for each: several of them may be in one address space. */
static __u64 spin_address(void)
{
	static unsigned int count;

	return 0x40000000 + (count++ % 4096) * 0x10000;
}

void i915_spin_init(struct i915_spin *spin, int fd, __u32 ctx, __u64 ring, unsigned int flags)
{
	__u64 address = spin_address();
	__u64 loop = address + SPIN_LOOP * sizeof(__u32);
	__u64 mark = address + SPIN_MARK * sizeof(__u32);
	const __u32 code[] = {
		MI_STORE_DWORD_IMM, mark, mark >> 32, SPIN_RUNS,
		/* the loop; ends when this becomes MI_BATCH_BUFFER_END */
		flags & I915_SPIN_RUDE ? MI_NOOP : MI_ARB_CHECK,
		MI_BATCH_BUFFER_START, loop, loop >> 32,
	};

	memset(spin, 0, sizeof(*spin));
	spin->fd = fd;
	spin->fence = -1;
	spin->handle = create_with(fd, code, ARRAY_SIZE(code));
	spin->map = i915_gem_mmap(fd, spin->handle, PAGE);
	i915_exec_init(&spin->exec, ctx, ring);
	i915_exec_add_at(&spin->exec, spin->handle, address);
}

int i915_spin_submit(struct i915_spin *spin)
{
	int fence;

	if (spin->fence >= 0)
		close(spin->fence);
	__atomic_store_n(&spin->map[SPIN_MARK], 0, __ATOMIC_SEQ_CST);
	fence = i915_exec_submit_fence(spin->fd, &spin->exec);
	spin->fence = fence < 0 ? -1 : fence;

	return fence < 0 ? fence : 0;
}

bool i915_spin_runs(const struct i915_spin *spin)
{
	return __atomic_load_n(&spin->map[SPIN_MARK], __ATOMIC_SEQ_CST) == SPIN_RUNS;
}

void i915_spin_wait_running(const struct i915_spin *spin)
{
	i915_require(i915_wait_for(i915_spin_runs(spin), 20000),
		     "the spinner has not begun within 20 s");
}

void i915_spin_start(struct i915_spin *spin, int fd, __u32 ctx, __u64 ring, unsigned int flags)
{
	i915_spin_init(spin, fd, ctx, ring, flags);
	i915_require_ok(i915_spin_submit(spin));
	i915_spin_wait_running(spin);
}

void i915_spin_end(struct i915_spin *spin)
{
	__atomic_store_n(&spin->map[SPIN_LOOP], MI_BATCH_BUFFER_END, __ATOMIC_SEQ_CST);
}

void i915_spin_fini(struct i915_spin *spin)
{
	i915_spin_end(spin);
	if (spin->fence >= 0) {
		i915_require(i915_fence_wait(spin->fence, 20000),
			     "the spinner does not end although it was told to");
		close(spin->fence);
	}
	munmap(spin->map, PAGE);
	i915_gem_close(spin->fd, spin->handle);
}

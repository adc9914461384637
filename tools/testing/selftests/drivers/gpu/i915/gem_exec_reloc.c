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

/*
 * Batches in flight, so many that the object stays busy when a process is late by some of them;
 * time of each in us; their number: 3 s of them
 */
#define KEEPER_DEEP	8
#define KEEPER_TICK	5000
#define KEEPER_ROUNDS	600

/* Uses an object again and again, with several batches in flight */
struct keeper {
	int fd;
	__u32 busy;
	/* where batch n waits for point n, whoever submits it */
	int timeline;
	/* batches so far; shared with the test */
	unsigned int *count;
};

static void keep_busy(struct i915_child *child, void *arg)
{
	const struct keeper *keeper = arg;
	__u32 batch = i915_gem_create_batch(keeper->fd);
	int fence[KEEPER_DEEP];
	unsigned int n;

	for (n = 0; n < KEEPER_ROUNDS; n++) {
		struct i915_exec exec;
		int *slot = &fence[n % KEEPER_DEEP];

		if (n == KEEPER_DEEP)
			i915_child_ready(child);
		if (n >= KEEPER_DEEP) {
			i915_fence_wait(*slot, -1);
			close(*slot);
		}
		*slot = i915_sw_sync_fence(keeper->timeline, n + 1);
		i915_exec_init(&exec, 0, I915_EXEC_BLT | I915_EXEC_FENCE_IN);
		i915_exec_add(&exec, batch);
		i915_exec_add(&exec, keeper->busy);
		exec.args.rsvd2 = *slot;
		i915_require_ok(i915_exec_submit(keeper->fd, &exec));
		__atomic_store_n(keeper->count, n + 1, __ATOMIC_RELAXED);
	}
}

static void tick(struct i915_child *child, void *arg)
{
	const struct keeper *keeper = arg;

	(void)child;
	for (;;) {
		usleep(KEEPER_TICK);
		i915_sw_sync_advance(keeper->timeline, 1);
	}
}

static void submit_relocation(int fd, __u32 place)
{
	struct drm_i915_gem_relocation_entry reloc = { .presumed_offset = -1 };
	struct i915_exec exec;

	i915_exec_init(&exec, 0, I915_EXEC_RENDER);
	i915_exec_add(&exec, i915_gem_create_batch(fd));
	i915_exec_add(&exec, place);
	i915_exec_add(&exec, i915_gem_create(fd, PAGE));
	reloc.target_handle = exec.object[2].handle;
	exec.object[1].relocation_count = 1;
	exec.object[1].relocs_ptr = (uintptr_t)&reloc;
	i915_require_ok(i915_exec_submit(fd, &exec));
	i915_gem_close(fd, exec.object[2].handle);
	i915_gem_close(fd, exec.object[0].handle);
}

/* Another user of the object always has its next batch queued: the turn comes all the same. */
static void always_busy(int fd)
{
	struct keeper keeper = {
		.fd = fd,
		.busy = i915_gem_create(fd, PAGE),
		.timeline = i915_sw_sync_open(),
	};
	struct i915_child user, ticker;
	unsigned int count;

	keeper.count = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	i915_require(keeper.count != MAP_FAILED, "no memory");
	i915_child_start(&ticker, tick, &keeper);
	i915_child_start(&user, keep_busy, &keeper);
	i915_child_wait_ready(&user);

	submit_relocation(fd, keeper.busy);
	count = __atomic_load_n(keeper.count, __ATOMIC_RELAXED);
	i915_note("submitted after %u of %u batches of the other", count, KEEPER_ROUNDS);
	i915_expect(count < KEEPER_ROUNDS, "not before the other had ended");

	i915_child_kill(&user);
	i915_child_kill(&ticker);
	i915_child_join(&user);
	i915_child_join(&ticker);
	i915_sw_sync_advance(keeper.timeline, KEEPER_ROUNDS);
	i915_require_ok(i915_gem_wait(fd, keeper.busy, -1));
	close(keeper.timeline);
	munmap(keeper.count, PAGE);
	i915_gem_close(fd, keeper.busy);
}

static const struct i915_case cases[] = {
	{ .name = "signed-deltas", .run = signed_deltas,
	  .what = "address plus delta, both ways across 4 GiB and half of the address space" },
	{ .name = "after-the-gpu", .run = after_the_gpu,
	  .what = "an object in use is not written before the GPU has finished" },
	{ .name = "always-busy", .run = always_busy,
	  .what = "an object that is used without a pause is written all the same" },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "What the relocations of an execbuf write.");
}

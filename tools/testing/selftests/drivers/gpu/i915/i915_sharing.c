// SPDX-License-Identifier: GPL-2.0
/*
 * A shares a buffer with B, who misbehaves: hangs the GPU with it, is banned,
 * waits for what never comes, gives up the contents, dies in the middle. A
 * loses nothing by it but what was B's to give: its own batches run, none of
 * them is blamed, and its waits can be interrupted.
 */
#include <sys/time.h>

#include "i915_util.h"

#define PAGE		4096
#define LIMIT_MS	20000
#define VALUE		0x600d
/* Where B writes, and where A does */
#define OF_B		64
#define OF_A		128

struct share {
	int a, b;
	/* the shared object: A's handle and B's */
	__u32 a_shared, b_shared;
	/* B's */
	__u32 ctx;
};

static void import(struct share *s)
{
	int dmabuf;

	if (i915_case_now()->data) {
		dmabuf = i915_gem_export(s->a, s->a_shared);
		s->b_shared = i915_gem_import(s->b, dmabuf);
		close(dmabuf);
	} else {
		s->b_shared = i915_gem_open_name(s->b, i915_gem_flink(s->a, s->a_shared));
	}
}

static void share_begin(struct share *s, int a)
{
	*s = (struct share){ .a = a, .b = i915_open_or_die() };
	s->a_shared = i915_gem_create(a, PAGE);
	s->ctx = i915_context_create(s->b);
	import(s);
}

/* A's batch on each engine, with the shared object, ends well and does what it says. */
static void expect_a_works(const struct share *s)
{
	unsigned int n;
	int fence;

	for (n = 0; n < I915_ENGINES; n++) {
		fence = i915_store(s->a, 0, i915_engines[n].ring, s->a_shared, OF_A, VALUE + n);
		i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), 1);
		i915_expect(i915_gem_read32(s->a, s->a_shared, OF_A) == VALUE + n,
			    "0x%x by %s", i915_gem_read32(s->a, s->a_shared, OF_A),
			    i915_engines[n].name);
		close(fence);
	}
}

static void share_end(struct share *s)
{
	i915_expect(!i915_stats_of(s->a, 0).batch_active, "A is blamed for %u hangs",
		    i915_stats_of(s->a, 0).batch_active);
	close(s->b);
	i915_gem_close(s->a, s->a_shared);
}

/* A batch of B that the GPU cannot execute, and which "writes" the shared object. */
static int submit_hang(const struct share *s)
{
	__u32 batch = i915_batch_invalid(s->b);
	struct i915_exec exec;
	int ret;

	i915_exec_init(&exec, s->ctx, I915_EXEC_RENDER);
	i915_exec_add(&exec, batch);
	i915_exec_add(&exec, s->b_shared)->flags |= EXEC_OBJECT_WRITE;
	ret = i915_exec_submit(s->b, &exec);
	i915_gem_close(s->b, batch);

	return ret;
}

/* What A has behind B's hang, on another engine and on the same, runs when that is over. */
static void b_hangs(int fd)
{
	int fence[2];
	struct share s;
	unsigned int n;

	share_begin(&s, fd);
	i915_require_ok(submit_hang(&s));
	fence[0] = i915_store(fd, 0, I915_EXEC_BLT, s.a_shared, OF_A, 1);
	fence[1] = i915_store(fd, 0, I915_EXEC_RENDER, s.a_shared, OF_A, 2);
	for (n = 0; n < 2; n++) {
		i915_expect_ret(i915_fence_wait(fence[n], LIMIT_MS), 1);
		close(fence[n]);
	}
	i915_expect(i915_gem_read32(fd, s.a_shared, OF_A) == 2, "the last of A's batches wrote %u",
		    i915_gem_read32(fd, s.a_shared, OF_A));
	i915_expect(i915_stats_of(s.b, s.ctx).batch_active == 1, "B hung %u times",
		    i915_stats_of(s.b, s.ctx).batch_active);
	expect_a_works(&s);
	share_end(&s);
}

/* All that B still has queued with the shared object goes when B is banned; A's does not. */
static void b_is_banned(int fd)
{
	struct share s;
	unsigned int n;
	int ret = 0, fence;

	share_begin(&s, fd);
	for (n = 0; n < 20 && !ret; n++)
		ret = submit_hang(&s);
	fence = i915_store(fd, 0, I915_EXEC_BLT, s.a_shared, OF_A, VALUE);
	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), 1);
	close(fence);
	i915_expect(i915_wait_for(submit_hang(&s) == -EIO, LIMIT_MS), "B is not banned");
	expect_a_works(&s);
	share_end(&s);
}

/* B's batch waits for a fence of B's own, which it never signals. */
static void never_comes_child(struct i915_child *child, void *arg)
{
	struct share *s = arg;
	struct i915_exec exec;
	int timeline;

	s->b = i915_open_or_die();
	s->ctx = i915_context_create(s->b);
	import(s);
	timeline = i915_sw_sync_open();
	i915_exec_init(&exec, s->ctx, I915_EXEC_RENDER);
	i915_exec_add(&exec, i915_gem_create_batch(s->b));
	i915_exec_add(&exec, s->b_shared)->flags |= EXEC_OBJECT_WRITE;
	exec.args.flags |= I915_EXEC_FENCE_IN;
	exec.args.rsvd2 = i915_sw_sync_fence(timeline, 1);
	i915_require_ok(i915_exec_submit(s->b, &exec));
	i915_child_ready(child);
	i915_child_pause(child);
}

/* A's batch with the shared object has to wait for that, until B's end; its other work has not. */
static void never_comes(int fd)
{
	__u32 other = i915_context_create(fd), own = i915_gem_create(fd, PAGE);
	struct i915_child child;
	struct share s = { .a = fd };
	int waits, fence;

	close(i915_sw_sync_open());
	s.a_shared = i915_gem_create(fd, PAGE);
	i915_child_start(&child, never_comes_child, &s);
	i915_child_wait_ready(&child);

	waits = i915_store(fd, 0, I915_EXEC_RENDER, s.a_shared, OF_A, VALUE);
	fence = i915_store(fd, other, I915_EXEC_RENDER, own, OF_A, VALUE);
	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), 1);
	i915_expect_ret(i915_fence_status(waits), 0);
	i915_expect_ret(i915_gem_wait(fd, s.a_shared, I915_NSEC_PER_MSEC), -ETIME);

	i915_child_kill(&child);
	i915_child_join(&child);
	i915_expect_ret(i915_fence_wait(waits, LIMIT_MS), 1);
	i915_expect(i915_gem_read32(fd, s.a_shared, OF_A) == VALUE, "0x%x",
		    i915_gem_read32(fd, s.a_shared, OF_A));
	close(waits);
	close(fence);
	i915_require_ok(i915_context_destroy(fd, other));
	i915_gem_close(fd, own);
	expect_a_works(&s);
	i915_gem_close(fd, s.a_shared);
}

/* B gives the contents up: A is told so, whatever it tries, and works with everything else. */
static void given_up(int fd)
{
	struct drm_i915_gem_madvise madvise = { .madv = I915_MADV_WILLNEED };
	struct i915_exec exec;
	struct share s;
	__u32 value;

	share_begin(&s, fd);
	expect_a_works(&s);
	i915_gem_madvise(s.b, s.b_shared, I915_MADV_DONTNEED);
	i915_drop_caches(fd, DROP_SHRINK_ALL);

	i915_exec_init(&exec, 0, I915_EXEC_RENDER);
	i915_exec_add(&exec, i915_gem_create_batch(fd));
	i915_expect_ret(i915_exec_submit(fd, &exec), 0);
	i915_exec_add(&exec, s.a_shared);
	i915_expect_ret(i915_exec_submit(fd, &exec), -EFAULT);
	i915_expect_ret(i915_gem_pread(fd, s.a_shared, 0, &value, sizeof(value)), -EFAULT);
	madvise.handle = s.a_shared;
	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_I915_GEM_MADVISE, &madvise));
	i915_expect(!madvise.retained, "the contents are said to be there");
	i915_expect_ret(i915_exec_submit(fd, &exec), -EFAULT);
	exec.args.buffer_count--;
	i915_expect_ret(i915_exec_submit(fd, &exec), 0);
	i915_gem_close(fd, exec.object[0].handle);
	share_end(&s);
}

static void on_alarm(int sig)
{
}

/* A signal each 20 ms, so that one comes when the call sleeps, however slow the machine is */
static void alarms(bool on)
{
	const struct itimerval each = { { 0, on ? 20000 : 0 }, { 0, on ? 20000 : 0 } };
	const struct sigaction act = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &each, NULL);
}

/* Whatever A calls that has to wait for B's batch: a signal ends it, and B's batch goes on. */
static void interrupted(int fd)
{
	struct drm_i915_gem_set_domain domain = { .read_domains = I915_GEM_DOMAIN_CPU,
						  .write_domain = I915_GEM_DOMAIN_CPU };
	struct drm_i915_gem_wait wait = { .timeout_ns = -1 };
	struct drm_i915_gem_pwrite pwrite = { .size = 4 };
	struct drm_i915_gem_pread pread = { .size = 4 };
	struct i915_spin spin;
	struct share s;
	__u32 value = 0;

	share_begin(&s, fd);
	i915_spin_init(&spin, s.b, s.ctx, I915_EXEC_RENDER, 0);
	i915_exec_add(&spin.exec, s.b_shared)->flags |= EXEC_OBJECT_WRITE;
	i915_require_ok(i915_spin_submit(&spin));
	i915_spin_wait_running(&spin);

	domain.handle = s.a_shared;
	wait.bo_handle = s.a_shared;
	pwrite.handle = s.a_shared;
	pwrite.data_ptr = (uintptr_t)&value;
	pread.handle = s.a_shared;
	pread.data_ptr = (uintptr_t)&value;
	alarms(true);
	i915_expect_ret(i915_ioctl_once(fd, DRM_IOCTL_I915_GEM_SET_DOMAIN, &domain), -EINTR);
	i915_expect_ret(i915_ioctl_once(fd, DRM_IOCTL_I915_GEM_WAIT, &wait), -EINTR);
	i915_expect_ret(i915_ioctl_once(fd, DRM_IOCTL_I915_GEM_PWRITE, &pwrite), -EINTR);
	i915_expect_ret(i915_ioctl_once(fd, DRM_IOCTL_I915_GEM_PREAD, &pread), -EINTR);
	alarms(false);
	i915_expect_ret(i915_fence_status(spin.fence), 0);
	i915_spin_fini(&spin);
	expect_a_works(&s);
	share_end(&s);
}

#define LIVES	24

/* All that one does with a buffer of another, again and again, until it is killed */
static void short_life(struct i915_child *child, void *arg)
{
	const struct share *of_a = arg;
	struct share s = *of_a;
	char *map;

	i915_child_ready(child);
	for (;;) {
		s.b = i915_open_or_die();
		import(&s);
		s.ctx = i915_context_create(s.b);
		map = i915_gem_mmap(s.b, s.b_shared, PAGE);
		close(i915_store(s.b, s.ctx, I915_EXEC_BLT, s.b_shared, OF_B, 1));
		close(i915_store(s.b, 0, I915_EXEC_RENDER, s.b_shared, OF_B, 2));
		map[OF_B] = 3;
		i915_gem_close(s.b, s.b_shared);
		i915_context_destroy(s.b, s.ctx);
		munmap(map, PAGE);
		close(s.b);
	}
}

/* B is killed wherever it is. A's data stays, A's work goes on, nothing of B is left. */
static void killed_anywhere(int fd)
{
	struct i915_audit before;
	struct share s = { .a = fd };
	struct i915_child child;
	unsigned int n;

	s.a_shared = i915_gem_create(fd, PAGE);
	expect_a_works(&s);
	i915_audit_take(fd, &before);
	for (n = 0; n < LIVES; n++) {
		i915_child_start(&child, short_life, &s);
		i915_child_wait_ready(&child);
		i915_sleep_ms(n * 5 % 37);
		i915_child_kill(&child);
		i915_child_join(&child);
		i915_expect(i915_gem_read32(fd, s.a_shared, OF_A) == VALUE + I915_ENGINES - 1,
			    "A's data is 0x%x", i915_gem_read32(fd, s.a_shared, OF_A));
	}
	i915_audit_returns(fd, &before, LIMIT_MS, "after the last one was killed");
	expect_a_works(&s);
	i915_gem_close(fd, s.a_shared);
}

static const char by_dmabuf[] = "dma-buf";

static const struct i915_case cases[] = {
	{ "hung-name", "B hangs the GPU with it", b_hangs },
	{ "hung-dmabuf", "the same, as a dma-buf", b_hangs, .data = by_dmabuf },
	{ "banned-name", "B is banned, with batches in the queue", b_is_banned },
	{ "banned-dmabuf", "the same, as a dma-buf", b_is_banned, .data = by_dmabuf },
	{ "never-comes", "B's batch waits for ever", never_comes },
	{ "given-up", "B gives up the contents", given_up },
	{ "interrupted", "what waits for B can be interrupted", interrupted },
	{ "killed-name", "B is killed wherever it is", killed_anywhere },
	{ "killed-dmabuf", "the same, as a dma-buf", killed_anywhere, .data = by_dmabuf },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Does whoever shares a buffer with a client that misbehaves go on?");
}

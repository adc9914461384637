// SPDX-License-Identifier: GPL-2.0
/*
 * Hangs and resets: who loses a batch, who does not, what is counted, and that
 * the GPU works afterwards. With each value of the module parameter reset.
 */
#include <pthread.h>

#include "i915_fault.h"
#include "i915_util.h"

#define LIMIT_MS	20000

/* What a hang may reset: 0 nothing, 1 the whole GPU, 3 one engine; put_back() at the end */
static void may_reset(int fd, const char *what)
{
	i915_debugfs_mount();
	i915_param_set(fd, "reset", what);
}

static void put_back(void)
{
	struct i915_fault window;
	int fd = i915_open();

	if (fd < 0)
		return;

	if (!i915_fault_open(&window))
		i915_fault_disarm(&window);
	i915_debugfs_mount();
	i915_debugfs_write(fd, "i915_params/reset", "3");
	close(fd);
}

/* Return: a sync file. */
static int submit_invalid(int fd, __u32 ctx, __u64 ring)
{
	__u32 batch = i915_batch_invalid(fd);
	struct i915_exec exec;
	int fence;

	i915_exec_init(&exec, ctx, ring);
	i915_exec_add(&exec, batch);
	fence = i915_require_ok(i915_exec_submit_fence(fd, &exec));
	i915_gem_close(fd, batch);

	return fence;
}

static void gpu_works(int fd)
{
	unsigned int n;

	for (n = 0; n < I915_ENGINES; n++)
		i915_expect_ret(i915_exec_nop(fd, 0, i915_engines[n].ring), 0);
}

static void engine_reset(int fd)
{
	__u32 other = i915_context_create(fd);
	unsigned int n;

	may_reset(fd, "3");
	for (n = 0; n < I915_ENGINES; n++) {
		__u32 ctx = i915_context_create(fd);
		__u32 count = i915_stats_of(fd, ctx).reset_count;
		int fence = submit_invalid(fd, ctx, i915_engines[n].ring);

		i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), -EIO);
		i915_expect(i915_stats_of(fd, ctx).batch_active == 1, "%u lost on %s",
			    i915_stats_of(fd, ctx).batch_active, i915_engines[n].name);
		i915_expect(i915_stats_of(fd, ctx).batch_pending == 0, "it is counted twice");
		i915_expect(i915_stats_of(fd, ctx).reset_count == count,
			    "a reset of one engine counts as one of the GPU");
		i915_expect_ret(i915_exec_nop(fd, ctx, i915_engines[n].ring), 0);
		i915_require_ok(i915_context_destroy(fd, ctx));
		close(fence);
	}
	i915_expect(!i915_stats_of(fd, other).batch_active, "a bystander is guilty");
	gpu_works(fd);
}

/* X hangs the render engine; Y's batch on the video engine is well. */
static void full_reset_spares_others(int fd)
{
	int y = i915_open_or_die();
	__u32 cx = i915_context_create(fd), cy = i915_context_create(y);
	__u32 count = i915_stats_of(fd, cx).reset_count;
	struct i915_spin spin;
	int fence;

	may_reset(fd, "1");
	i915_require_ok(i915_engine_tune(fd, "rcs0", "heartbeat_interval_ms", 100));
	i915_spin_start(&spin, y, cy, I915_EXEC_BSD, 0);

	fence = submit_invalid(fd, cx, I915_EXEC_RENDER);
	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), -EIO);
	i915_expect(i915_stats_of(fd, cx).batch_active == 1, "%u",
		    i915_stats_of(fd, cx).batch_active);
	i915_expect(i915_stats_of(fd, cx).reset_count == count + 1, "%u resets counted",
		    i915_stats_of(fd, cx).reset_count - count);

	i915_expect_ret(i915_fence_status(spin.fence), 0);
	i915_expect(!i915_stats_of(y, cy).batch_active, "the bystander is guilty");
	i915_expect(i915_stats_of(y, cy).batch_pending == 1, "%u counted as run again",
		    i915_stats_of(y, cy).batch_pending);
	i915_spin_end(&spin);
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), 1);
	i915_spin_fini(&spin);
	close(fence);
	gpu_works(fd);
}

/* A context with work queued behind a hang lost nothing, and nothing had begun. */
static void queued_is_not_counted(int fd)
{
	int good = i915_open_or_die();
	__u32 ctx = i915_context_create(good), batch = i915_gem_create_batch(good);
	struct i915_exec exec;
	int hang, fence;

	may_reset(fd, "1");
	i915_require_ok(i915_engine_tune(fd, "rcs0", "heartbeat_interval_ms", 100));
	hang = submit_invalid(fd, 0, I915_EXEC_RENDER);
	i915_exec_init(&exec, ctx, I915_EXEC_RENDER);
	i915_exec_add(&exec, batch);
	fence = i915_require_ok(i915_exec_submit_fence(good, &exec));

	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), 1);
	i915_expect_ret(i915_fence_wait(hang, LIMIT_MS), -EIO);
	i915_expect(!i915_stats_of(good, ctx).batch_active, "it lost something");
	i915_expect(!i915_stats_of(good, ctx).batch_pending, "%u of it had begun",
		    i915_stats_of(good, ctx).batch_pending);
	close(hang);
	close(fence);
}

/*
 * An invalid instruction is found at once where an engine may be reset alone;
 * else it is the heartbeat's, as any other hang.
 */
static void invalid_is_left_to_heartbeat(int fd)
{
	int fence;

	may_reset(fd, "1");
	i915_require_ok(i915_engine_tune(fd, "rcs0", "heartbeat_interval_ms", 1000));
	fence = submit_invalid(fd, 0, I915_EXEC_RENDER);
	i915_expect_ret(i915_fence_wait(fence, 300), 0);
	i915_require_ok(i915_engine_tune(fd, "rcs0", "heartbeat_interval_ms", 50));
	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), -EIO);
	close(fence);
	gpu_works(fd);
}

/* Whoever writes to i915_wedged says that engines hang: what they run does, as if it was found. */
static void asked_for(int fd)
{
	__u32 ctx = i915_context_create(fd);
	struct i915_spin spin;
	unsigned int n;

	may_reset(fd, "3");
	for (n = 0; n < 3; n++) {
		i915_expect_ret(i915_exec_nop(fd, ctx, I915_EXEC_BLT), 0);
		i915_spin_start(&spin, fd, ctx, I915_EXEC_BLT, 0);
		i915_require_ok(i915_debugfs_write(fd, "i915_wedged", "-1"));
		i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), -EIO);
		i915_spin_fini(&spin);
	}
	i915_expect(i915_stats_of(fd, ctx).batch_active == 3, "%u lost",
		    i915_stats_of(fd, ctx).batch_active);
	i915_expect_ret(i915_exec_nop(fd, ctx, I915_EXEC_BLT), -EIO);
	gpu_works(fd);
}

/* Of engines it does not name it says nothing. */
static void asked_for_another(int fd)
{
	__u32 ctx = i915_context_create(fd);
	struct i915_spin spin;

	may_reset(fd, "3");
	i915_spin_start(&spin, fd, ctx, I915_EXEC_BLT, 0);
	/* the render engine */
	i915_require_ok(i915_debugfs_write(fd, "i915_wedged", "1"));
	i915_expect_ret(i915_fence_status(spin.fence), 0);
	i915_expect(!i915_stats_of(fd, ctx).batch_active, "the bystander is guilty");
	i915_spin_end(&spin);
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), 1);
	i915_spin_fini(&spin);
	gpu_works(fd);
}

struct submitter {
	int fd;
	__u32 ctx;
	__u32 batch;
	bool stop;
};

static void *submit_until_told(void *arg)
{
	struct submitter *s = arg;

	/* -EIO while the GPU is wedged */
	while (!__atomic_load_n(&s->stop, __ATOMIC_SEQ_CST))
		i915_exec_batch(s->fd, s->ctx, I915_EXEC_RENDER, s->batch);

	return NULL;
}

static void wedge_once(int fd, unsigned int round)
{
	int client = i915_open_or_die();
	struct submitter s = { .fd = client, .ctx = i915_context_create(client) };
	struct i915_spin spin;
	pthread_t thread;

	s.batch = i915_gem_create_batch(client);
	i915_spin_start(&spin, client, s.ctx, I915_EXEC_RENDER, 0);
	if (pthread_create(&thread, NULL, submit_until_told, &s))
		i915_fatal("no thread");
	/* before the ring is full, or the thread sleeps */
	usleep(200 + round % 20 * 50);
	/* -EIO: that is the point */
	i915_debugfs_write(fd, "i915_wedged", "-1");
	i915_require(i915_fence_status(spin.fence) == -EIO,
		     "the batch that never ended: status %d", i915_fence_status(spin.fence));
	__atomic_store_n(&s.stop, true, __ATOMIC_SEQ_CST);
	/* it may sleep in an ioctl that began before */
	i915_require_ok(i915_debugfs_write(fd, "i915_wedged", "-1"));
	pthread_join(thread, NULL);
	i915_spin_fini(&spin);
	close(client);
}

/*
 * While the GPU is being given up, new requests must not complete older ones.
 * The virtual GPU takes its time for that; another one may be too quick.
 */
static void wedged_ends_in_order(int fd)
{
	struct i915_fault window;
	unsigned int round;

	may_reset(fd, "0");
	if (!i915_fault_open(&window))
		i915_require(i915_fault_arm(&window, "gdrst-stuck:reset=full:every=1:delay=3ms"),
			     "%s", window.why);
	for (round = 0; round < 40; round++)
		wedge_once(fd, round);
	if (window.win)
		i915_fault_disarm(&window);
	gpu_works(fd);
}

/* reset=0: a hang wedges the GPU; nothing is taken until somebody tries again. */
static void wedged_refuses(int fd)
{
	__u32 ctx;
	int fence;

	may_reset(fd, "0");
	i915_require_ok(i915_engine_tune(fd, "rcs0", "heartbeat_interval_ms", 50));
	fence = submit_invalid(fd, 0, I915_EXEC_RENDER);
	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), -EIO);
	close(fence);
	i915_expect_ret(i915_exec_nop(fd, 0, I915_EXEC_BLT), -EIO);
	i915_expect_ret(i915_context_create_with(fd, NULL, 0, &ctx), -EIO);
	i915_require_ok(i915_debugfs_write(fd, "i915_wedged", "-1"));
	gpu_works(fd);
}

static const struct i915_case cases[] = {
	{ "engine", "a batch the GPU cannot execute, on each engine", engine_reset },
	{ "full-spares-others", "a reset of the GPU, with a good batch elsewhere",
	  full_reset_spares_others },
	{ "queued-not-counted", "what waits behind a hang lost nothing", queued_is_not_counted },
	{ "invalid-left-to-heartbeat", "with reset=1 an invalid command is a hang like others",
	  invalid_is_left_to_heartbeat },
	{ "asked-for", "i915_wedged declares a hang, and the third one bans", asked_for },
	{ "asked-for-another", "i915_wedged for another engine", asked_for_another },
	{ "wedged-in-order", "requests that come while the GPU is given up",
	  wedged_ends_in_order },
	{ "wedged-refuses", "with reset=0 a hang ends all", wedged_refuses },
};

int main(int argc, char **argv)
{
	atexit(put_back);

	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Who loses what when the GPU hangs and is reset?");
}

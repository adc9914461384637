// SPDX-License-Identifier: GPL-2.0
/*
 * The module parameter request_timeout_ms: how long one batch may run.
 */
#include "i915_util.h"

#define LIMIT_MS	20000

#define PARAM		"i915_params/request_timeout_ms"

static char old[32];

static void timeout_ms(int fd, const char *ms)
{
	i915_param_set(fd, "request_timeout_ms", ms);
}

static void put_back(void)
{
	int fd = i915_open();

	if (fd < 0)
		return;

	i915_debugfs_write(fd, PARAM, old);
	close(fd);
}

static void remember(void)
{
	char path[128];
	int fd = i915_open();

	if (fd < 0)
		return;

	i915_debugfs_mount();
	i915_debugfs_path(fd, PARAM, path, sizeof(path));
	if (!i915_read_file(path, old, sizeof(old)))
		atexit(put_back);
	close(fd);
}

/* With the heartbeat off, so that nothing else can end it */
static void ends_long_ones(int fd)
{
	__u32 ctx = i915_context_create(fd);
	struct i915_spin spin;
	unsigned int n;

	timeout_ms(fd, "200");
	i915_heartbeat(fd, 0);
	for (n = 0; n < I915_ENGINES; n++) {
		i915_spin_start(&spin, fd, ctx, i915_engines[n].ring, 0);
		i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), -EINTR);
		i915_spin_fini(&spin);
	}
	i915_expect(i915_stats_of(fd, ctx).batch_active == I915_ENGINES, "%u lost",
		    i915_stats_of(fd, ctx).batch_active);
	/* it is not a hang: nobody is banned */
	i915_expect_ret(i915_exec_nop(fd, ctx, I915_EXEC_RENDER), 0);
}

/* The time of a batch is its own, not that of what it stands behind. */
static void not_those_behind(int fd)
{
	int other = i915_open_or_die();
	__u32 ctx = i915_context_create(other), batch = i915_gem_create_batch(other);
	struct i915_spin spin;
	struct i915_exec exec;
	int fence;

	timeout_ms(fd, "1000");
	/* not a rude one: where batches can be preempted, that would be a hang before */
	i915_spin_start(&spin, fd, 0, I915_EXEC_BLT, 0);
	i915_exec_init(&exec, ctx, I915_EXEC_BLT);
	i915_exec_add(&exec, batch);
	fence = i915_require_ok(i915_exec_submit_fence(other, &exec));
	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), 1);
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), -EINTR);
	i915_expect(!i915_stats_of(other, ctx).batch_active,
		    "who stood behind it lost something");
	i915_spin_fini(&spin);
	close(fence);
	close(other);
}

static void none(int fd)
{
	struct i915_spin spin;

	timeout_ms(fd, "0");
	i915_heartbeat(fd, 0);
	i915_spin_start(&spin, fd, 0, I915_EXEC_BLT, 0);
	i915_expect_ret(i915_fence_wait(spin.fence, 1000), 0);
	i915_spin_end(&spin);
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), 1);
	i915_spin_fini(&spin);
}

static const struct i915_case cases[] = {
	{ "ends-long-ones", "a batch without end ends, on each engine", ends_long_ones },
	{ "not-those-behind", "what stood behind it runs", not_those_behind },
	{ "none", "0: as long as it likes", none },
};

int main(int argc, char **argv)
{
	remember();

	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Does a batch that takes longer than request_timeout_ms end?");
}

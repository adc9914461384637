// SPDX-License-Identifier: GPL-2.0
/*
 * Who hangs the GPU again and again is stopped: a context at its third hang
 * within two minutes, a file when two of its contexts were. Others are not.
 */
#include "i915_util.h"

#define LIMIT_MS	20000

/* Return: what execbuffer2 says; the hang is over then. */
static int hang(int fd, __u32 ctx, __u64 ring)
{
	__u32 batch = i915_batch_invalid(fd);
	struct i915_exec exec;
	int fence;

	i915_exec_init(&exec, ctx, ring);
	i915_exec_add(&exec, batch);
	fence = i915_exec_submit_fence(fd, &exec);
	i915_gem_close(fd, batch);
	if (fence < 0)
		return fence;

	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), -EIO);
	close(fence);

	return 0;
}

static __u32 lost(int fd, __u32 ctx)
{
	return i915_stats_of(fd, ctx).batch_active;
}

/* Return: how many hangs a context of the file is good for, 6 at most. */
static unsigned int hangs_until_banned(int fd, __u32 ctx)
{
	unsigned int n;

	for (n = 0; n < 6; n++) {
		if (hang(fd, ctx, I915_EXEC_RENDER))
			break;
	}

	return n;
}

static void context_at_third(int fd)
{
	__u32 ctx = i915_context_create(fd), other = i915_context_create(fd);
	unsigned int n = hangs_until_banned(fd, ctx);

	i915_expect(n == 3, "it was stopped after %u hangs", n);
	i915_expect(lost(fd, ctx) == 3, "%u counted", lost(fd, ctx));
	i915_expect_ret(i915_exec_nop(fd, ctx, I915_EXEC_BLT), -EIO);
	i915_expect_ret(i915_exec_nop(fd, other, I915_EXEC_RENDER), 0);
	i915_expect(lost(fd, other) == 0, "the other context is guilty");
}

static void not_recoverable_at_first(int fd)
{
	__u32 ctx = i915_context_create(fd);
	unsigned int n;

	i915_require_ok(i915_context_set(fd, ctx, I915_CONTEXT_PARAM_RECOVERABLE, 0));
	n = hangs_until_banned(fd, ctx);
	i915_expect(n == 1, "it was stopped after %u hangs", n);
}

static void not_bannable_never(int fd)
{
	__u32 ctx = i915_context_create(fd), more;
	unsigned int n;

	i915_require_ok(i915_context_set(fd, ctx, I915_CONTEXT_PARAM_BANNABLE, 0));
	n = hangs_until_banned(fd, ctx) + hangs_until_banned(fd, ctx);
	i915_expect(n == 12, "it was stopped after %u hangs", n);
	i915_expect(lost(fd, ctx) == 12, "%u counted", lost(fd, ctx));
	i915_expect_ret(i915_context_create_with(fd, NULL, 0, &more), 0);
}

/* Contexts that are kept cost the file as much as those that are destroyed. */
static void file_after_two(int fd)
{
	int other = i915_open_or_die();
	unsigned int contexts, hangs = 0;
	__u32 ctx;

	for (contexts = 0; contexts < 8; contexts++) {
		if (i915_context_create_with(fd, NULL, 0, &ctx))
			break;
		hangs += hangs_until_banned(fd, ctx);
	}
	i915_expect(contexts == 2, "it got %u contexts", contexts);
	i915_expect(hangs == 6, "they hung %u times", hangs);
	i915_expect_ret(i915_context_create_with(fd, NULL, 0, &ctx), -EIO);
	i915_expect_ret(i915_context_create_with(other, NULL, 0, &ctx), 0);
	close(other);
}

/* A context that is gone when it hangs is still this file's. */
static void closed_ones_count(int fd)
{
	unsigned int n;
	__u32 ctx;

	for (n = 0; n < 20; n++) {
		__u32 batch = i915_batch_invalid(fd);
		struct i915_exec exec;
		int fence;

		if (i915_context_create_with(fd, NULL, 0, &ctx))
			break;
		i915_exec_init(&exec, ctx, I915_EXEC_RENDER);
		i915_exec_add(&exec, batch);
		fence = i915_require_ok(i915_exec_submit_fence(fd, &exec));
		i915_require_ok(i915_context_destroy(fd, ctx));
		i915_fence_wait(fence, LIMIT_MS);
		close(fence);
		i915_gem_close(fd, batch);
	}
	i915_expect(n == 9, "it got %u contexts", n);
}

/* What a banned context still runs elsewhere ends, too. */
static void ends_other_engines(int fd)
{
	__u32 ctx = i915_context_create(fd);
	struct i915_spin spin;

	i915_spin_start(&spin, fd, ctx, I915_EXEC_BSD, 0);
	hang(fd, ctx, I915_EXEC_RENDER);
	hang(fd, ctx, I915_EXEC_RENDER);
	i915_expect_ret(i915_fence_status(spin.fence), 0);
	hang(fd, ctx, I915_EXEC_RENDER);
	i915_expect_ret(i915_fence_wait(spin.fence, 5000), -EIO);
	i915_spin_fini(&spin);
}

static const struct i915_case cases[] = {
	{ "context", "at its third hang", context_at_third },
	{ "not-recoverable", "at its first", not_recoverable_at_first },
	{ "not-bannable", "never", not_bannable_never },
	{ "file", "when two of its contexts were banned", file_after_two },
	{ "closed", "contexts closed before they hang count", closed_ones_count },
	{ "other-engines", "a ban ends work on all engines", ends_other_engines },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Is who hangs the GPU again and again stopped, and nobody else?");
}

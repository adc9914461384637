// SPDX-License-Identifier: GPL-2.0
/*
 * What a context begins with and keeps: the workarounds of its GPU, whatever
 * happens to it, nothing of other contexts, the names of its fences, and, if
 * it was made so, one timeline on all engines.
 */
#include <pthread.h>

#include "i915_util.h"

#define MI_LOAD_REGISTER_IMM	(0x22 << 23 | 1)

/* A chicken register with bits that a workaround sets, on both generations */
#define HDC_CHICKEN0		0x7300
#define RCS_GPR0		0x2600

#define UNTOUCHED		0xdeadbeef

/* What a context of the render engine sees in a register */
static __u32 read_register(int fd, __u32 ctx, __u32 reg)
{
	const __u32 untouched = UNTOUCHED;
	struct i915_exec exec;
	__u32 batch = i915_gem_create(fd, 4096), target = i915_gem_create(fd, 4096);
	const __u64 address = 0x200000;
	const __u32 cs[] = {
		MI_STORE_REGISTER_MEM, reg, address, 0, MI_BATCH_BUFFER_END,
	};
	__u32 value;

	i915_gem_write(fd, target, 0, &untouched, sizeof(untouched));
	i915_gem_write(fd, batch, 0, cs, sizeof(cs));
	i915_exec_init(&exec, ctx, I915_EXEC_RENDER | I915_EXEC_BATCH_FIRST);
	i915_exec_add(&exec, batch);
	i915_exec_add_at(&exec, target, address)->flags |= EXEC_OBJECT_WRITE;
	i915_require_ok(i915_exec_submit(fd, &exec));
	i915_require_ok(i915_gem_wait(fd, target, -1));
	value = i915_gem_read32(fd, target, 0);
	i915_require(value != UNTOUCHED, "the register was stored");
	i915_gem_close(fd, target);
	i915_gem_close(fd, batch);

	return value;
}

static void write_register(int fd, __u32 ctx, __u32 reg, __u32 value)
{
	const __u32 cs[] = { MI_LOAD_REGISTER_IMM, reg, value, MI_BATCH_BUFFER_END };
	__u32 batch = i915_gem_create(fd, 4096);

	i915_gem_write(fd, batch, 0, cs, sizeof(cs));
	i915_require_ok(i915_exec_batch(fd, ctx, I915_EXEC_RENDER, batch));
	i915_require_ok(i915_gem_wait(fd, batch, -1));
	i915_gem_close(fd, batch);
}

/* Its second batch hangs, behind the first one or after that was done */
static void hang(int fd, __u32 ctx, bool saved_before)
{
	__u32 first = i915_gem_create_batch(fd), second = i915_batch_invalid(fd);

	i915_require_ok(i915_exec_batch(fd, ctx, I915_EXEC_RENDER, first));
	if (saved_before) {
		i915_require_ok(i915_gem_wait(fd, first, -1));
		i915_settle(fd);
	}
	i915_require_ok(i915_exec_batch(fd, ctx, I915_EXEC_RENDER, second));
	i915_require_ok(i915_gem_wait(fd, second, -1));
	i915_gem_close(fd, second);
	i915_gem_close(fd, first);
}

#define HANGS	5

static void workarounds(int fd, bool saved_before)
{
	__u32 ctx = i915_context_create(fd);
	__u32 good = read_register(fd, ctx, HDC_CHICKEN0);
	unsigned int n;

	i915_require(good, "a workaround is set in a new context");
	i915_require_ok(i915_context_destroy(fd, ctx));

	/* whether the first one was saved before the second began is chance */
	for (n = 0; n < HANGS; n++) {
		__u32 value;

		ctx = i915_context_create(fd);
		hang(fd, ctx, saved_before);
		value = read_register(fd, ctx, HDC_CHICKEN0);
		i915_expect(value == good, "0x%x after a hang, 0x%x before", value, good);
		i915_require_ok(i915_context_destroy(fd, ctx));
	}
}

static void workarounds_unsaved(int fd)
{
	workarounds(fd, false);
}

static void workarounds_saved(int fd)
{
	workarounds(fd, true);
}

static void no_inheritance(int fd)
{
	__u32 writer = i915_context_create(fd), reader = i915_context_create(fd);
	const int classes = 1 << I915_ENGINE_CLASS_RENDER | 1 << I915_ENGINE_CLASS_COPY |
			    1 << I915_ENGINE_CLASS_VIDEO | 1 << I915_ENGINE_CLASS_VIDEO_ENHANCE;
	__u32 value;

	i915_expect(i915_getparam(fd, I915_PARAM_HAS_CONTEXT_ISOLATION) == classes,
		    "the driver says so of every engine");
	write_register(fd, writer, RCS_GPR0, 0x5a5a5a5a);
	value = read_register(fd, reader, RCS_GPR0);
	i915_expect(!value, "a new context sees 0x%x in a register of another", value);
	value = read_register(fd, writer, RCS_GPR0);
	i915_expect(value == 0x5a5a5a5a, "the one that wrote it sees 0x%x", value);
	i915_require_ok(i915_context_destroy(fd, reader));
	i915_require_ok(i915_context_destroy(fd, writer));
}

static void fence_names(int fd)
{
	const struct i915_slot slot = i915_slot(fd);
	__u32 ctx = i915_context_create(fd);
	char driver[32], timeline[32], wanted[32], comm[17] = "";
	unsigned int n;

	i915_require_ok(i915_read_file("/proc/self/comm", comm, sizeof(comm)));
	snprintf(wanted, sizeof(wanted), "%s[%d]", comm, getpid());
	for (n = 0; n < I915_ENGINES; n++) {
		struct i915_spin spin;

		i915_spin_start(&spin, fd, ctx, i915_engines[n].ring, 0);
		i915_fence_names(spin.fence, driver, timeline);
		i915_expect(!strcmp(driver, slot.name), "%s: the driver is called %s",
			    i915_engines[n].name, driver);
		i915_expect(!strcmp(timeline, wanted), "%s: the timeline is called %s, not %s",
			    i915_engines[n].name, timeline, wanted);
		i915_spin_fini(&spin);
	}
	i915_require_ok(i915_context_destroy(fd, ctx));
}

struct submitter {
	pthread_t thread;
	pthread_barrier_t *start;
	struct i915_spin spin;
	int ret;
};

static void *submit_at_once(void *arg)
{
	struct submitter *s = arg;

	pthread_barrier_wait(s->start);
	s->ret = i915_spin_submit(&s->spin);

	return NULL;
}

#define TIMELINE_ROUNDS	30

/* Two threads submit to two engines behind what runs on a third one. */
static void timeline_round(int fd, __u32 ctx)
{
	struct submitter s[2] = { };
	pthread_barrier_t start;
	struct i915_spin first;
	unsigned int n;

	i915_spin_start(&first, fd, ctx, I915_EXEC_BSD, 0);
	pthread_barrier_init(&start, NULL, 2);
	for (n = 0; n < 2; n++) {
		s[n].start = &start;
		i915_spin_init(&s[n].spin, fd, ctx, n ? I915_EXEC_BLT : I915_EXEC_RENDER, 0);
		i915_require(!pthread_create(&s[n].thread, NULL, submit_at_once, &s[n]),
			     "a thread");
	}
	for (n = 0; n < 2; n++) {
		pthread_join(s[n].thread, NULL);
		i915_require_ok(s[n].ret);
	}
	i915_expect(!i915_spin_runs(&s[0].spin) && !i915_spin_runs(&s[1].spin),
		    "nothing runs beside the first");

	i915_spin_fini(&first);
	i915_wait_for(i915_spin_runs(&s[0].spin) || i915_spin_runs(&s[1].spin), 10000);
	i915_sleep_ms(5);
	i915_expect(i915_spin_runs(&s[0].spin) + i915_spin_runs(&s[1].spin) == 1,
		    "one of the others runs");
	/* whichever it is */
	i915_spin_end(&s[0].spin);
	i915_spin_fini(&s[1].spin);
	i915_spin_fini(&s[0].spin);
	pthread_barrier_destroy(&start);
}

static void single_timeline(int fd)
{
	struct drm_i915_gem_context_create_ext create = {
		.flags = I915_CONTEXT_CREATE_FLAGS_SINGLE_TIMELINE,
	};
	unsigned int n;

	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_I915_GEM_CONTEXT_CREATE_EXT, &create));
	for (n = 0; n < TIMELINE_ROUNDS; n++)
		timeline_round(fd, create.ctx_id);
	i915_require_ok(i915_context_destroy(fd, create.ctx_id));
}

static const struct i915_case cases[] = {
	{
		.name = "workarounds-hang-at-once",
		.what = "a context that hangs before it was first saved keeps its workarounds",
		.run = workarounds_unsaved,
	}, {
		.name = "workarounds-hang-later",
		.what = "and so does one that hangs afterwards",
		.run = workarounds_saved,
	}, {
		.name = "nothing-inherited",
		.what = "a context does not see what another one left in the engine",
		.run = no_inheritance,
	}, {
		.name = "fence-names",
		.what = "sync files name the device, and the process on each engine",
		.run = fence_names,
	}, {
		.name = "single-timeline",
		.what = "of two threads on two engines of a single timeline, one goes first",
		.run = single_timeline,
	},
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "does a context have what it should have, and no more?");
}

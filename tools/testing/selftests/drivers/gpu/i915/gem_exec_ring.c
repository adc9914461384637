// SPDX-License-Identifier: GPL-2.0
/*
 * One client, B, has filled its ring behind a batch that does not end, and
 * sleeps in the next execbuf. What it shares with another client, A, is not
 * locked meanwhile: A needs nothing of B's work and does not wait for it.
 * Whether A waited is told by B's batch: it has not ended.
 */
#include "i915_util.h"

#define PAGE		4096
/* More requests than a ring can hold */
#define RING_REQUESTS	4096

struct clients {
	int a, b;
	/* the shared object: A's handle and B's */
	__u32 a_shared, b_shared;
	/* a batch of B that its execbufs wait for, one way or the other */
	struct i915_spin spin;
	/* what B submits: an empty batch and the shared object */
	struct i915_exec exec;
	struct i915_sleeper sleeper;
};

static void clients_open(struct clients *c, int a)
{
	*c = (struct clients){ .a = a, .b = i915_open_or_die() };
	c->a_shared = i915_gem_create(a, PAGE);
	c->b_shared = i915_gem_open_name(c->b, i915_gem_flink(a, c->a_shared));
	i915_exec_init(&c->exec, 0, I915_EXEC_RENDER);
	i915_exec_add(&c->exec, i915_gem_create_batch(c->b));
	i915_exec_add(&c->exec, c->b_shared);
	i915_spin_start(&c->spin, c->b, 0, I915_EXEC_RENDER, 0);
}

static void clients_close(struct clients *c)
{
	i915_sleeper_stop(&c->sleeper);
	i915_spin_end(&c->spin);
	i915_expect_ret(i915_sleeper_join(&c->sleeper), 0);
	i915_spin_fini(&c->spin);
	close(c->b);
	i915_gem_close(c->a, c->a_shared);
}

static void expect_not_waited(struct clients *c, const char *what)
{
	i915_expect(!i915_fence_status(c->spin.fence), "%s of A waited for the batch of B", what);
}

/* The three ways in which A meets the object's lock */
static void use_shared(struct clients *c)
{
	char *map = i915_gem_mmap(c->a, c->a_shared, PAGE);
	struct drm_i915_gem_exec_object2 *object;
	struct i915_exec exec;

	map[0] = 1;
	expect_not_waited(c, "a page fault");
	munmap(map, PAGE);

	i915_gem_madvise(c->a, c->a_shared, I915_MADV_WILLNEED);
	expect_not_waited(c, "MADVISE");

	i915_exec_init(&exec, 0, I915_EXEC_BLT);
	i915_exec_add(&exec, i915_gem_create_batch(c->a));
	object = i915_exec_add(&exec, c->a_shared);
	object->flags |= EXEC_OBJECT_ASYNC;
	i915_expect_ret(i915_exec_submit(c->a, &exec), 0);
	expect_not_waited(c, "EXECBUFFER2");
	i915_gem_close(c->a, exec.object[0].handle);
}

/* B has relocations, too, which are read from memory that may have to be faulted in */
static void ring_full(int fd)
{
	struct drm_i915_gem_relocation_entry reloc = { .presumed_offset = -1 };
	struct clients c;

	clients_open(&c, fd);
	reloc.target_handle = c.b_shared;
	c.exec.object[1].relocation_count = 1;
	c.exec.object[1].relocs_ptr = (uintptr_t)&reloc;
	i915_sleeper_start(&c.sleeper, c.b, &c.exec, false);
	use_shared(&c);
	clients_close(&c);
}

/* B sleeps in one execbuf with a relocation in an object that its running batch uses. */
static void relocation_waits(int fd)
{
	struct drm_i915_gem_relocation_entry reloc = { .presumed_offset = -1 };
	struct drm_i915_gem_exec_object2 *object;
	struct clients c;
	__u32 busy;

	clients_open(&c, fd);
	busy = i915_gem_create(c.b, PAGE);
	i915_spin_end(&c.spin);
	i915_fence_wait(c.spin.fence, -1);
	i915_spin_fini(&c.spin);
	i915_spin_init(&c.spin, c.b, 0, I915_EXEC_RENDER, 0);
	i915_exec_add(&c.spin.exec, busy);
	i915_require_ok(i915_spin_submit(&c.spin));
	i915_spin_wait_running(&c.spin);

	reloc.target_handle = c.b_shared;
	object = i915_exec_add(&c.exec, busy);
	object->relocation_count = 1;
	object->relocs_ptr = (uintptr_t)&reloc;
	i915_sleeper_start(&c.sleeper, c.b, &c.exec, true);
	use_shared(&c);
	clients_close(&c);
}

static void nonblock(int fd)
{
	unsigned int n;
	struct i915_spin spin;
	struct i915_exec exec;
	int ret = 0;

	i915_spin_start(&spin, fd, 0, I915_EXEC_RENDER, 0);
	i915_exec_init(&exec, 0, I915_EXEC_RENDER);
	i915_exec_add(&exec, i915_gem_create_batch(fd));
	i915_require_ok(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK));
	for (n = 0; n < RING_REQUESTS && !ret; n++)
		ret = i915_exec_submit_once(fd, &exec);
	i915_expect_ret(ret, -EWOULDBLOCK);
	i915_expect(!i915_fence_status(spin.fence), "it did block, %u requests later", n);

	/* It is the ring that was full, and it empties. */
	i915_spin_fini(&spin);
	i915_require_ok(i915_gem_wait(fd, exec.object[0].handle, -1));
	i915_expect_ret(i915_exec_submit_once(fd, &exec), 0);
	i915_gem_close(fd, exec.object[0].handle);
}

/* A signal ends the sleep, not the batch that it waits for. */
static void killed_asleep(int fd)
{
	struct clients c;

	clients_open(&c, fd);
	i915_sleeper_start(&c.sleeper, c.b, &c.exec, false);
	i915_child_kill(&c.sleeper.child);
	i915_sleeper_join(&c.sleeper);
	expect_not_waited(&c, "the end of a process");
	i915_spin_fini(&c.spin);
	close(c.b);
	i915_gem_close(fd, c.a_shared);
}

static const struct i915_case cases[] = {
	{ .name = "shared-ring-full", .run = ring_full,
	  .what = "a client sleeps for room in its ring, another uses what they share" },
	{ .name = "shared-relocation", .run = relocation_waits,
	  .what = "a client sleeps before a relocation, another uses what they share" },
	{ .name = "nonblock", .run = nonblock,
	  .what = "O_NONBLOCK and a full ring: EWOULDBLOCK" },
	{ .name = "killed-asleep", .run = killed_asleep,
	  .what = "a process that sleeps for room in the ring can be killed" },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "A full ring is the business of the client it belongs to.");
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of the objects of an execbuf: who else wants the same one is waited
 * for, in vain or not; a list that cannot fit is refused; and what is bound
 * while a handle is being closed does not stay.
 */
#include "i915_util.h"

#define PAGE		4096
#define AT		0x10000000ull
#define RIVALS		4
#define ROUNDS		100

struct rival {
	int fd;
	__u64 ring;
};

static void want_the_address(struct i915_child *child, void *arg)
{
	const struct rival *rival = arg;
	struct i915_exec exec[2];
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(exec); n++) {
		i915_exec_init(&exec[n], 0, rival->ring);
		i915_exec_add_at(&exec[n], i915_gem_create_batch(rival->fd), AT);
	}
	i915_child_ready(child);
	i915_child_pause(child);
	for (n = 0; n < ROUNDS; n++) {
		struct i915_exec *next = &exec[n & 1];

		i915_require_ok(i915_exec_submit(rival->fd, next));
	}
	for (n = 0; n < ARRAY_SIZE(exec); n++)
		i915_gem_close(rival->fd, exec[n].object[0].handle);
}

/* Processes with one file, so in one address space, put different objects at one address. */
static void contended(int fd)
{
	struct i915_child child[RIVALS];
	struct rival rival[RIVALS];
	unsigned int n;

	i915_require_ok(i915_exec_nop(fd, 0, I915_EXEC_RENDER));
	for (n = 0; n < RIVALS; n++) {
		rival[n] = (struct rival){ fd, i915_engines[n].ring };
		i915_child_start(&child[n], want_the_address, &rival[n]);
		i915_child_wait_ready(&child[n]);
	}
	for (n = 0; n < RIVALS; n++)
		i915_child_release(&child[n]);
	for (n = 0; n < RIVALS; n++)
		i915_expect(!i915_child_join(&child[n]), "rival %u has failed", n);
}

static __u64 size_of_vm(int fd)
{
	__u64 size;

	i915_require_ok(i915_context_get(fd, 0, I915_CONTEXT_PARAM_GTT_SIZE, &size));

	return size;
}

/* An object padded to the whole address space takes it all, when the GPU has left it. */
static void all_of_it(int fd)
{
	struct i915_sleeper sleeper;
	struct i915_spin spin;
	struct i915_exec exec;

	i915_exec_init(&exec, 0, I915_EXEC_BLT);
	i915_exec_add(&exec, i915_gem_create_batch(fd));
	exec.object[0].flags |= EXEC_OBJECT_PAD_TO_SIZE;
	exec.object[0].pad_to_size = size_of_vm(fd);
	i915_expect_ret(i915_exec_submit(fd, &exec), 0);
	i915_require_ok(i915_gem_wait(fd, exec.object[0].handle, -1));

	i915_spin_start(&spin, fd, 0, I915_EXEC_RENDER, 0);
	i915_sleeper_start(&sleeper, fd, &exec, true);
	i915_spin_end(&spin);
	i915_expect_ret(i915_sleeper_join(&sleeper), 0);
	i915_spin_fini(&spin);
	i915_require_ok(i915_gem_wait(fd, exec.object[0].handle, -1));

	/* One page more is more than there is. */
	exec.object[0].pad_to_size += PAGE;
	i915_expect_ret(i915_exec_submit(fd, &exec), -ENOSPC);
	i915_gem_close(fd, exec.object[0].handle);
}

/* Nobody is waited for where the list itself is at fault. */
static void overlaps(int fd)
{
	struct i915_spin spin;
	struct i915_exec exec;

	i915_spin_start(&spin, fd, 0, I915_EXEC_RENDER, 0);
	i915_exec_init(&exec, 0, I915_EXEC_BLT);
	i915_exec_add_at(&exec, i915_gem_create_batch(fd), AT);
	i915_exec_add_at(&exec, i915_gem_create(fd, 2 * PAGE), AT - PAGE);
	i915_expect_ret(i915_exec_submit(fd, &exec), -ENOSPC);
	i915_expect(!i915_fence_status(spin.fence), "it took until the other batch ended");
	exec.object[1].offset -= PAGE;
	i915_expect_ret(i915_exec_submit(fd, &exec), 0);
	i915_require_ok(i915_gem_wait(fd, exec.object[0].handle, -1));
	i915_spin_fini(&spin);
	i915_gem_close(fd, exec.object[0].handle);
	i915_gem_close(fd, exec.object[1].handle);
}

struct importer {
	/* the importer's file, and its handle of an object of another file */
	int fd;
	__u32 shared;
	struct i915_spin spin;
	struct i915_exec exec;
	struct i915_sleeper sleeper;
	long vmas;
};

/* The importer's batches: one that runs, and one that is to use the shared object. */
static void importer_start(struct importer *im, int exporter)
{
	__u32 name = i915_gem_flink(exporter, i915_gem_create(exporter, PAGE));

	*im = (struct importer){ .fd = i915_open_or_die() };
	i915_exec_init(&im->exec, 0, I915_EXEC_RENDER);
	i915_exec_add(&im->exec, i915_gem_create_batch(im->fd));
	i915_require_ok(i915_exec_submit(im->fd, &im->exec));
	i915_settle(im->fd);
	im->vmas = i915_audit_alive(im->fd, "vma");
	i915_spin_start(&im->spin, im->fd, 0, I915_EXEC_RENDER, 0);
	im->shared = i915_gem_open_name(im->fd, name);
	i915_exec_add(&im->exec, im->shared);
}

/* Every handle but that of the batch is closed, and nothing runs. */
static void importer_end(struct importer *im, const char *when)
{
	i915_spin_fini(&im->spin);
	i915_settle(im->fd);
	i915_expect(i915_audit_alive(im->fd, "vma") == im->vmas,
		    "%ld VMAs before, %ld after the handle was closed %s", im->vmas,
		    i915_audit_alive(im->fd, "vma"), when);
	close(im->fd);
}

static void close_waiting_for_address(int fd)
{
	struct importer im;
	__u32 pinned;

	importer_start(&im, fd);
	pinned = i915_gem_create(im.fd, PAGE);
	i915_exec_add_at(&im.exec, pinned, im.spin.exec.object[0].offset);
	i915_sleeper_start(&im.sleeper, im.fd, &im.exec, true);
	i915_gem_close(im.fd, im.shared);
	i915_spin_end(&im.spin);
	i915_expect_ret(i915_sleeper_join(&im.sleeper), 0);
	i915_gem_close(im.fd, pinned);
	importer_end(&im, "while the execbuf waited for an address");
}

static void close_waiting_for_ring(int fd)
{
	struct importer im;

	importer_start(&im, fd);
	i915_sleeper_start(&im.sleeper, im.fd, &im.exec, false);
	i915_sleeper_stop(&im.sleeper);
	i915_gem_close(im.fd, im.shared);
	i915_spin_end(&im.spin);
	i915_expect_ret(i915_sleeper_join(&im.sleeper), 0);
	importer_end(&im, "while the execbuf waited for room in the ring");
}

static void nothing(int sig)
{
	(void)sig;
}

/*
 * The execbuf waits for two addresses, the shared object is closed before the
 * second wait, and then it comes to nothing: what it had bound in between must
 * not stay.
 */
static void close_then_interrupt(int fd)
{
	const struct sigaction action = { .sa_handler = nothing };
	__u32 first, second;
	struct i915_spin later;
	struct importer im;
	long vmas;

	sigaction(SIGUSR1, &action, NULL);
	importer_start(&im, fd);
	i915_spin_start(&later, im.fd, 0, I915_EXEC_BLT, 0);
	/* fixed addresses are seen to in this order */
	im.exec.object[1].flags |= EXEC_OBJECT_PINNED;
	im.exec.object[1].offset = AT;
	first = i915_gem_create(im.fd, PAGE);
	i915_exec_add_at(&im.exec, first, im.spin.exec.object[0].offset);
	second = i915_gem_create(im.fd, PAGE);
	i915_exec_add_at(&im.exec, second, later.exec.object[0].offset);

	i915_sleeper_start(&im.sleeper, im.fd, &im.exec, true);
	i915_gem_close(im.fd, im.shared);
	vmas = i915_audit_alive(im.fd, "vma");
	i915_spin_end(&im.spin);
	i915_require(i915_wait_for(i915_audit_alive(im.fd, "vma") > vmas, 20000),
		     "the execbuf does not go on to the second address");
	kill(im.sleeper.child.pid, SIGUSR1);
	i915_expect_ret(i915_sleeper_join(&im.sleeper), -EINTR);

	i915_spin_fini(&later);
	i915_gem_close(im.fd, first);
	i915_gem_close(im.fd, second);
	importer_end(&im, "before the execbuf was interrupted");
}

static const struct i915_case cases[] = {
	{ .name = "contended", .run = contended,
	  .what = "several processes want one address again and again" },
	{ .name = "whole-address-space", .run = all_of_it,
	  .what = "an object as large as the address space waits for its turn" },
	{ .name = "overlap", .run = overlaps,
	  .what = "two fixed addresses of one list overlap: ENOSPC, at once" },
	{ .name = "close-waiting-for-address", .run = close_waiting_for_address,
	  .what = "a handle is closed while its execbuf waits for an address" },
	{ .name = "close-waiting-for-ring", .run = close_waiting_for_ring,
	  .what = "a handle is closed while its execbuf waits for room in the ring" },
	{ .name = "close-then-interrupt", .run = close_then_interrupt,
	  .what = "a handle is closed, and its execbuf is interrupted later on" },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Addresses of an execbuf, and handles that are closed meanwhile.");
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Other processes: made, held, let go, killed.
 */
#include <sys/prctl.h>

#include "../i915_util.h"
#include "internal.h"

#define OTHER	"--wait-to-be-killed"

void i915_die_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void i915_child_start(struct i915_child *child, i915_child_fn run, void *arg)
{
	int ready[2], go[2];

	if (pipe2(ready, O_CLOEXEC) || pipe2(go, O_CLOEXEC))
		i915_fatal("pipe: %s", strerror(errno));

	fflush(stdout);
	child->pid = fork();
	if (child->pid < 0)
		i915_fatal("fork: %s", strerror(errno));
	if (!child->pid) {
		close(ready[0]);
		close(go[1]);
		i915_die_with_parent();
		child->ready = ready[1];
		child->go = go[0];
		run(child, arg);
		fflush(stdout);
		_exit(KSFT_PASS);
	}
	close(ready[1]);
	close(go[0]);
	child->ready = ready[0];
	child->go = go[1];
}

void i915_child_ready(struct i915_child *child)
{
	if (write(child->ready, "", 1) != 1)
		i915_fatal("the parent is gone");
}

void i915_child_pause(struct i915_child *child)
{
	char c;

	/* a byte or the end of the parent */
	if (read(child->go, &c, 1) < 0)
		i915_fatal("read: %s", strerror(errno));
}

void i915_child_become_other(void)
{
	execl("/proc/self/exe", "i915-other", OTHER, NULL);
	i915_fatal("exec: %s", strerror(errno));
}

void i915_child_other_main(int argc, char **argv)
{
	if (argc != 2 || strcmp(argv[1], OTHER))
		return;

	for (;;)
		pause();
}

void i915_child_wait_ready(struct i915_child *child)
{
	char c;

	if (read(child->ready, &c, 1) != 1)
		i915_fatal("the other process died before it was ready");
}

void i915_child_wait_other(struct i915_child *child)
{
	char c;

	/* the pipe's other end is closed by exec() */
	while (read(child->ready, &c, 1) > 0)
		;
}

void i915_child_release(struct i915_child *child)
{
	if (write(child->go, "", 1) != 1)
		i915_fatal("the other process is gone");
}

void i915_child_kill(struct i915_child *child)
{
	kill(child->pid, SIGKILL);
}

int i915_child_join(struct i915_child *child)
{
	int status;

	if (waitpid(child->pid, &status, 0) != child->pid)
		i915_fatal("waitpid: %s", strerror(errno));
	close(child->ready);
	close(child->go);

	return status;
}

void i915_child_finish(struct i915_child *child)
{
	int status;

	i915_child_release(child);
	status = i915_child_join(child);
	i915_require(!status, "the other process ended with status 0x%x", status);
}

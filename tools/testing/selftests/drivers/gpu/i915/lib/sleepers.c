// SPDX-License-Identifier: GPL-2.0
/*
 * A process that repeats one execbuf until that sleeps, as seen from outside.
 */
#include "../i915_util.h"
#include "internal.h"

#define FALL_ASLEEP_MS	20000

struct sleeper_notes {
	/* execbufs that are done */
	unsigned long done;
	/* do no more of them */
	bool stop;
	/* what the last one returned */
	int ret;
};

static void sleeper_run(struct i915_child *child, void *arg)
{
	struct i915_sleeper *sleeper = arg;
	struct sleeper_notes *notes = sleeper->notes;

	i915_child_ready(child);
	do {
		notes->ret = sleeper->once ? i915_exec_submit_once(sleeper->fd, sleeper->exec) :
					     i915_exec_submit(sleeper->fd, sleeper->exec);
		__atomic_add_fetch(&notes->done, 1, __ATOMIC_SEQ_CST);
	} while (!notes->ret && !sleeper->once && !__atomic_load_n(&notes->stop, __ATOMIC_SEQ_CST));
}

static bool is_asleep(pid_t pid)
{
	char path[64], text[512], *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (i915_read_file(path, text, sizeof(text)))
		return false;
	state = strrchr(text, ')');

	return state && state[1] == ' ' && state[2] == 'S';
}

/* Twice in a row, with nothing done in between */
static bool stays_asleep(const struct i915_sleeper *sleeper)
{
	const struct sleeper_notes *notes = sleeper->notes;
	unsigned long done = __atomic_load_n(&notes->done, __ATOMIC_SEQ_CST);

	if (!is_asleep(sleeper->child.pid))
		return false;
	i915_sleep_ms(100);

	return is_asleep(sleeper->child.pid) &&
	       done == __atomic_load_n(&notes->done, __ATOMIC_SEQ_CST);
}

void i915_sleeper_start(struct i915_sleeper *sleeper, int fd, struct i915_exec *exec, bool once)
{
	*sleeper = (struct i915_sleeper){ .fd = fd, .exec = exec, .once = once };
	sleeper->notes = mmap(NULL, sizeof(struct sleeper_notes), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	i915_require(sleeper->notes != MAP_FAILED, "mmap: %s", strerror(errno));

	i915_child_start(&sleeper->child, sleeper_run, sleeper);
	i915_child_wait_ready(&sleeper->child);
	i915_require(i915_wait_for(stays_asleep(sleeper), FALL_ASLEEP_MS),
		     "the execbuf does not sleep: %lu done, the last said %d",
		     ((struct sleeper_notes *)sleeper->notes)->done,
		     ((struct sleeper_notes *)sleeper->notes)->ret);
}

void i915_sleeper_stop(struct i915_sleeper *sleeper)
{
	struct sleeper_notes *notes = sleeper->notes;

	__atomic_store_n(&notes->stop, true, __ATOMIC_SEQ_CST);
}

int i915_sleeper_join(struct i915_sleeper *sleeper)
{
	struct sleeper_notes *notes = sleeper->notes;
	int ret;

	i915_child_join(&sleeper->child);
	ret = notes->ret;
	munmap(notes, sizeof(*notes));

	return ret;
}

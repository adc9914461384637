// SPDX-License-Identifier: GPL-2.0
/*
 * The module is not unloaded under what somebody holds of it; the refusal
 * changes nothing; and it can go once all is let go of.
 */
#include <sys/syscall.h>

#include "i915_util.h"

#define MODULE	"/sys/module/i915"

static int refcount(void)
{
	char text[16];

	i915_require_ok(i915_read_file(MODULE "/refcnt", text, sizeof(text)));

	return atoi(text);
}

/* Return: 0 or -errno; never waits. */
static int unload(void)
{
	return syscall(SYS_delete_module, "i915", O_NONBLOCK) ? -errno : 0;
}

static void refused(int fd)
{
	char state[64];
	unsigned int n;

	if (access(MODULE "/refcnt", F_OK))
		i915_skip("the driver is built in");
	close(fd);

	for (n = 0; n < i915_holders_count; n++) {
		const struct i915_holder *holder = &i915_holders[n];
		struct i915_held held;
		int before = refcount();

		if (holder->lets_module_go)
			continue;
		i915_hold(holder, &held);
		if (!i915_expect(unload() == -EWOULDBLOCK, "%s does not keep it", holder->name))
			return;
		i915_require_ok(i915_read_file(MODULE "/parameters/load_state", state,
					       sizeof(state)));
		i915_expect(!strcmp(state, "full"), "%s: state \"%s\"", holder->name, state);
		fd = i915_open_or_die();
		/* not on the engine that is held busy */
		i915_expect_ret(i915_exec_nop(fd, 0, I915_EXEC_BLT), 0);
		close(fd);
		i915_let_go(&held);
		/* requests are freed after a grace period, files by a worker */
		i915_expect(i915_wait_for(refcount() <= before, 5000),
			    "%s: %d references before, %d now", holder->name, before, refcount());
	}
}

static const struct i915_case cases[] = {
	{ "refused", "whatever is held of it keeps the module", refused, .limit_s = 120 },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "The module is not unloaded while it is in use.");
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The leak audit: how many of each kind of thing the driver has alive.
 */
#include "../i915_util.h"

bool i915_audit_exists(int fd)
{
	return i915_debugfs_has(fd, "i915_audit");
}

void i915_audit_read(int fd, struct i915_audit *audit)
{
	char path[128];
	FILE *file;

	i915_debugfs_path(fd, "i915_audit", path, sizeof(path));
	file = fopen(path, "r");
	if (!file)
		i915_fatal("%s: %s", path, strerror(errno));

	for (audit->kinds = 0; audit->kinds < I915_AUDIT_MAX; audit->kinds++) {
		if (fscanf(file, "%31s %ld", audit->kind[audit->kinds].name,
			   &audit->kind[audit->kinds].alive) != 2)
			break;
	}
	fclose(file);
	if (!audit->kinds)
		i915_fatal("%s: no line of the form \"kind count\"", path);
}

void i915_audit_take(int fd, struct i915_audit *audit)
{
	i915_settle(fd);
	i915_audit_read(fd, audit);
}

long i915_audit_of(const struct i915_audit *audit, const char *kind)
{
	unsigned int n;

	for (n = 0; n < audit->kinds; n++) {
		if (!strcmp(audit->kind[n].name, kind))
			return audit->kind[n].alive;
	}
	i915_fatal("the audit has no kind %s", kind);
}

long i915_audit_alive(int fd, const char *kind)
{
	struct i915_audit audit;

	i915_audit_read(fd, &audit);

	return i915_audit_of(&audit, kind);
}

static bool same(const struct i915_audit *a, const struct i915_audit *b)
{
	unsigned int n;

	for (n = 0; n < a->kinds && n < b->kinds; n++) {
		if (a->kind[n].alive != b->kind[n].alive)
			return false;
	}

	return a->kinds == b->kinds;
}

unsigned int i915_audit_compare(const struct i915_audit *before, const struct i915_audit *after,
				const char *when)
{
	unsigned int n, differ = 0;

	for (n = 0; n < before->kinds && n < after->kinds; n++) {
		if (before->kind[n].alive == after->kind[n].alive)
			continue;
		ksft_print_msg("leak %s: %s: %ld alive before, %ld now\n", when,
			       before->kind[n].name, before->kind[n].alive, after->kind[n].alive);
		differ++;
	}

	return differ + (before->kinds != after->kinds);
}

bool i915_audit_returns(int fd, const struct i915_audit *before, unsigned int limit_ms,
			const char *when)
{
	struct i915_audit now;

	if (i915_wait_for(({ i915_audit_read(fd, &now); same(before, &now); }), limit_ms))
		return true;

	i915_audit_compare(before, &now, when);

	return false;
}

/* SPDX-License-Identifier: MIT */
#ifndef _I915_ST_H_
#define _I915_ST_H_

#include <linux/jiffies.h>
#include <linux/prandom.h>
#include <linux/types.h>

#include "base/i915_audit.h"

struct drm_i915_private;
struct i915_suite;
struct i915_subtest;

/**
 * struct i915_st - one subtest while it runs
 */
struct i915_st {
	/** @suite: the suite it belongs to */
	const struct i915_suite *suite;
	/** @test: the subtest */
	const struct i915_subtest *test;
	/** @i915: a mock device of its own; NULL for a late subtest */
	struct drm_i915_private *i915;
	/** @before: what was alive before @i915 was made */
	struct i915_audit_snapshot before;
	/** @rnd: random numbers from st_random_seed */
	struct rnd_state rnd;
	/** @deadline: jiffies when something that can go on for ever has to end */
	unsigned long deadline;
	/** @err: 0, or the first thing that went wrong */
	int err;
};

/**
 * struct i915_subtest - a row of a suite
 */
struct i915_subtest {
	/** @name: of the subtest */
	const char *name;
	/** @run: does it; failures are noted in i915_st.err by the checks below */
	void (*run)(struct i915_st *st);
	/**
	 * @late: run in the task that loads the module, after the others of
	 * its suite, and without a device: for what ends after load has ended
	 */
	bool late;
};

/**
 * struct i915_suite - what one igt__N__mock_NAME parameter runs
 */
struct i915_suite {
	/** @name: as in the parameter */
	const char *name;
	/** @tests: its subtests */
	const struct i915_subtest *tests;
	/** @count: number of @tests */
	unsigned int count;
};

#define I915_SUBTEST(func)	{ .name = #func, .run = func }

/*
 * Checks: true if all is well. Otherwise they print what was seen and what was
 * expected, and note the failure. All of @what is "of what is this the value".
 */
bool st_eq(struct i915_st *st, const char *what, s64 saw, s64 expected);
bool st_true(struct i915_st *st, const char *what, bool saw);
bool st_ok(struct i915_st *st, const char *what, int err);
bool st_ptr(struct i915_st *st, const char *what, const void *ptr);

/* How many more of a kind are alive than before the subtest */
long st_alive(struct i915_st *st, enum i915_audit_kind kind);
bool st_alive_eq(struct i915_st *st, const char *when, enum i915_audit_kind kind, long expected);

static inline bool st_timed_out(struct i915_st *st)
{
	return time_after(jiffies, st->deadline);
}

#endif

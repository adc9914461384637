// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <drm/drm_print.h>

#include "base/i915_params.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/i915_selftest.h"
#include "selftests/i915_st.h"
#include "selftests/mock_device.h"

/**
 * DOC: Mock selftests
 *
 * They run inside the driver, at load, on devices that have no hardware:
 * i915.mock_selftests=1 runs them and then loads the driver, -1 runs only them.
 * The parameter then reads 1 (passed, driver loaded), -25 (-ENOTTY: passed, and
 * nothing was loaded, as asked), or the errno of a failure, with which nothing
 * is loaded either. A parameter igt__N__mock_NAME for each suite runs that
 * suite alone; st_filter selects by name.
 *
 * Each subtest gets a mock device of its own. The leak audit is taken before
 * the device is made and compared after it is gone: a subtest that leaks fails,
 * and the log names the kind and the count. For that nothing may be in flight
 * between the two, and the one thing a module cannot wait for is a file that
 * a user task lets go of: it is released when the task returns to user space.
 * So subtests run on a kernel worker, whose files go to a queue that can be
 * flushed. What a user task lets go of late is tested by "late" subtests.
 */

/*
 * Every suite by its number, which says when it runs. The parameter below it has
 * the same number and name; test suites outside read them from the module.
 */
static const struct i915_suite * const i915_mock_suites[] = {
	[1] = &i915_mock_sanitycheck_suite,
	[2] = &i915_mock_requests_suite,
	[3] = &i915_mock_objects_suite,
	[4] = &i915_mock_dmabuf_suite,
	[5] = &i915_mock_vma_suite,
	[6] = &i915_mock_evict_suite,
	[7] = &i915_mock_gtt_suite,
	[8] = &i915_mock_contexts_suite,
	[9] = &i915_mock_tlb_suite,
	[10] = &i915_mock_handles_suite,
	[11] = &i915_mock_ggtt_suite,
	[12] = &i915_mock_sched_suite,
	[13] = &i915_mock_awaits_suite,
	[14] = &i915_mock_registers_suite,
	[15] = &i915_mock_retire_suite,
	[16] = &i915_mock_wedge_suite,
	[17] = &i915_mock_execbuf_suite,
};

/* Suites asked for by their own parameter; none: all */
static bool i915_mock_suite_chosen[ARRAY_SIZE(i915_mock_suites)];

#define I915_SUITE_PARAM(n, name) \
	module_param_named(igt__##n##__mock_##name, i915_mock_suite_chosen[n], bool, 0400)

I915_SUITE_PARAM(1, sanitycheck);
I915_SUITE_PARAM(2, requests);
I915_SUITE_PARAM(3, objects);
I915_SUITE_PARAM(4, dmabuf);
I915_SUITE_PARAM(5, vma);
I915_SUITE_PARAM(6, evict);
I915_SUITE_PARAM(7, gtt);
I915_SUITE_PARAM(8, contexts);
I915_SUITE_PARAM(9, tlb);
I915_SUITE_PARAM(10, handles);
I915_SUITE_PARAM(11, ggtt);
I915_SUITE_PARAM(12, sched);
I915_SUITE_PARAM(13, awaits);
I915_SUITE_PARAM(14, registers);
I915_SUITE_PARAM(15, retire);
I915_SUITE_PARAM(16, wedge);
I915_SUITE_PARAM(17, execbuf);

static void st_failed(struct i915_st *st, int err)
{
	if (!st->err)
		st->err = err;
}

/**
 * st_eq - check a number
 * @st: the subtest
 * @what: what the number is
 * @saw: what it is
 * @expected: what it should be
 *
 * Return: are they equal?
 */
bool st_eq(struct i915_st *st, const char *what, s64 saw, s64 expected)
{
	if (saw == expected)
		return true;

	pr_err("i915: %s/%s: %s: saw %lld, expected %lld\n", st->suite->name, st->test->name, what,
	       saw, expected);
	st_failed(st, -EINVAL);

	return false;
}

/**
 * st_true - check a condition
 * @st: the subtest
 * @what: what is claimed, as a sentence
 * @saw: is it true
 *
 * Return: @saw.
 */
bool st_true(struct i915_st *st, const char *what, bool saw)
{
	if (saw)
		return true;

	pr_err("i915: %s/%s: not true that %s\n", st->suite->name, st->test->name, what);
	st_failed(st, -EINVAL);

	return false;
}

/**
 * st_ok - check that something succeeded
 * @st: the subtest
 * @what: what was tried
 * @err: how it went; zero and more is well
 *
 * Return: did it succeed?
 */
bool st_ok(struct i915_st *st, const char *what, int err)
{
	if (err >= 0)
		return true;

	pr_err("i915: %s/%s: %s failed: %pe\n", st->suite->name, st->test->name, what,
	       ERR_PTR(err));
	st_failed(st, err);

	return false;
}

/**
 * st_ptr - check that something was made
 * @st: the subtest
 * @what: what was made
 * @ptr: it, NULL, or an error
 *
 * Return: is it there?
 */
bool st_ptr(struct i915_st *st, const char *what, const void *ptr)
{
	return st_ok(st, what, ptr ? PTR_ERR_OR_ZERO(ptr) : -ENOMEM);
}

/**
 * st_alive - what a subtest keeps alive
 * @st: the subtest
 * @kind: what to count
 *
 * Return: how many more there are than before it began.
 */
long st_alive(struct i915_st *st, enum i915_audit_kind kind)
{
	return atomic_long_read(&i915_audit_alive[kind]) - st->before.alive[kind];
}

/**
 * st_alive_eq - check what a subtest keeps alive
 * @st: the subtest
 * @when: after what
 * @kind: what to count
 * @expected: how many more there should be than before it began
 *
 * Return: is it so?
 */
bool st_alive_eq(struct i915_st *st, const char *when, enum i915_audit_kind kind, long expected)
{
	long saw = st_alive(st, kind);

	if (saw == expected)
		return true;

	pr_err("i915: %s/%s: %s: %ld of kind %s are alive, expected %ld\n", st->suite->name,
	       st->test->name, when, saw, i915_audit_name(kind), expected);
	st_failed(st, -EINVAL);

	return false;
}

static void st_audit(struct i915_st *st, unsigned int devices)
{
	struct drm_printer p = drm_err_printer(NULL, "i915 selftest leaked");
	int kinds;

	kinds = i915_audit_compare(&st->before, &p);
	if (kinds) {
		pr_err("i915: %s/%s leaked things of %d kinds, named above\n", st->suite->name,
		       st->test->name, kinds);
		st_failed(st, -EBUSY);
	}
	st_eq(st, "mock devices alive after the subtest", mock_devices_alive(), devices);
}

static int st_run_one(const struct i915_suite *suite, const struct i915_subtest *test)
{
	struct i915_st st = {
		.suite = suite,
		.test = test,
		.deadline = jiffies + msecs_to_jiffies(i915_params.st_timeout),
	};
	unsigned int devices = mock_devices_alive();

	pr_info("i915: Running %s/%s\n", suite->name, test->name);
	prandom_seed_state(&st.rnd, i915_params.st_random_seed);
	i915_audit_take(&st.before);

	if (test->late) {
		test->run(&st);
		return st.err;
	}

	st.i915 = mock_device_create();
	if (!st_ptr(&st, "the mock device", st.i915))
		return st.err;

	test->run(&st);
	if (i915_params.st_fail == 1)
		st_true(&st, "st_fail was not asked for", false);
	st_ok(&st, "bringing the mock device to rest", mock_device_destroy(st.i915));
	mock_devices_settle(devices);
	/* as an object that is not let go of would show */
	if (i915_params.st_fail == 2)
		i915_audit_inc(I915_AUDIT_OBJECT);
	st_audit(&st, devices);
	if (i915_params.st_fail == 2)
		i915_audit_dec(I915_AUDIT_OBJECT);

	return st.err;
}

/*
 * The words of st_filter, separated by commas: "suite" or "suite/subtest", with
 * "!" in front to leave it out. The last word that fits decides.
 */
static bool st_wanted(const struct i915_suite *suite, const struct i915_subtest *test)
{
	const char *word = i915_params.st_filter;
	bool wanted;

	if (!word || !*word)
		return true;

	wanted = *word == '!';
	while (*word) {
		size_t len = strcspn(word, ",");
		bool out = *word == '!';
		char name[64];

		scnprintf(name, sizeof(name), "%.*s", (int)(len - out), word + out);
		if (!strncmp(name, suite->name, strlen(suite->name))) {
			const char *rest = name + strlen(suite->name);

			if (!*rest || (*rest == '/' && !strcmp(rest + 1, test->name)))
				wanted = !out;
		}

		word += len;
		word += *word == ',';
	}

	return wanted;
}

struct st_work {
	struct work_struct work;
	const struct i915_suite *suite;
	bool late;
	int err;
	unsigned int ran;
};

static void st_run_subtests(struct st_work *work)
{
	const struct i915_suite *suite = work->suite;
	unsigned int i;

	for (i = 0; i < suite->count && !work->err; i++) {
		if (suite->tests[i].late != work->late || !st_wanted(suite, &suite->tests[i]))
			continue;

		work->err = st_run_one(suite, &suite->tests[i]);
		work->ran++;
	}
}

static void st_worker(struct work_struct *work)
{
	st_run_subtests(container_of(work, struct st_work, work));
}

static int st_run_suite(const struct i915_suite *suite)
{
	struct st_work work = { .suite = suite };

	INIT_WORK_ONSTACK(&work.work, st_worker);
	queue_work(system_unbound_wq, &work.work);
	flush_work(&work.work);
	destroy_work_on_stack(&work.work);

	work.late = true;
	st_run_subtests(&work);

	if (work.err)
		pr_err("i915: mock_%s failed with %pe\n", suite->name, ERR_PTR(work.err));
	else
		pr_info("i915: mock_%s passed, %u subtests\n", suite->name, work.ran);

	return work.err;
}

static bool i915_mock_suites_chosen(void)
{
	return memchr_inv(i915_mock_suite_chosen, 0, sizeof(i915_mock_suite_chosen));
}

static int i915_mock_run_suites(void)
{
	bool all = !i915_mock_suites_chosen();
	unsigned int i;
	int ret = 0;

	while (!i915_params.st_random_seed)
		i915_params.st_random_seed = get_random_u32();

	pr_info("i915: mock selftests with st_random_seed=0x%x st_timeout=%u\n",
		i915_params.st_random_seed, i915_params.st_timeout);

	for (i = 1; i < ARRAY_SIZE(i915_mock_suites) && !ret; i++) {
		if (all || i915_mock_suite_chosen[i])
			ret = st_run_suite(i915_mock_suites[i]);
	}

	/*
	 * A task that returns to user space, also init where the driver is
	 * built in, releases there what the late subtests let go of. A kernel
	 * thread does not: wait for it here.
	 */
	if (current->flags & PF_KTHREAD)
		mock_devices_settle(0);

	return ret;
}

/**
 * i915_mock_selftests_requested - did the user ask for mock selftests?
 *
 * Context: any.
 * Return: true if i915_mock_selftests() will run some.
 */
bool i915_mock_selftests_requested(void)
{
	return i915_params.mock_selftests || i915_mock_suites_chosen();
}

/**
 * i915_mock_selftests - run the mock selftests if they were asked for
 *
 * A step of load. Leaves the result in the parameter mock_selftests.
 *
 * Context: process context, in the task that loads the module.
 * Return: 0 to go on with load, 1 to end it here.
 */
int i915_mock_selftests(void)
{
	bool only = i915_params.mock_selftests < 0;
	int ret;

	if (!i915_mock_selftests_requested())
		return 0;

	ret = i915_mock_run_suites();
	if (ret)
		i915_params.mock_selftests = ret;
	else
		i915_params.mock_selftests = only ? -ENOTTY : 1;

	return ret || only;
}

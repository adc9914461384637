// SPDX-License-Identifier: GPL-2.0
/*
 * To be preloaded into IGT's benchmarks: the clock their loops look at runs BENCH_CLOCK times as
 * fast, and sleeps of whole seconds are BENCH_SLEEP times as short.
 *
 * They measure for two seconds each, which on a virtual processor of one instruction a nanosecond
 * is two billion instructions; a sixteenth says the same. The kernel's clocks are as ever: no
 * timeout, spin or time slice of a driver changes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define NSEC	1000000000ull

static unsigned long long factor(const char *name)
{
	const char *value = getenv(name);
	long long number = value ? atoll(value) : 1;

	return number > 0 ? number : 1;
}

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	static int (*real)(clockid_t clock, struct timespec *ts);
	static unsigned long long times;
	unsigned long long ns;
	int ret;

	if (!real) {
		times = factor("BENCH_CLOCK");
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	}
	ret = real(clock, ts);
	if (ret || clock != CLOCK_MONOTONIC)
		return ret;

	ns = (ts->tv_sec * NSEC + ts->tv_nsec) * times;
	ts->tv_sec = ns / NSEC;
	ts->tv_nsec = ns % NSEC;

	return 0;
}

unsigned int sleep(unsigned int seconds)
{
	unsigned long long ns = seconds * NSEC / factor("BENCH_SLEEP");
	struct timespec ts = { ns / NSEC, ns % NSEC };

	return nanosleep(&ts, &ts) ? seconds : 0;
}

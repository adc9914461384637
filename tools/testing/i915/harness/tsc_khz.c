// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the rate of this machine's time stamp counter in kHz. Under emulation the guest reads the
 * same counter, and is told its rate: calibrating it against an emulated timer fails on a busy
 * machine.
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(void)
{
	struct timespec nap = { .tv_nsec = 200000000 };
	double t0 = now(), t1;
	unsigned long long c0 = __rdtsc();

	nanosleep(&nap, NULL);
	t1 = now();
	printf("%.0f\n", (__rdtsc() - c0) / (t1 - t0));
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef I915_FAULT_H
#define I915_FAULT_H

#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * Faults on demand of the virtual GPU (tools/testing/i915/gpu/README.md says
 * which there are). A program arms a rule, does what should survive it, and
 * looks whether it hit. On any other GPU there is no fault window: skip.
 */

#define I915_FAULT_BASE		0x7f2000
#define I915_FAULT_SIZE		0x1000
#define I915_FAULT_MAGIC	0x544c4146
/* words of the window */
#define I915_FAULT_CMD		(0x004 / 4)
#define I915_FAULT_RULE		(0x008 / 4)
#define I915_FAULT_HITS		(0x00c / 4)
#define I915_FAULT_SEEN		(0x010 / 4)
#define I915_FAULT_TIME		(0x018 / 4)
#define I915_FAULT_SEED		(0x020 / 4)
#define I915_FAULT_TEXT		(0x100 / 4)
#define I915_FAULT_TEXT_WORDS	64
#define I915_FAULT_WHY		(0x400 / 4)
#define I915_FAULT_WHY_WORDS	256

enum { I915_FAULT_ARM = 1, I915_FAULT_DISARM_ALL = 2, I915_FAULT_DISARM = 3 };

struct i915_fault {
	uint32_t *win;
	char why[4 * I915_FAULT_WHY_WORDS];	/* why the last rule was refused */
};

/* each access is one of the device's, in this order */
static inline void i915_fault_write(struct i915_fault *f, unsigned int word, uint32_t value)
{
	__atomic_store_n(&f->win[word], value, __ATOMIC_RELEASE);
}

static inline uint32_t i915_fault_read(struct i915_fault *f, unsigned int word)
{
	return __atomic_load_n(&f->win[word], __ATOMIC_ACQUIRE);
}

/* the first number in a file of the function in sysfs, 0 if there is none */
static inline unsigned long i915_fault_attribute(const char *dir, const char *name)
{
	char path[300], text[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (!fgets(text, sizeof(text), f))
		text[0] = 0;
	fclose(f);

	return strtoul(text, NULL, 0);
}

/* nobody decodes the BAR before a driver enables the function */
static inline void i915_fault_decode_bars(const char *dir)
{
	char path[300];
	int fd;

	if (i915_fault_attribute(dir, "enable"))
		return;
	snprintf(path, sizeof(path), "%s/enable", dir);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		fprintf(stderr, "%s: cannot be written\n", path);
	close(fd);
}

/*
 * The directory of the GPU in sysfs does not change while it is unbound or
 * "gone", and neither does the mapping: open once.
 * Return: 0, or -1 on a GPU that has no such window.
 */
static inline int i915_fault_open(struct i915_fault *f)
{
	glob_t found;
	char path[300];
	size_t i;

	f->win = NULL;
	f->why[0] = 0;
	if (glob("/sys/bus/pci/devices/*", 0, NULL, &found))
		return -1;
	for (i = 0; i < found.gl_pathc && !f->win; i++) {
		const char *dir = found.gl_pathv[i];
		uint32_t *map;
		int fd;

		if (i915_fault_attribute(dir, "vendor") != 0x8086 ||
		    i915_fault_attribute(dir, "class") >> 16 != 0x03)
			continue;
		i915_fault_decode_bars(dir);
		snprintf(path, sizeof(path), "%s/resource0", dir);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		map = mmap(NULL, I915_FAULT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			   I915_FAULT_BASE);
		close(fd);
		if (map == MAP_FAILED)
			continue;
		f->win = map;
		if (i915_fault_read(f, 0) != I915_FAULT_MAGIC) {
			munmap(map, I915_FAULT_SIZE);
			f->win = NULL;
		}
	}
	globfree(&found);

	return f->win ? 0 : -1;
}

/* Return: the number of the rule, or 0 with f->why. */
static inline unsigned int i915_fault_arm(struct i915_fault *f, const char *rule)
{
	uint32_t words[I915_FAULT_TEXT_WORDS] = { 0 };
	unsigned int i;

	if (strlen(rule) >= sizeof(words)) {
		snprintf(f->why, sizeof(f->why), "a rule has at most %zu characters",
			 sizeof(words) - 1);
		return 0;
	}
	memcpy(words, rule, strlen(rule));
	for (i = 0; i < I915_FAULT_TEXT_WORDS; i++)
		i915_fault_write(f, I915_FAULT_TEXT + i, words[i]);
	i915_fault_write(f, I915_FAULT_CMD, I915_FAULT_ARM);
	if (!i915_fault_read(f, I915_FAULT_CMD))
		return i915_fault_read(f, I915_FAULT_RULE);
	for (i = 0; i < I915_FAULT_WHY_WORDS; i++) {
		uint32_t word = i915_fault_read(f, I915_FAULT_WHY + i);

		memcpy(f->why + 4 * i, &word, 4);
	}
	f->why[sizeof(f->why) - 1] = 0;

	return 0;
}

/* How often did it hit? Also after it is spent. */
static inline unsigned int i915_fault_hits(struct i915_fault *f, unsigned int rule)
{
	i915_fault_write(f, I915_FAULT_RULE, rule);

	return i915_fault_read(f, I915_FAULT_HITS);
}

/* How many events has it looked at? */
static inline unsigned int i915_fault_seen(struct i915_fault *f, unsigned int rule)
{
	i915_fault_write(f, I915_FAULT_RULE, rule);

	return i915_fault_read(f, I915_FAULT_SEEN);
}

/* Another schedule from now on; 0: the plain one. */
static inline void i915_fault_seed(struct i915_fault *f, uint64_t seed)
{
	i915_fault_write(f, I915_FAULT_SEED, seed);
	i915_fault_write(f, I915_FAULT_SEED + 1, seed >> 32);
}

/* All rules; and what is stuck or gone is there again. */
static inline void i915_fault_disarm(struct i915_fault *f)
{
	i915_fault_write(f, I915_FAULT_CMD, I915_FAULT_DISARM_ALL);
}

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef I915_WINDOW_H
#define I915_WINDOW_H

#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * The windows that the virtual GPU has behind its registers, for programs
 * (tools/testing/i915/gpu/README.md): counters, faults. No other GPU has them.
 */

/* The first number in a file of the function in sysfs, 0 if there is none */
static inline unsigned long i915_window_attribute(const char *dir, const char *name)
{
	char path[300], text[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (!fgets(text, sizeof(text), file))
		text[0] = 0;
	fclose(file);

	return strtoul(text, NULL, 0);
}

/* Nobody decodes the BAR before a driver enables the function. */
static inline void i915_window_decode_bars(const char *dir)
{
	char path[300];
	int fd;

	if (i915_window_attribute(dir, "enable"))
		return;
	snprintf(path, sizeof(path), "%s/enable", dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		fprintf(stderr, "%s: cannot be written\n", path);
	close(fd);
}

static inline uint32_t *i915_window_map_of(const char *dir, off_t base, size_t size, uint32_t magic)
{
	char path[300];
	uint32_t *map;
	int fd;

	if (i915_window_attribute(dir, "vendor") != 0x8086 ||
	    i915_window_attribute(dir, "class") >> 16 != 0x03)
		return NULL;
	i915_window_decode_bars(dir);
	snprintf(path, sizeof(path), "%s/resource0", dir);
	fd = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, base);
	close(fd);
	if (map == MAP_FAILED)
		return NULL;
	if (__atomic_load_n(map, __ATOMIC_ACQUIRE) == magic)
		return map;
	munmap(map, size);

	return NULL;
}

/*
 * Map the window at @base of the first GPU that has it: one that begins with
 * @magic. It is there whatever becomes of the driver, and the mapping stays.
 * Return: NULL if no GPU has it.
 */
static inline uint32_t *i915_window_map(off_t base, size_t size, uint32_t magic)
{
	uint32_t *map = NULL;
	glob_t found;
	size_t i;

	if (glob("/sys/bus/pci/devices/*", 0, NULL, &found))
		return NULL;
	for (i = 0; i < found.gl_pathc && !map; i++)
		map = i915_window_map_of(found.gl_pathv[i], base, size, magic);
	globfree(&found);

	return map;
}

/* Each access is one of the device's, in this order; @word counts from the window's begin. */
static inline void i915_window_write(uint32_t *window, unsigned int word, uint32_t value)
{
	__atomic_store_n(&window[word], value, __ATOMIC_RELEASE);
}

static inline uint32_t i915_window_read(const uint32_t *window, unsigned int word)
{
	return __atomic_load_n(&window[word], __ATOMIC_ACQUIRE);
}

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef I915_BENCH_H
#define I915_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include <drm/i915_drm.h>

#include "../../selftests/drivers/gpu/i915/i915_ioctl.h"

#define PAGE	4096u
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/**
 * struct bench - what an operation works with
 * @fd: the device, one open file
 * @fd2: a second open file of the same device
 * @handle: an object of one page whose content is a batch that ends at once
 * @n: how many times the operation is to be done
 * @handles: scratch of operations that need many objects
 * @id: scratch: a context, VM, name or syncobj
 * @prime: scratch: a dma-buf
 */
struct bench {
	int fd;
	int fd2;
	uint32_t handle;
	unsigned int n;
	uint32_t *handles;
	uint32_t id;
	int prime;
};

/**
 * struct bench_op - one row of the table
 * @name: row name
 * @n: default count
 * @setup: before the measured section, may be NULL
 * @run: the measured section: does the operation b->n times
 * @teardown: after it, may be NULL
 */
struct bench_op {
	const char *name;
	unsigned int n;
	int (*setup)(struct bench *b);
	int (*run)(struct bench *b);
	void (*teardown)(struct bench *b);
};

extern const struct bench_op bench_ops[];
extern const unsigned int bench_ops_count;

/* dev.c: thin wrappers of the ioctls, each 0 or -errno */
int dev_open(void);
int dev_create(int fd, uint64_t size, uint32_t *handle);
void dev_close(int fd, uint32_t handle);
int dev_batch(int fd, uint32_t *handle);
int dev_exec(int fd, uint32_t ctx, uint32_t handle);
int dev_wait(int fd, uint32_t handle);
int dev_context(int fd, uint32_t vm, uint32_t *id);
void dev_context_destroy(int fd, uint32_t id);

/* memory.c */
int memory_run(void);

/* measure.c */
int measure_init(void);
void measure_begin(const char *name);
void measure_end(const char *name, unsigned int n);

#endif

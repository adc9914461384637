/* SPDX-License-Identifier: GPL-2.0 */
#ifndef I915_UTIL_H
#define I915_UTIL_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <drm/drm.h>
#include <drm/i915_drm.h>

#include "../../../kselftest.h"

/*
 * What the tests of this directory have in common: the device, the few ioctls
 * they need, debugfs, and the leak audit. Helpers that cannot fail in a test
 * that makes sense end it with a message; the others return -errno.
 */

#define I915_DEBUGFS	"/sys/kernel/debug"

/* Bits of i915_gem_drop_caches */
#define DROP_RETIRE	0x4
#define DROP_ACTIVE	0x8
#define DROP_FREED	0x10
#define DROP_IDLE	0x40

#define I915_AUDIT_MAX	32

struct i915_audit {
	unsigned int kinds;
	struct {
		char name[32];
		long alive;
	} kind[I915_AUDIT_MAX];
};

#define i915_fatal(fmt, ...) \
	ksft_exit_fail_msg("%s: " fmt "\n", __func__, ##__VA_ARGS__)

static inline int i915_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret && (errno == EINTR || errno == EAGAIN));

	return ret ? -errno : 0;
}

static inline bool i915_is_i915(int fd)
{
	char name[16] = "";
	struct drm_version version = { .name = name, .name_len = sizeof(name) - 1 };

	return !i915_ioctl(fd, DRM_IOCTL_VERSION, &version) && !strcmp(name, "i915");
}

/* Return: a new file of the first i915 card, or -ENODEV. */
static inline int i915_open(void)
{
	char path[32];
	int card, fd;

	for (card = 0; card < 16; card++) {
		snprintf(path, sizeof(path), "/dev/dri/card%d", card);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (i915_is_i915(fd))
			return fd;
		close(fd);
	}

	return -ENODEV;
}

static inline int i915_open_or_die(void)
{
	int fd = i915_open();

	if (fd < 0)
		i915_fatal("no i915 card any more");

	return fd;
}

static inline __u32 i915_gem_create(int fd, __u64 size)
{
	struct drm_i915_gem_create create = { .size = size };
	int ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_CREATE, &create);

	if (ret)
		i915_fatal("GEM_CREATE: %s", strerror(-ret));

	return create.handle;
}

/* A batch that ends at once */
static inline __u32 i915_gem_create_batch(int fd)
{
	static const __u32 batch_end[2] = { 0x05000000 };
	__u32 handle = i915_gem_create(fd, 4096);
	struct drm_i915_gem_pwrite pwrite = {
		.handle = handle,
		.size = sizeof(batch_end),
		.data_ptr = (uintptr_t)batch_end,
	};
	int ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_PWRITE, &pwrite);

	if (ret)
		i915_fatal("GEM_PWRITE: %s", strerror(-ret));

	return handle;
}

static inline void i915_gem_close(int fd, __u32 handle)
{
	struct drm_gem_close close = { .handle = handle };
	int ret = i915_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &close);

	if (ret)
		i915_fatal("GEM_CLOSE: %s", strerror(-ret));
}

/* Return: the global name of an object. */
static inline __u32 i915_gem_flink(int fd, __u32 handle)
{
	struct drm_gem_flink flink = { .handle = handle };
	int ret = i915_ioctl(fd, DRM_IOCTL_GEM_FLINK, &flink);

	if (ret)
		i915_fatal("GEM_FLINK: %s", strerror(-ret));

	return flink.name;
}

static inline __u32 i915_gem_open_name(int fd, __u32 name)
{
	struct drm_gem_open open = { .name = name };
	int ret = i915_ioctl(fd, DRM_IOCTL_GEM_OPEN, &open);

	if (ret)
		i915_fatal("GEM_OPEN: %s", strerror(-ret));

	return open.handle;
}

/* Run a batch in the default context. Return: the address it was given. */
static inline __u64 i915_gem_exec(int fd, __u32 handle)
{
	struct drm_i915_gem_exec_object2 object = { .handle = handle };
	struct drm_i915_gem_execbuffer2 execbuf = {
		.buffers_ptr = (uintptr_t)&object,
		.buffer_count = 1,
	};
	struct drm_i915_gem_wait wait = { .bo_handle = handle, .timeout_ns = -1 };
	int ret;

	object.offset = -1;
	ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &execbuf);
	if (ret)
		i915_fatal("GEM_EXECBUFFER2: %s", strerror(-ret));
	if (object.offset == (__u64)-1)
		i915_fatal("GEM_EXECBUFFER2 did not say where the object is");

	ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_WAIT, &wait);
	if (ret)
		i915_fatal("GEM_WAIT: %s", strerror(-ret));

	return object.offset;
}

static inline void i915_debugfs_mount(void)
{
	if (!access(I915_DEBUGFS "/dri", F_OK))
		return;

	mount("debugfs", I915_DEBUGFS, "debugfs", 0, NULL);
}

static inline void i915_debugfs_path(int fd, const char *name, char *path, size_t size)
{
	struct stat st;

	if (fstat(fd, &st))
		i915_fatal("fstat: %s", strerror(errno));

	snprintf(path, size, I915_DEBUGFS "/dri/%u/%s", minor(st.st_rdev), name);
}

static inline bool i915_debugfs_has(int fd, const char *name)
{
	char path[128];

	i915_debugfs_mount();
	i915_debugfs_path(fd, name, path, sizeof(path));

	return !access(path, R_OK);
}

/* Return: does a line of the file contain the text? */
static inline bool i915_debugfs_search(int fd, const char *name, const char *text)
{
	char path[128], line[1024];
	bool found = false;
	FILE *file;

	i915_debugfs_path(fd, name, path, sizeof(path));
	file = fopen(path, "r");
	if (!file)
		i915_fatal("%s: %s", path, strerror(errno));
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, text);
	fclose(file);

	return found;
}

static inline int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);

	return err;
}

/* Wait until nothing runs and what is finished has been cleaned up. */
static inline void i915_settle(int fd)
{
	char path[128], text[16];
	int ret;

	snprintf(text, sizeof(text), "0x%x", DROP_RETIRE | DROP_ACTIVE | DROP_IDLE);
	i915_debugfs_path(fd, "i915_gem_drop_caches", path, sizeof(path));
	ret = write_file(path, text);
	if (ret)
		i915_fatal("%s: %s", path, strerror(-ret));
}

static inline bool i915_audit_exists(int fd)
{
	return i915_debugfs_has(fd, "i915_audit");
}

static inline void i915_audit_take(int fd, struct i915_audit *audit)
{
	char path[128];
	FILE *file;

	i915_settle(fd);
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

/* Name every kind that differs. Return: their number. */
static inline unsigned int i915_audit_compare(const struct i915_audit *before,
					      const struct i915_audit *after, const char *when)
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

/*
 * A process that shares an object by its name, runs a batch in it and stays
 * until i915_importer_end(), where it exits without cleaning up.
 */
struct i915_importer {
	pid_t pid;
	int release;
};

static inline void i915_importer_run(__u32 name, int ready, int release)
{
	int fd = i915_open_or_die();
	char c = 0;

	i915_gem_exec(fd, i915_gem_open_name(fd, name));
	if (write(ready, &c, 1) != 1 || read(release, &c, 1) < 0)
		_exit(KSFT_FAIL);

	/* the kernel closes the file and all that came with it */
	_exit(KSFT_PASS);
}

static inline struct i915_importer i915_importer_start(__u32 name)
{
	struct i915_importer importer;
	int ready[2], release[2];
	char c;

	if (pipe(ready) || pipe(release))
		i915_fatal("pipe: %s", strerror(errno));

	fflush(stdout);
	importer.pid = fork();
	if (importer.pid < 0)
		i915_fatal("fork: %s", strerror(errno));
	if (!importer.pid) {
		close(ready[0]);
		close(release[1]);
		i915_importer_run(name, ready[1], release[0]);
	}

	close(ready[1]);
	close(release[0]);
	if (read(ready[0], &c, 1) != 1)
		i915_fatal("the importer died before it had run its batch");
	close(ready[0]);
	importer.release = release[1];

	return importer;
}

static inline void i915_importer_end(struct i915_importer *importer)
{
	int status;

	close(importer->release);
	if (waitpid(importer->pid, &status, 0) != importer->pid || status)
		i915_fatal("the importer ended with status 0x%x", status);
}

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * The device: its file, and the files of debugfs and sysfs that belong to it.
 */
#include <dirent.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

#include "../i915_util.h"
#include "internal.h"

int i915_open_driver(const char *driver)
{
	return i915_open_node("card", 0, driver);
}

int i915_open(void)
{
	return i915_open_driver("i915");
}

int i915_open_or_die(void)
{
	int fd = i915_open();

	if (fd < 0)
		i915_fatal("no i915 card any more");

	return fd;
}

int i915_getparam(int fd, int param)
{
	int value = 0;
	struct drm_i915_getparam get = { .param = param, .value = &value };
	int ret = i915_ioctl(fd, DRM_IOCTL_I915_GETPARAM, &get);

	return ret ?: value;
}

int i915_gen(int fd)
{
	/* the upper byte of the PCI device id: 0x16 is Broadwell, 0x19 Skylake */
	return i915_getparam(fd, I915_PARAM_CHIPSET_ID) >> 8 >= 0x19 ? 9 : 8;
}

bool i915_preempts(int fd)
{
	int caps = i915_getparam(fd, I915_PARAM_HAS_SCHEDULER);

	return caps > 0 && caps & I915_SCHEDULER_CAP_PREEMPTION;
}

int i915_write_file(const char *path, const char *text)
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

int i915_read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, text, size - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return len;

	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';

	return 0;
}

void i915_debugfs_mount(void)
{
	if (!access(I915_DEBUGFS "/dri", F_OK))
		return;

	mount("debugfs", I915_DEBUGFS, "debugfs", 0, NULL);
}

static unsigned int minor_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		i915_fatal("fstat: %s", strerror(errno));

	return minor(st.st_rdev);
}

void i915_debugfs_path(int fd, const char *name, char *path, size_t size)
{
	snprintf(path, size, I915_DEBUGFS "/dri/%u/%s", minor_of(fd), name);
}

bool i915_debugfs_has(int fd, const char *name)
{
	char path[128];

	i915_debugfs_mount();
	i915_debugfs_path(fd, name, path, sizeof(path));

	return !access(path, F_OK);
}

bool i915_debugfs_search(int fd, const char *name, const char *text)
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

int i915_debugfs_write(int fd, const char *name, const char *text)
{
	char path[128];

	i915_debugfs_path(fd, name, path, sizeof(path));

	return i915_write_file(path, text);
}

void i915_drop_caches(int fd, unsigned int what)
{
	char text[16];
	int ret;

	snprintf(text, sizeof(text), "0x%x", what);
	ret = i915_debugfs_write(fd, "i915_gem_drop_caches", text);
	if (ret)
		i915_fatal("i915_gem_drop_caches: %s", strerror(-ret));
}

void i915_settle(int fd)
{
	i915_drop_caches(fd, DROP_RETIRE | DROP_ACTIVE | DROP_IDLE);
}

static void tunable_path(int fd, const char *engine, const char *name, char *path, size_t size)
{
	snprintf(path, size, "/sys/dev/char/226:%u/engine/%s/%s", minor_of(fd), engine, name);
}

int i915_engine_tune(int fd, const char *engine, const char *name, unsigned long value)
{
	char path[128], text[32];

	tunable_path(fd, engine, name, path, sizeof(path));
	snprintf(text, sizeof(text), "%lu", value);
	i915_report_tuned();

	return i915_write_file(path, text);
}

long i915_engine_tunable(int fd, const char *engine, const char *name)
{
	char path[128], text[32];
	int ret;

	tunable_path(fd, engine, name, path, sizeof(path));
	ret = i915_read_file(path, text, sizeof(text));

	return ret ?: atol(text);
}

static void engine_untune(int fd, const char *engine)
{
	char path[128], file[400], value[32];
	struct dirent *entry;
	DIR *dir;

	tunable_path(fd, engine, ".defaults", path, sizeof(path));
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (*entry->d_name == '.' || i915_read_file(file, value, sizeof(value)))
			continue;
		snprintf(file, sizeof(file), "%s/../%s", path, entry->d_name);
		if (i915_write_file(file, value))
			ksft_print_msg("%s cannot be put back\n", file);
	}
	if (dir)
		closedir(dir);
}

void i915_engine_untune(int fd)
{
	unsigned int n;

	for (n = 0; n < I915_ENGINES; n++)
		engine_untune(fd, i915_engines[n].name);
}

void i915_heartbeat(int fd, unsigned long ms)
{
	unsigned int n;
	int ret;

	for (n = 0; n < I915_ENGINES; n++) {
		ret = i915_engine_tune(fd, i915_engines[n].name, "heartbeat_interval_ms", ms);
		if (ret)
			i915_fatal("%s: %s", i915_engines[n].name, strerror(-ret));
	}
}

void i915_param_set(int fd, const char *name, const char *value)
{
	char file[64];
	int ret;

	snprintf(file, sizeof(file), "i915_params/%s", name);
	ret = i915_debugfs_write(fd, file, value);
	if (ret)
		i915_fatal("%s=%s: %s", name, value, strerror(-ret));
}

struct i915_slot i915_slot(int fd)
{
	struct i915_slot slot;
	char path[64], target[256];
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/dev/char/226:%u/device", minor_of(fd));
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		i915_fatal("%s: %s", path, strerror(errno));
	target[len] = '\0';
	snprintf(slot.name, sizeof(slot.name), "%.31s", strrchr(target, '/') + 1);

	return slot;
}

int i915_unbind(const struct i915_slot *slot)
{
	return i915_write_file(I915_DRIVER "/unbind", slot->name);
}

int i915_bind(const struct i915_slot *slot)
{
	return i915_write_file(I915_DRIVER "/bind", slot->name);
}

long i915_meminfo(const char *key)
{
	FILE *file = fopen("/proc/meminfo", "r");
	size_t len = strlen(key);
	char line[128];
	long kib = -1;

	if (!file)
		i915_fatal("/proc/meminfo: %s", strerror(errno));
	while (kib < 0 && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, key, len) && line[len] == ':')
			kib = atol(line + len + 1);
	}
	fclose(file);
	if (kib < 0)
		i915_fatal("/proc/meminfo has no %s", key);

	return kib;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Objects: what is in them, and the ways to share them.
 */
#include "../i915_util.h"

__u32 i915_gem_create(int fd, __u64 size)
{
	struct drm_i915_gem_create create = { .size = size };
	int ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_CREATE, &create);

	if (ret)
		i915_fatal("GEM_CREATE: %s", strerror(-ret));

	return create.handle;
}

int i915_gem_pwrite(int fd, __u32 handle, __u64 offset, const void *data, __u64 size)
{
	struct drm_i915_gem_pwrite pwrite = {
		.handle = handle,
		.offset = offset,
		.size = size,
		.data_ptr = (uintptr_t)data,
	};

	return i915_ioctl(fd, DRM_IOCTL_I915_GEM_PWRITE, &pwrite);
}

int i915_gem_pread(int fd, __u32 handle, __u64 offset, void *data, __u64 size)
{
	struct drm_i915_gem_pread pread = {
		.handle = handle,
		.offset = offset,
		.size = size,
		.data_ptr = (uintptr_t)data,
	};

	return i915_ioctl(fd, DRM_IOCTL_I915_GEM_PREAD, &pread);
}

void i915_gem_write(int fd, __u32 handle, __u64 offset, const void *data, __u64 size)
{
	i915_require_ok(i915_gem_pwrite(fd, handle, offset, data, size));
}

__u32 i915_gem_read32(int fd, __u32 handle, __u64 offset)
{
	__u32 value;

	i915_require_ok(i915_gem_pread(fd, handle, offset, &value, sizeof(value)));

	return value;
}

void *i915_gem_map(int fd, __u32 handle, __u64 size, __u64 type, int flags)
{
	struct drm_i915_gem_mmap_offset offset = { .handle = handle, .flags = type };
	void *map;

	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_I915_GEM_MMAP_OFFSET, &offset));
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, offset.offset);
	if (map == MAP_FAILED)
		i915_fatal("mmap: %s", strerror(errno));

	return map;
}

void *i915_gem_mmap(int fd, __u32 handle, __u64 size)
{
	return i915_gem_map(fd, handle, size, I915_MMAP_OFFSET_WB, MAP_SHARED);
}

void i915_gem_close(int fd, __u32 handle)
{
	struct drm_gem_close close = { .handle = handle };
	int ret = i915_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &close);

	if (ret)
		i915_fatal("GEM_CLOSE: %s", strerror(-ret));
}

int i915_gem_madvise(int fd, __u32 handle, __u32 advice)
{
	struct drm_i915_gem_madvise madvise = { .handle = handle, .madv = advice };

	return i915_ioctl(fd, DRM_IOCTL_I915_GEM_MADVISE, &madvise);
}

int i915_gem_set_domain(int fd, __u32 handle, __u32 read, __u32 write)
{
	struct drm_i915_gem_set_domain domain = {
		.handle = handle,
		.read_domains = read,
		.write_domain = write,
	};

	return i915_ioctl(fd, DRM_IOCTL_I915_GEM_SET_DOMAIN, &domain);
}

int i915_gem_wait(int fd, __u32 handle, __s64 timeout_ns)
{
	struct drm_i915_gem_wait wait = { .bo_handle = handle, .timeout_ns = timeout_ns };

	return i915_ioctl(fd, DRM_IOCTL_I915_GEM_WAIT, &wait);
}

bool i915_gem_busy(int fd, __u32 handle)
{
	struct drm_i915_gem_busy busy = { .handle = handle };

	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_I915_GEM_BUSY, &busy));

	return busy.busy;
}

__u32 i915_gem_flink(int fd, __u32 handle)
{
	struct drm_gem_flink flink = { .handle = handle };
	int ret = i915_ioctl(fd, DRM_IOCTL_GEM_FLINK, &flink);

	if (ret)
		i915_fatal("GEM_FLINK: %s", strerror(-ret));

	return flink.name;
}

__u32 i915_gem_open_name(int fd, __u32 name)
{
	struct drm_gem_open open = { .name = name };
	int ret = i915_ioctl(fd, DRM_IOCTL_GEM_OPEN, &open);

	if (ret)
		i915_fatal("GEM_OPEN: %s", strerror(-ret));

	return open.handle;
}

int i915_gem_export(int fd, __u32 handle)
{
	struct drm_prime_handle prime = { .handle = handle, .flags = DRM_CLOEXEC | DRM_RDWR };

	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime));

	return prime.fd;
}

__u32 i915_gem_import(int fd, int dmabuf)
{
	struct drm_prime_handle prime = { .fd = dmabuf };

	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime));

	return prime.handle;
}

int i915_vgem_open(void)
{
	int fd = i915_open_driver("vgem");

	if (fd < 0 && !system("modprobe -q vgem"))
		fd = i915_open_driver("vgem");
	if (fd < 0)
		i915_skip("no vgem (CONFIG_DRM_VGEM)");

	return fd;
}

__u32 i915_vgem_create(int vgem, __u64 size)
{
	/* rows of one page */
	struct drm_mode_create_dumb dumb = { .width = 1024, .height = size / 4096, .bpp = 32 };

	i915_require_ok(i915_ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb));
	i915_require(dumb.size >= size, "it has %llu bytes", (unsigned long long)dumb.size);

	return dumb.handle;
}

void *i915_vgem_mmap(int vgem, __u32 handle, __u64 size)
{
	struct drm_mode_map_dumb dumb = { .handle = handle };
	void *map;

	i915_require_ok(i915_ioctl(vgem, DRM_IOCTL_MODE_MAP_DUMB, &dumb));
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vgem, dumb.offset);
	if (map == MAP_FAILED)
		i915_fatal("mmap: %s", strerror(errno));

	return map;
}

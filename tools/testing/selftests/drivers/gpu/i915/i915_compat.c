// SPDX-License-Identifier: GPL-2.0
/*
 * A 32-bit program on a 64-bit kernel: the ioctls of the i915 user API, as far
 * as the driver implements them, with the right result of each. That the
 * structs have the layout they have in a 64-bit program is checked when this is
 * compiled; GETPARAM, the one with a pointer in it, has to be translated.
 *
 * Built with the kernel's nolibc, so no 32-bit C library is needed. It needs a
 * kernel with CONFIG_IA32_EMULATION.
 */

#include <stdbool.h>

#include <asm/mman.h>

#include <drm/drm.h>
#include <drm/i915_drm.h>

#include "../../../kselftest.h"

/* Does not compile where the size differs: an array of less than nothing. */
#define LAYOUT(name, size) \
	((void)sizeof(char[1 - 2 * (sizeof(struct drm_i915_##name) != (size))]))

/* Sizes in a 64-bit program. With any of its fields the end would move. */
static void check_layout(void)
{
	LAYOUT(gem_create, 16);
	LAYOUT(gem_create_ext, 24);
	LAYOUT(gem_create_ext_memory_regions, 48);
	LAYOUT(gem_pread, 32);
	LAYOUT(gem_pwrite, 32);
	LAYOUT(gem_mmap, 40);
	LAYOUT(gem_mmap_offset, 32);
	LAYOUT(gem_set_domain, 12);
	LAYOUT(gem_sw_finish, 4);
	LAYOUT(gem_caching, 8);
	LAYOUT(gem_madvise, 12);
	LAYOUT(gem_busy, 8);
	LAYOUT(gem_wait, 16);
	LAYOUT(gem_get_aperture, 16);
	LAYOUT(gem_set_tiling, 16);
	LAYOUT(gem_get_tiling, 16);
	LAYOUT(gem_userptr, 24);
	LAYOUT(gem_exec_object2, 56);
	LAYOUT(gem_relocation_entry, 32);
	LAYOUT(gem_exec_fence, 8);
	LAYOUT(gem_execbuffer_ext_timeline_fences, 56);
	LAYOUT(gem_execbuffer2, 64);
	LAYOUT(gem_context_create, 8);
	LAYOUT(gem_context_create_ext, 16);
	LAYOUT(gem_context_create_ext_setparam, 56);
	LAYOUT(gem_context_destroy, 8);
	LAYOUT(gem_context_param, 24);
	LAYOUT(gem_context_param_sseu, 32);
	LAYOUT(gem_vm_control, 16);
	LAYOUT(reg_read, 16);
	LAYOUT(reset_stats, 24);
	LAYOUT(query, 16);
	LAYOUT(query_item, 24);
	LAYOUT(query_topology_info, 16);
	LAYOUT(engine_info, 56);
	LAYOUT(query_engine_info, 16);
	LAYOUT(memory_region_info, 88);
	LAYOUT(perf_open_param, 16);
	LAYOUT(perf_oa_config, 72);
	LAYOUT(get_pipe_from_crtc_id, 8);
}

/* Where the driver would write the value if it took the struct for a 64-bit one */
struct getparam {
	struct drm_i915_getparam args;
	__u32 beyond[2];
};

#define PAGE		4096
#define GUARD		0x5a5a5a5au
#define MAGIC		0xc0ffee00u

#define MI_BATCH_BUFFER_END	0x05000000u
#define MI_STORE_DWORD_IMM	0x10000002u

static int fd;

static __u64 addr(const void *p)
{
	return (unsigned long)p;
}

static int call(unsigned long request, void *args)
{
	int ret;

	do {
		ret = ioctl(fd, request, args);
	} while (ret && (errno == EINTR || errno == EAGAIN));

	return ret ? -errno : 0;
}

/* ioctl() succeeded, or the line says what it said */
static bool worked(unsigned long request, void *args, const char *what)
{
	int err = call(request, args);

	if (err)
		ksft_print_msg("%s: error %d\n", what, -err);

	return !err;
}

#define WORKS(name, args)	worked(DRM_IOCTL_I915_##name, args, #name)

static bool equal(const char *what, __u32 saw, __u32 expected)
{
	if (saw != expected)
		ksft_print_msg("%s: 0x%x, expected 0x%x\n", what, saw, expected);

	return saw == expected;
}

static __u32 create(void)
{
	struct drm_i915_gem_create args = { .size = PAGE };

	return WORKS(GEM_CREATE, &args) ? args.handle : 0;
}

static bool write_object(__u32 handle, const void *data, __u32 size)
{
	struct drm_i915_gem_pwrite args = {
		.handle = handle,
		.size = size,
		.data_ptr = addr(data),
	};

	return WORKS(GEM_PWRITE, &args);
}

static bool read_object(__u32 handle, void *data, __u32 size)
{
	struct drm_i915_gem_pread args = {
		.handle = handle,
		.size = size,
		.data_ptr = addr(data),
	};

	return WORKS(GEM_PREAD, &args);
}

/* Device id as sysfs has it, or 0 */
static __u32 sysfs_device(int card)
{
	char path[] = "/sys/class/drm/card0/device/device", text[16] = "";
	int file;

	path[sizeof("/sys/class/drm/card") - 1] += card;
	file = open(path, O_RDONLY);
	if (file < 0)
		return 0;
	if (read(file, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(file);

	return strtol(text, NULL, 16);
}

static int find_card(void)
{
	char path[] = "/dev/dri/card0", name[8] = "";
	struct drm_version version = { .name = name, .name_len = sizeof(name) - 1 };
	int card;

	for (card = 0; card < 10; card++) {
		path[sizeof(path) - 2] = '0' + card;
		fd = open(path, O_RDWR);
		if (fd < 0)
			continue;
		if (!call(DRM_IOCTL_VERSION, &version) && !strcmp(name, "i915"))
			return card;
		close(fd);
	}

	return -1;
}

static bool getparam_value(int card)
{
	int value[3] = { GUARD, GUARD, GUARD };
	struct getparam p = {
		.args = { .param = I915_PARAM_CHIPSET_ID, .value = &value[1] },
		.beyond = { GUARD, GUARD },
	};
	bool ok;

	ok = WORKS(GETPARAM, &p.args);
	ok &= equal("the device id", value[1], sysfs_device(card));
	ok &= equal("the word before the value", value[0], GUARD);
	ok &= equal("the word after the value", value[2], GUARD);
	ok &= equal("the word after the struct", p.beyond[0], GUARD);
	ok &= equal("the word after that", p.beyond[1], GUARD);

	return ok;
}

static bool getparam_errors(int card)
{
	struct getparam p = {
		.args = { .param = I915_PARAM_CHIPSET_ID, .value = NULL },
	};
	int value;
	bool ok;

	ok = equal("no address", -call(DRM_IOCTL_I915_GETPARAM, &p.args), EFAULT);

	p.args = (struct drm_i915_getparam){ .param = 9999, .value = &value };
	ok &= equal("no such parameter", -call(DRM_IOCTL_I915_GETPARAM, &p.args), EINVAL);
	ok &= equal("no struct", -call(DRM_IOCTL_I915_GETPARAM, NULL), EFAULT);

	return ok;
}

/* mmap() at a file offset that does not fit in this program's off_t. Return: NULL: failed. */
static void *map_at(__u64 offset)
{
	unsigned long pages = offset / PAGE;
	long ret;

	if (offset / PAGE != pages) {
		ksft_print_msg("the fake offset does not fit in the argument of mmap2()\n");
		return NULL;
	}

	ret = my_syscall6(__NR_mmap2, NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, pages);
	if (ret < 0 && ret > -PAGE) {
		ksft_print_msg("mmap2: error %ld\n", -ret);
		return NULL;
	}

	return (void *)ret;
}

static bool objects(int card)
{
	struct drm_i915_gem_mmap_offset offset = { .flags = I915_MMAP_OFFSET_WC };
	struct drm_i915_gem_set_domain domain = { .read_domains = I915_GEM_DOMAIN_CPU };
	struct drm_i915_gem_madvise madv = { .madv = I915_MADV_WILLNEED };
	struct drm_i915_gem_caching caching = { .caching = I915_CACHING_NONE };
	struct drm_i915_gem_wait wait = { .timeout_ns = -1 };
	struct drm_i915_gem_mmap map = { .size = PAGE };
	__u32 handle = create(), word = MAGIC, back = 0;
	struct drm_i915_gem_busy busy = {};
	__u32 *p;
	bool ok;

	domain.handle = handle;
	offset.handle = handle;
	madv.handle = handle;
	caching.handle = handle;
	wait.bo_handle = handle;
	busy.handle = handle;
	map.handle = handle;

	ok = handle && write_object(handle, &word, sizeof(word)) &&
	     read_object(handle, &back, sizeof(back));
	ok &= equal("PREAD", back, MAGIC);

	ok &= WORKS(GEM_MMAP, &map);
	p = (void *)(unsigned long)map.addr_ptr;
	ok = ok && equal("the upper half of the address", map.addr_ptr >> 32, 0) &&
	     equal("the mapping of GEM_MMAP", p[0], MAGIC);

	ok = ok && WORKS(GEM_MMAP_OFFSET, &offset);
	p = ok ? map_at(offset.offset) : NULL;
	if (!p)
		return false;
	ok &= equal("the mapping of the offset", p[0], MAGIC);

	ok &= WORKS(GEM_SET_DOMAIN, &domain);
	ok &= WORKS(GEM_MADVISE, &madv) && equal("retained", madv.retained, 1);
	ok &= WORKS(GEM_SET_CACHING, &caching);
	caching.caching = 77;
	ok &= WORKS(GEM_GET_CACHING, &caching) &&
	      equal("caching", caching.caching, I915_CACHING_NONE);
	ok &= WORKS(GEM_BUSY, &busy) && equal("busy", busy.busy, 0);
	ok &= WORKS(GEM_WAIT, &wait);

	return ok;
}

/* Context, address space, relocation above 4 GiB and a batch that stores a word */
static bool batch(int card)
{
	struct drm_i915_gem_context_create_ext ctx = {};
	struct drm_i915_gem_vm_control vm = {};
	struct drm_i915_gem_context_param param = { .param = I915_CONTEXT_PARAM_VM };
	struct drm_i915_gem_context_destroy destroy = {};
	struct drm_i915_reset_stats stats = {};
	__u32 target = create(), code = create(), back = 0;
	__u32 words[] = { MI_STORE_DWORD_IMM, 0, 0, MAGIC, MI_BATCH_BUFFER_END, 0 };
	struct drm_i915_gem_relocation_entry reloc = {
		.target_handle = target,
		.offset = 4,
		.presumed_offset = ~0ull,
		.write_domain = I915_GEM_DOMAIN_RENDER,
		.read_domains = I915_GEM_DOMAIN_RENDER,
	};
	struct drm_i915_gem_exec_object2 list[] = {
		{
			.handle = target,
			.offset = 5ull << 32,
			.flags = EXEC_OBJECT_PINNED | EXEC_OBJECT_SUPPORTS_48B_ADDRESS |
				 EXEC_OBJECT_WRITE,
		}, {
			.handle = code,
			.relocs_ptr = addr(&reloc),
			.relocation_count = 1,
		},
	};
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = addr(list),
		.buffer_count = 2,
	};
	struct drm_i915_gem_wait wait = { .bo_handle = target, .timeout_ns = -1 };
	bool ok;

	ok = target && code && write_object(code, words, sizeof(words)) &&
	     WORKS(GEM_VM_CREATE, &vm) && WORKS(GEM_CONTEXT_CREATE_EXT, &ctx);
	if (!ok)
		return false;

	param.ctx_id = ctx.ctx_id;
	param.value = vm.vm_id;
	ok = WORKS(GEM_CONTEXT_SETPARAM, &param);
	i915_execbuffer2_set_context_id(exec, ctx.ctx_id);
	ok &= WORKS(GEM_EXECBUFFER2, &exec) && WORKS(GEM_WAIT, &wait);
	ok &= read_object(target, &back, sizeof(back)) && equal("the word stored", back, MAGIC);
	ok &= equal("the upper half of the address written", reloc.presumed_offset >> 32, 5);

	param = (struct drm_i915_gem_context_param) {
		.ctx_id = ctx.ctx_id,
		.param = I915_CONTEXT_PARAM_GTT_SIZE,
	};
	ok &= WORKS(GEM_CONTEXT_GETPARAM, &param) &&
	      equal("GiB of address space", param.value >> 30, 1 << 18);
	stats.ctx_id = ctx.ctx_id;
	ok &= WORKS(GET_RESET_STATS, &stats) && equal("hangs", stats.batch_active, 0);
	destroy.ctx_id = ctx.ctx_id;
	ok &= WORKS(GEM_CONTEXT_DESTROY, &destroy);
	ok &= WORKS(GEM_VM_DESTROY, &vm);

	return ok;
}

static bool queries(int card)
{
	struct drm_i915_query_engine_info *info;
	struct drm_i915_query_item item = { .query_id = DRM_I915_QUERY_ENGINE_INFO };
	struct drm_i915_query query = { .num_items = 1, .items_ptr = addr(&item) };
	struct drm_i915_reg_read timestamp = { .offset = 0x2358 | I915_REG_READ_8B_WA };
	struct drm_i915_gem_get_aperture aperture = {};
	static __u64 buffer[256];
	bool ok;

	ok = WORKS(QUERY, &query);
	item.data_ptr = addr(buffer);
	ok &= WORKS(QUERY, &query);
	info = (void *)buffer;
	ok &= equal("length of the answer", item.length,
		    sizeof(*info) + info->num_engines * sizeof(info->engines[0]));
	ok &= equal("first engine", info->engines[0].engine.engine_class,
		    I915_ENGINE_CLASS_RENDER);

	ok &= WORKS(REG_READ, &timestamp);
	ok &= equal("the timestamp is zero", !timestamp.val, 0);
	ok &= WORKS(GEM_GET_APERTURE, &aperture);
	ok &= equal("GiB of aperture", aperture.aper_size >> 32 ? 4 : aperture.aper_size >> 30, 4);

	return ok;
}

static const struct {
	const char *name;
	bool (*run)(int card);
} tests[] = {
	{ "getparam-value", getparam_value },
	{ "getparam-errors", getparam_errors },
	{ "objects", objects },
	{ "batch", batch },
	{ "queries", queries },
};

int main(void)
{
	unsigned int n;
	int card;

	check_layout();
	ksft_print_header();
	card = find_card();
	if (card < 0)
		ksft_exit_skip("no i915 card in /dev/dri: is the module loaded, are you root?\n");

	ksft_set_plan(ARRAY_SIZE(tests));
	for (n = 0; n < ARRAY_SIZE(tests); n++)
		ksft_test_result(tests[n].run(card), "%s\n", tests[n].name);
	close(fd);
	ksft_finished();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * i915_kexec VMLINUX INITRD COMMAND-LINE: start another kernel from this one, at once, as
 * "kexec -l" and "kexec -e" do. Returns only when that fails.
 *
 * The kernel is taken to its 64-bit entry with a copy of the boot parameters of the running one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/elf.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE		4096ul
#define BOOT_PARAMS	"/sys/kernel/boot_params/data"

/* Where things go in the machine's memory: behind any kernel, and low enough for a small guest */
#define AT_PARAMS	0x0ff00000ul
#define AT_CMDLINE	(AT_PARAMS + PAGE)
#define AT_STUB		(AT_PARAMS + 2 * PAGE)
#define AT_INITRD	0x10000000ul

/* Offsets in struct boot_params: Documentation/arch/x86/zero-page.rst, boot.rst */
#define EXT_RAMDISK	0x0c0
#define EXT_CMDLINE	0x0c8
#define SENTINEL	0x1ef
#define RAMDISK_IMAGE	0x218
#define RAMDISK_SIZE	0x21c
#define CMDLINE_PTR	0x228
#define SETUP_DATA	0x250

static void die(const char *what)
{
	fprintf(stderr, "i915_kexec: %s: %s\n", what, strerror(errno));
	exit(1);
}

static size_t pages(size_t size)
{
	return (size + PAGE - 1) & ~(PAGE - 1);
}

/* Memory for a segment, zeroed */
static void *allocate(size_t size)
{
	void *p = mmap(NULL, pages(size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

/* The whole of a file; sysfs gives its size only to who reads it */
static void *slurp(const char *name, size_t *size)
{
	size_t room = 1 << 20, done = 0;
	char *data = malloc(room);
	int fd = open(name, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		die(name);
	while (data && (n = read(fd, data + done, room - done)) > 0) {
		done += n;
		if (done == room)
			data = realloc(data, room *= 2);
	}
	if (!data || n < 0)
		die(name);
	close(fd);
	*size = done;

	return data;
}

static void segment(struct kexec_segment *to, const void *data, size_t size, unsigned long at)
{
	to->buf = data;
	to->bufsz = size;
	to->mem = (void *)at;
	to->memsz = pages(size);
}

/* One segment for all that the kernel's image has, with its holes. Return: where it is entered */
static uint64_t kernel(const char *name, struct kexec_segment *to)
{
	uint64_t from = ~0ull, end = 0;
	size_t size;
	char *file = slurp(name, &size), *image;
	const struct elf64_hdr *elf = (void *)file;
	const struct elf64_phdr *part = (void *)(file + elf->e_phoff);
	unsigned int n;

	for (n = 0; n < elf->e_phnum; n++) {
		if (part[n].p_type != PT_LOAD)
			continue;
		if (part[n].p_paddr < from)
			from = part[n].p_paddr;
		if (part[n].p_paddr + part[n].p_memsz > end)
			end = part[n].p_paddr + part[n].p_memsz;
	}
	image = allocate(end - from);
	for (n = 0; n < elf->e_phnum; n++) {
		if (part[n].p_type == PT_LOAD)
			memcpy(image + part[n].p_paddr - from, file + part[n].p_offset,
			       part[n].p_filesz);
	}
	segment(to, image, end - from, from);

	return elf->e_entry;
}

/* mov $AT_PARAMS, %rsi; mov $entry, %rax; jmp *%rax */
static void stub(unsigned char *code, uint64_t entry)
{
	uint64_t params = AT_PARAMS;

	memcpy(code, "\x48\xbe", 2);
	memcpy(code + 2, &params, 8);
	memcpy(code + 10, "\x48\xb8", 2);
	memcpy(code + 12, &entry, 8);
	memcpy(code + 20, "\xff\xe0", 2);
}

static void set(char *params, unsigned int offset, uint32_t value)
{
	memcpy(params + offset, &value, sizeof(value));
}

/* Boot parameters, command line, and the jump to the kernel */
static void parameters(struct kexec_segment *to, const char *cmdline, uint64_t entry, size_t initrd)
{
	char *page = allocate(3 * PAGE), *running;
	size_t size;

	running = slurp(BOOT_PARAMS, &size);
	memcpy(page, running, size < PAGE ? size : PAGE);
	set(page, EXT_RAMDISK, 0);
	set(page, EXT_RAMDISK + 4, 0);
	set(page, EXT_CMDLINE, 0);
	page[SENTINEL] = 0;
	set(page, RAMDISK_IMAGE, AT_INITRD);
	set(page, RAMDISK_SIZE, initrd);
	set(page, CMDLINE_PTR, AT_CMDLINE);
	set(page, SETUP_DATA, 0);
	set(page, SETUP_DATA + 4, 0);
	snprintf(page + PAGE, PAGE, "%s", cmdline);
	stub((unsigned char *)page + 2 * PAGE, entry);
	segment(to, page, 3 * PAGE, AT_PARAMS);
}

int main(int argc, char **argv)
{
	struct kexec_segment segments[3];
	uint64_t entry;
	size_t size;
	void *initrd;

	if (argc != 4) {
		fprintf(stderr, "usage: i915_kexec VMLINUX INITRD COMMAND-LINE\n");
		return 2;
	}
	entry = kernel(argv[1], &segments[0]);
	initrd = slurp(argv[2], &size);
	segment(&segments[1], initrd, size, AT_INITRD);
	parameters(&segments[2], argv[3], entry, size);
	if (syscall(SYS_kexec_load, AT_STUB, 3ul, segments, KEXEC_ARCH_DEFAULT))
		die("kexec_load");
	sync();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL);
	die("reboot");
}

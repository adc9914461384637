/* SPDX-License-Identifier: GPL-2.0 */
#ifndef I915_UTIL_H
#define I915_UTIL_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <drm/drm.h>
#include <drm/i915_drm.h>

#include "../../../kselftest.h"
#include "i915_ioctl.h"

/*
 * What the tests of this directory have in common; the code is in lib/. In this
 * order: cases, the device and its files, the leak audit, objects, contexts,
 * execution, batches, fences, processes.
 *
 * A helper whose failure no sensible test expects ends the case with a message.
 * Those that return int return -errno, for tests of just that.
 */

#define I915_NSEC_PER_MSEC	1000000ull

/* ---- Cases: lib/cases.c ---- */

/**
 * struct i915_case - one named result of a program
 * @name: one word, the same in each run
 * @what: one line for --help
 * @run: the test, in a process of its own that ends with it; @fd is a new file
 *	of the device, which it may close
 * @limit_s: seconds after which it has failed; 0: I915_CASE_LIMIT_S
 * @flags: I915_CASE_*
 * @data: for @run, as i915_case_now()->data
 */
struct i915_case {
	const char *name;
	const char *what;
	void (*run)(int fd);
	unsigned int limit_s;
	unsigned int flags;
	const void *data;
};

#define I915_CASE_LIMIT_S	60

/* Leaves things alive on purpose: do not compare the audit before and after. */
#define I915_CASE_NO_AUDIT	0x1

/**
 * i915_cases_main - what main() of a program with cases consists of
 *
 * Understands --list-subtests, --run-subtest NAME (a shell pattern, may be
 * repeated) and --help. Each case runs in a process group of its own, which is
 * killed at the case's limit. What a case tuned with i915_engine_tune() is put
 * back, and a case that leaves something alive fails, with the kind that leaked.
 *
 * Return: the exit status.
 */
int i915_cases_main(int argc, char **argv, const struct i915_case *cases, unsigned int count,
		    const char *about);

/* Return: the case that runs now. */
const struct i915_case *i915_case_now(void);

/* The case has failed, and ends here. */
__noreturn __printf(2, 3) void i915_fail(const char *where, const char *fmt, ...);
/* The case has failed, and goes on. Return: false. */
__printf(2, 3) bool i915_complain(const char *where, const char *fmt, ...);
/* The case cannot run here, and ends. */
__noreturn __printf(1, 2) void i915_skip(const char *fmt, ...);
/* A line of comment in the output. */
__printf(1, 2) void i915_note(const char *fmt, ...);

#define i915_fatal(fmt, ...)	i915_fail(__func__, fmt, ##__VA_ARGS__)

/* Must hold: if not, the case has failed and ends (require) or goes on (expect). */
#define i915_require(cond, fmt, ...) \
	do { \
		if (!(cond)) \
			i915_fail(__func__, "expected " #cond ": " fmt, ##__VA_ARGS__); \
	} while (0)
#define i915_expect(cond, fmt, ...) \
	({ \
		bool ok_ = (cond); \
		if (!ok_) \
			i915_complain(__func__, "expected " #cond ": " fmt, ##__VA_ARGS__); \
		ok_; \
	})

/* An expression of type int that must be what is said, an errno as a rule. */
#define i915_expect_ret(expr, want) \
	({ \
		int got_ = (expr), want_ = (want); \
		bool ok_ = got_ == want_; \
		if (!ok_) \
			i915_complain(__func__, #expr " is %d, expected %d", got_, want_); \
		ok_; \
	})
#define i915_require_ok(expr) \
	({ \
		int got_ = (expr); \
		if (got_ < 0) \
			i915_fail(__func__, #expr ": %s", strerror(-got_)); \
		got_; \
	})

__u64 i915_now_ns(void);
__u64 i915_now_ms(void);
void i915_sleep_ms(unsigned int ms);

/* Poll once a millisecond. Return: did the condition come true in time? */
#define i915_wait_for(cond, limit_ms) \
	({ \
		__u64 until_ = i915_now_ms() + (limit_ms); \
		bool held_; \
		while (!(held_ = (cond)) && i915_now_ms() < until_) \
			i915_sleep_ms(1); \
		held_; \
	})

/* ---- The device and its files: lib/device.c ---- */

#define I915_DEBUGFS	"/sys/kernel/debug"
#define I915_DRIVER	"/sys/bus/pci/drivers/i915"

/* Bits of i915_gem_drop_caches */
#define DROP_UNBOUND		0x1
#define DROP_BOUND		0x2
#define DROP_RETIRE		0x4
#define DROP_ACTIVE		0x8
#define DROP_FREED		0x10
#define DROP_SHRINK_ALL		0x20
#define DROP_IDLE		0x40
#define DROP_RESET_ACTIVE	0x80
#define DROP_RCU		0x200

/* Return: a new file of the first card with this driver, or -ENODEV. */
int i915_open_driver(const char *driver);
/* Return: a new file of the first i915 card, or -ENODEV. */
int i915_open(void);
int i915_open_or_die(void);
/* Return: a value of I915_GETPARAM, or -errno. */
int i915_getparam(int fd, int param);
/* Return: 8 for Broadwell, 9 for Skylake. */
int i915_gen(int fd);
/* Return: can a context be taken from the engine in the middle of a batch? */
bool i915_preempts(int fd);

/* Return: 0 or -errno. */
int i915_write_file(const char *path, const char *text);
/* Reads a small file, without the newline at its end. Return: 0 or -errno. */
int i915_read_file(const char *path, char *text, size_t size);

void i915_debugfs_mount(void);
void i915_debugfs_path(int fd, const char *name, char *path, size_t size);
bool i915_debugfs_has(int fd, const char *name);
/* Return: does a line of the file contain the text? */
bool i915_debugfs_search(int fd, const char *name, const char *text);
int i915_debugfs_write(int fd, const char *name, const char *text);
/* Write DROP_* to i915_gem_drop_caches. */
void i915_drop_caches(int fd, unsigned int what);
/* Wait until nothing runs and what is finished has been cleaned up. */
void i915_settle(int fd);

/* A tunable of sysfs engine/: i915_cases_main() puts it back after the case. */
int i915_engine_tune(int fd, const char *engine, const char *name, unsigned long value);
long i915_engine_tunable(int fd, const char *engine, const char *name);
/* Find a hang quickly: each beat of each engine's heart takes so long, 0: never. */
void i915_heartbeat(int fd, unsigned long ms);
/* Module parameters that may change at run time, by way of debugfs i915_params. */
void i915_param_set(int fd, const char *name, const char *value);

struct i915_slot {
	/* of the PCI device, such as 0000:00:02.0 */
	char name[32];
};

struct i915_slot i915_slot(int fd);
/* Take the driver from the device, or give it back. Return: 0 or -errno. */
int i915_unbind(const struct i915_slot *slot);
int i915_bind(const struct i915_slot *slot);

/* Return: a line "key: value kB" of /proc/meminfo, in KiB. */
long i915_meminfo(const char *key);

/* ---- The leak audit: lib/audit.c ---- */

#define I915_AUDIT_MAX	32

struct i915_audit {
	unsigned int kinds;
	struct {
		char name[32];
		long alive;
	} kind[I915_AUDIT_MAX];
};

bool i915_audit_exists(int fd);
/* Settle, then read. */
void i915_audit_take(int fd, struct i915_audit *audit);
/* Read only: others may have work running. */
void i915_audit_read(int fd, struct i915_audit *audit);
/* Return: how many of the kind are alive. */
long i915_audit_of(const struct i915_audit *audit, const char *kind);
long i915_audit_alive(int fd, const char *kind);
/* Name every kind that differs. Return: their number. */
unsigned int i915_audit_compare(const struct i915_audit *before, const struct i915_audit *after,
				const char *when);
/*
 * Wait, without asking the driver for anything, until as much is alive as
 * before. Return: whether it came to that within the time; if not, the kinds
 * that differ have been named.
 */
bool i915_audit_returns(int fd, const struct i915_audit *before, unsigned int limit_ms,
			const char *when);

/* ---- Objects: lib/objects.c ---- */

__u32 i915_gem_create(int fd, __u64 size);
int i915_gem_pwrite(int fd, __u32 handle, __u64 offset, const void *data, __u64 size);
int i915_gem_pread(int fd, __u32 handle, __u64 offset, void *data, __u64 size);
/* Write or read, or end the case. */
void i915_gem_write(int fd, __u32 handle, __u64 offset, const void *data, __u64 size);
__u32 i915_gem_read32(int fd, __u32 handle, __u64 offset);
/* mmap() through I915_GEM_MMAP_OFFSET, I915_MMAP_OFFSET_WB and so on, or die. */
void *i915_gem_map(int fd, __u32 handle, __u64 size, __u64 type, int flags);
/* The usual mapping: cached, shared. */
void *i915_gem_mmap(int fd, __u32 handle, __u64 size);
void i915_gem_close(int fd, __u32 handle);
int i915_gem_madvise(int fd, __u32 handle, __u32 advice);
int i915_gem_set_domain(int fd, __u32 handle, __u32 read, __u32 write);
/* Return: 0, -ETIME, ...; a negative time waits for ever. */
int i915_gem_wait(int fd, __u32 handle, __s64 timeout_ns);
/* Return: is anything of the GPU still to use it? */
bool i915_gem_busy(int fd, __u32 handle);

/* Return: the global name of an object; the handle of a name. */
__u32 i915_gem_flink(int fd, __u32 handle);
__u32 i915_gem_open_name(int fd, __u32 name);
/* Return: a dma-buf; the handle of a dma-buf. */
int i915_gem_export(int fd, __u32 handle);
__u32 i915_gem_import(int fd, int dmabuf);

/* The vgem driver's objects: imports that are not our own. Skips without vgem. */
int i915_vgem_open(void);
__u32 i915_vgem_create(int vgem, __u64 size);
void *i915_vgem_mmap(int vgem, __u32 handle, __u64 size);

/* ---- Contexts and address spaces: lib/contexts.c ---- */

__u32 i915_context_create(int fd);
/* With parameters from birth. Return: 0 or -errno. */
int i915_context_create_with(int fd, const struct drm_i915_gem_context_param *params,
			     unsigned int count, __u32 *id);
/* A context in an address space of its own handle */
__u32 i915_context_create_in(int fd, __u32 vm);
int i915_context_destroy(int fd, __u32 id);
int i915_context_set(int fd, __u32 id, __u64 param, __u64 value);
int i915_context_get(int fd, __u32 id, __u64 param, __u64 *value);
int i915_reset_stats(int fd, __u32 id, struct drm_i915_reset_stats *stats);
/* The same, of a context that is there */
struct drm_i915_reset_stats i915_stats_of(int fd, __u32 id);

__u32 i915_vm_create(int fd);
int i915_vm_destroy(int fd, __u32 id);

/* ---- Execution: lib/exec.c ---- */

struct i915_engine {
	/* as in sysfs engine/ */
	const char *name;
	/* I915_EXEC_RENDER and so on, for contexts without an engine map */
	__u64 ring;
	__u16 class;
};

#define I915_ENGINES	4
extern const struct i915_engine i915_engines[I915_ENGINES];

#define I915_EXEC_OBJECTS	8

/**
 * struct i915_exec - one call of execbuffer2, to be filled in and submitted
 * @args: what the ioctl gets
 * @object: the list; the first is the batch
 */
struct i915_exec {
	struct drm_i915_gem_execbuffer2 args;
	struct drm_i915_gem_exec_object2 object[I915_EXEC_OBJECTS];
};

/* @ring: I915_EXEC_RENDER and so on, with any other flags */
void i915_exec_init(struct i915_exec *exec, __u32 ctx, __u64 ring);
/* Wherever the driver wants it; or just there. Return: the entry, for more flags. */
struct drm_i915_gem_exec_object2 *i915_exec_add(struct i915_exec *exec, __u32 handle);
struct drm_i915_gem_exec_object2 *i915_exec_add_at(struct i915_exec *exec, __u32 handle,
						   __u64 address);
/* Return: 0 or -errno. */
int i915_exec_submit(int fd, struct i915_exec *exec);
/* The same, but -EINTR and -EAGAIN are returned, too. */
int i915_exec_submit_once(int fd, struct i915_exec *exec);
/* Return: a sync file that tells of its end, or -errno. */
int i915_exec_submit_fence(int fd, struct i915_exec *exec);
/* Execute one batch with nothing else. Return: 0 or -errno. */
int i915_exec_batch(int fd, __u32 ctx, __u64 ring, __u32 batch);
/* Execute an empty batch and wait for it. Return: 0 or -errno. */
int i915_exec_nop(int fd, __u32 ctx, __u64 ring);
/* Run a batch in the default context. Return: the address it was given. */
__u64 i915_gem_exec(int fd, __u32 handle);

/* ---- Batches: lib/batches.c ---- */

#define MI_NOOP			0
#define MI_ARB_CHECK		(0x05 << 23)
#define MI_BATCH_BUFFER_END	(0x0a << 23)
#define MI_STORE_DWORD_IMM	(0x20 << 23 | 2)
#define MI_STORE_REGISTER_MEM	(0x24 << 23 | 2)
#define MI_BATCH_BUFFER_START	(0x31 << 23 | 1 << 8 | 1)
/* An opcode that no engine of these generations has */
#define MI_INVALID		(0x1f << 23)

/* A batch that ends at once */
__u32 i915_gem_create_batch(int fd);
/* A batch with an invalid instruction: the GPU stops there until it is reset. */
__u32 i915_batch_invalid(int fd);
/*
 * Store @value at @offset of @target, by a batch of @ctx on @ring that is closed
 * again, and do not wait. Return: a sync file.
 */
int i915_store(int fd, __u32 ctx, __u64 ring, __u32 target, __u64 offset, __u32 value);

/**
 * struct i915_spin - a batch that runs until it is told to end
 * @exec: its submission; more objects may be added before i915_spin_submit()
 * @fd: the file it belongs to
 * @handle: the batch
 * @map: the batch, as the CPU sees it
 * @fence: the sync file of its last submission, -1 before
 *
 * How fast the GPU begins plays no role: the batch says itself that it runs.
 */
struct i915_spin {
	struct i915_exec exec;
	int fd;
	__u32 handle;
	__u32 *map;
	int fence;
};

/* Cannot be preempted, and so never answers a heartbeat. */
#define I915_SPIN_RUDE		0x1

void i915_spin_init(struct i915_spin *spin, int fd, __u32 ctx, __u64 ring, unsigned int flags);
/* Return: 0 or -errno. */
int i915_spin_submit(struct i915_spin *spin);
/* Both of these, and wait until it runs. */
void i915_spin_start(struct i915_spin *spin, int fd, __u32 ctx, __u64 ring, unsigned int flags);
bool i915_spin_runs(const struct i915_spin *spin);
void i915_spin_wait_running(const struct i915_spin *spin);
/* Let it end; may be called in each process that shares the mapping. */
void i915_spin_end(struct i915_spin *spin);
/* Let it end, wait for that, and give back all that it has. */
void i915_spin_fini(struct i915_spin *spin);

/* ---- Fences: lib/fences.c ---- */

/* Return: 1: ended well; 0: not yet; -errno: ended with that error. */
int i915_fence_status(int fence);
/* Return: the same, when it has ended or the time is over. */
int i915_fence_wait(int fence, int limit_ms);
/* The name of the driver and of the timeline of its first fence */
void i915_fence_names(int fence, char driver[32], char timeline[32]);

__u32 i915_syncobj_create(int fd);
void i915_syncobj_destroy(int fd, __u32 handle);
/* Put the fence of a sync file in. */
void i915_syncobj_import(int fd, __u32 handle, int fence);
/* Return: a sync file of its fence, or -errno. */
int i915_syncobj_export(int fd, __u32 handle);
/* Return: 0, -ETIME, ... */
int i915_syncobj_wait(int fd, __u32 handle, __s64 timeout_ns);

/* Fences the test itself signals: debugfs sync/sw_sync. Skips without it. */
int i915_sw_sync_open(void);
int i915_sw_sync_fence(int timeline, unsigned int point);
void i915_sw_sync_advance(int timeline, unsigned int by);

/* ---- The kernel log: lib/klog.c ---- */

/* Return: a file that reads the log from here on. */
int i915_klog_open(void);
/* Complain of every line at warning level or worse. Return: was there none? */
bool i915_klog_clean(int klog);
/* The same but for lines with @expected in them. Return: how many of those, at any level. */
unsigned int i915_klog_count(int klog, const char *expected);

/* ---- Performance events: lib/events.c ---- */

struct perf_event_attr;

bool i915_event_source_exists(int fd);
/* Return: the type of the GPU's events. Skips in a kernel without any. */
int i915_event_type(int fd);
/* Return: a file that counts, on processor 0, or -errno. */
int i915_event_open_attr(const struct perf_event_attr *attr);
int i915_event_open(int fd, __u64 config);
__u64 i915_event_read(int event);

/* ---- What keeps a device or its driver: lib/holders.c ---- */

struct i915_holder;

/**
 * struct i915_held - something of the driver that is held, all else closed
 * @holder: what it is
 * @fd: a file, or -1
 * @map: a page of an object, or NULL
 */
struct i915_held {
	const struct i915_holder *holder;
	int fd;
	__u32 *map;
};

/**
 * struct i915_holder - a kind of thing that is held
 * @name: one word
 * @take: make it, with a file of the device that is closed afterwards
 * @end: before it is let go, or NULL
 * @lets_module_go: the module may be unloaded all the same
 */
struct i915_holder {
	const char *name;
	void (*take)(int fd, struct i915_held *held);
	void (*end)(struct i915_held *held);
	bool lets_module_go;
};

extern const struct i915_holder i915_holders[];
extern const unsigned int i915_holders_count;

void i915_hold(const struct i915_holder *holder, struct i915_held *held);
void i915_let_go(struct i915_held *held);

/* ---- Processes: lib/children.c ---- */

/**
 * struct i915_child - another process of the test
 * @pid: of it
 * @ready: where it says that it is
 * @go: where it is told to go on
 */
struct i915_child {
	pid_t pid;
	int ready;
	int go;
};

typedef void (*i915_child_fn)(struct i915_child *child, void *arg);

/* @run gets @arg in the new process, which exits with 0 when it returns. */
void i915_child_start(struct i915_child *child, i915_child_fn run, void *arg);
/* In the child: say that it is ready, wait to be told to go on. */
void i915_child_ready(struct i915_child *child);
void i915_child_pause(struct i915_child *child);
/* In the child: become another program, which waits to be killed. */
__noreturn void i915_child_become_other(void);
/* In the parent */
void i915_child_wait_ready(struct i915_child *child);
/* It has become another program, or ended: its files are closed. */
void i915_child_wait_other(struct i915_child *child);
void i915_child_release(struct i915_child *child);
void i915_child_kill(struct i915_child *child);
/* Return: its status, as waitpid() gives it. */
int i915_child_join(struct i915_child *child);
/* Let it go on and expect that it ends well. */
void i915_child_finish(struct i915_child *child);

/* ---- Execbufs that sleep: lib/sleepers.c ---- */

/**
 * struct i915_sleeper - a process, with the same files, that sleeps in an execbuf
 * @child: the process
 * @fd: the file of the execbuf
 * @exec: the execbuf; the list may have entries the process does not own
 * @once: one execbuf, also if it is interrupted; else one after the other
 * @notes: private
 */
struct i915_sleeper {
	struct i915_child child;
	int fd;
	struct i915_exec *exec;
	bool once;
	void *notes;
};

/* Returns when it sleeps. */
void i915_sleeper_start(struct i915_sleeper *sleeper, int fd, struct i915_exec *exec, bool once);
/* No more after the one it sleeps in */
void i915_sleeper_stop(struct i915_sleeper *sleeper);
/* Return: what the last execbuf said, 0 or -errno; 0 for one that was killed in it. */
int i915_sleeper_join(struct i915_sleeper *sleeper);

#endif

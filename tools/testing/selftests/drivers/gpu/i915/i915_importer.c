// SPDX-License-Identifier: GPL-2.0
/*
 * What an importer leaves behind: nothing, whichever way it got the object,
 * whatever its work is doing, and whichever way it goes. One case for each cell
 * of
 *
 *   how it got the object   x  what its batch does  x  how it goes  x  its VM
 *
 * as Documentation/gpu/i915/lifetimes.rst promises. The shared object is the
 * batch that the importer executes, so that the exporter, who has it mapped, can
 * let a running one end after the importer has gone. In each cell:
 *
 * - The end happens while a batch of somebody else still runs, and, where the
 *   importer's own is to run or wait, while that still does: nobody is waited for.
 * - When the GPU is done, as much is alive as before, by every kind of the audit.
 *   Nothing is asked of the driver meanwhile: no idling, no flush.
 * - An importer that lives on can use the address again.
 * - The exporter finds its data as it was.
 */
#include "i915_importer.h"

const struct way ways[SHARES] = {
	[FLINK] = { "flink", .by_name = true },
	[PRIME] = { "prime", .by_dmabuf = true },
	[BOTH] = { "both", .by_name = true, .by_dmabuf = true },
	[VGEM] = { "vgem", .by_dmabuf = true },
	[TWICE] = { "twice", .by_name = true, .again = true },
};

static const char * const state_name[] = { "idle", "queued", "running", "hung", "elsewhere" };
static const char * const end_name[] = {
	"exit", "kill", "context", "vm", "close", "close-in-exec", "unbind"
};

static const char * const vms_name[] = { "one", "shared", "handle" };

/* Whose work has nothing to do with the importer's */
#define OTHER_RING	I915_EXEC_VEBOX

/* ---- The exporter ---- */

static void write_batch(struct exporter *exporter)
{
	const __u64 loop = ADDRESS + LOOP * 4, mark = ADDRESS + MARK * 4;
	const __u32 code[] = {
		MI_STORE_DWORD_IMM, mark, mark >> 32, RUNS,
		exporter->cell->state == HUNG ? MI_NOOP : MI_ARB_CHECK,
		MI_BATCH_BUFFER_START, loop, loop >> 32,
	};

	exporter->map[0] = MI_BATCH_BUFFER_END;
	if (loops(exporter->cell))
		memcpy(exporter->map, code, sizeof(code));
}

static __u32 data(unsigned int n)
{
	return 0xda7a0000 + n * 7;
}

static void create_object(struct exporter *exporter)
{
	unsigned int n;
	__u32 handle;

	exporter->vgem = -1;
	exporter->dmabuf = -1;
	if (exporter->cell->share == VGEM) {
		exporter->vgem = i915_vgem_open();
		handle = i915_vgem_create(exporter->vgem, SIZE);
		exporter->map = i915_vgem_mmap(exporter->vgem, handle, SIZE);
		exporter->dmabuf = i915_gem_export(exporter->vgem, handle);
		if (exporter->cell->state == ELSEWHERE)
			exporter->handle = i915_gem_import(exporter->fd, exporter->dmabuf);
	} else {
		exporter->handle = i915_gem_create(exporter->fd, SIZE);
		exporter->map = i915_gem_mmap(exporter->fd, exporter->handle, SIZE);
		exporter->name = i915_gem_flink(exporter->fd, exporter->handle);
		if (ways[exporter->cell->share].by_dmabuf)
			exporter->dmabuf = i915_gem_export(exporter->fd, exporter->handle);
	}
	for (n = 0; n < DATA_DWORDS; n++)
		exporter->map[DATA + n] = data(n);
	exporter->map[MARK] = 0;
	write_batch(exporter);
}

static void create_others(struct exporter *exporter)
{
	/* first, for it may skip, and nobody is to leave a batch that runs */
	if (exporter->cell->state == QUEUED) {
		exporter->timeline = i915_sw_sync_open();
		exporter->fence = i915_sw_sync_fence(exporter->timeline, 1);
	}

	i915_spin_init(&exporter->other, exporter->fd, 0, OTHER_RING, 0);
	if (exporter->cell->state == ELSEWHERE)
		i915_exec_add(&exporter->other.exec, exporter->handle);
	i915_require_ok(i915_spin_submit(&exporter->other));
	i915_spin_wait_running(&exporter->other);
}

static void expect_other_runs(const struct exporter *exporter, const char *when)
{
	int status = i915_fence_status(exporter->other.fence);

	i915_expect(!status, "%s the fence of the other client's batch says %d", when, status);
}

/* The importer's batch comes to its end. */
static void let_end(struct exporter *exporter)
{
	if (exporter->cell->state == QUEUED)
		i915_sw_sync_advance(exporter->timeline, 1);
	if (exporter->cell->state == RUNNING)
		__atomic_store_n(&exporter->map[LOOP], MI_BATCH_BUFFER_END, __ATOMIC_SEQ_CST);
}

static void expect_data(const struct exporter *exporter)
{
	unsigned int n;

	for (n = 0; n < DATA_DWORDS; n++) {
		if (exporter->map[DATA + n] == data(n))
			continue;
		i915_complain(__func__, "dword %u of the exporter's data is 0x%x, it was 0x%x", n,
			      exporter->map[DATA + n], data(n));
		return;
	}
}

/* ---- The cell ---- */

static void tune(const struct cell *cell, int fd)
{
	unsigned int n;

	/* what is to run as long as the test wants shall not be taken for a hang */
	i915_require_ok(i915_engine_tune(fd, "vcs0", "heartbeat_interval_ms", 0));
	i915_require_ok(i915_engine_tune(fd, "vecs0", "heartbeat_interval_ms", 0));
	for (n = 0; n < CONTEXTS && cell->state == HUNG; n++) {
		i915_require_ok(i915_engine_tune(fd, i915_engines[n].name,
						 "heartbeat_interval_ms", 50));
		i915_engine_tune(fd, i915_engines[n].name, "preempt_timeout_ms", 100);
	}
}

static void importer_dies(struct exporter *exporter, struct i915_child *child,
			  const struct i915_audit *before)
{
	int status;

	if (exporter->cell->end == KILLED)
		i915_child_kill(child);
	else
		i915_child_release(child);
	status = i915_child_join(child);
	i915_expect(exporter->cell->end == KILLED || !status, "the importer's status is 0x%x",
		    status);
	expect_other_runs(exporter, "the importer is gone;");
	let_end(exporter);
	i915_expect(i915_audit_returns(exporter->fd, before, LIMIT_MS, "by the importer"),
		    "something is left of it");
	expect_other_runs(exporter, "all that it had is gone;");
}

static void importer_lives_on(struct exporter *exporter, struct i915_child *child,
			      const struct i915_audit *before)
{
	i915_child_release(child);
	i915_child_wait_ready(child);
	expect_other_runs(exporter, "the importer has let go;");
	let_end(exporter);
	if (exporter->cell->end == CONTEXT && exporter->cell->vms == HANDLE) {
		/* the object is executed once more */
		i915_require(i915_wait_for(i915_audit_alive(exporter->fd, "request") <=
					   i915_audit_of(before, "request"), LIMIT_MS),
			     "its batch does not end");
		exporter->map[0] = MI_BATCH_BUFFER_END;
	}
	i915_child_release(child);
	i915_child_wait_ready(child);
	i915_expect(i915_audit_returns(exporter->fd, exporter->kept, LIMIT_MS, "by what ended"),
		    "something is left of it");
	expect_other_runs(exporter, "all that is to go is gone;");
	i915_child_finish(child);
	i915_expect(i915_audit_returns(exporter->fd, before, LIMIT_MS, "by the importer"),
		    "something is left of it");
}

static void device_is_unbound(struct exporter *exporter, struct i915_child *child)
{
	struct i915_slot slot = i915_slot(exporter->fd);
	int status;

	i915_require_ok(i915_unbind(&slot));
	status = i915_fence_wait(exporter->other.fence, LIMIT_MS);
	i915_expect(status < 0, "the batch that ran says %d", status);
	i915_child_finish(child);
	/* what else the exporter had mapped went with the device */
	if (exporter->cell->share == VGEM)
		expect_data(exporter);
	if (exporter->cell->state == QUEUED)
		i915_sw_sync_advance(exporter->timeline, 1);
	munmap(exporter->map, SIZE);
	munmap(exporter->other.map, PAGE);
	close(exporter->fd);
	i915_require_ok(i915_bind(&slot));
}

static void run_cell(int fd)
{
	const struct cell *cell = i915_case_now()->data;
	struct exporter exporter = { .cell = cell, .fd = fd };
	struct i915_audit before;
	struct i915_child child;

	exporter.kept = mmap(NULL, sizeof(*exporter.kept), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	i915_require(exporter.kept != MAP_FAILED, "%s", strerror(errno));
	tune(cell, fd);
	create_object(&exporter);
	create_others(&exporter);
	i915_drop_caches(fd, DROP_RETIRE | DROP_FREED);
	i915_audit_read(fd, &before);

	i915_child_start(&child, importer_main, &exporter);
	i915_child_wait_ready(&child);
	i915_expect(i915_audit_alive(fd, "vma_bound") > i915_audit_of(&before, "vma_bound"),
		    "the importer has bound nothing");
	if (cell->end == UNBOUND) {
		device_is_unbound(&exporter, &child);
		return;
	}
	if (lives(cell))
		importer_lives_on(&exporter, &child, &before);
	else
		importer_dies(&exporter, &child, &before);
	expect_data(&exporter);
	i915_spin_fini(&exporter.other);
}

static struct cell cells[SHARES * STATES * ENDS * VMS];
static struct i915_case cases[ARRAY_SIZE(cells)];

static void make_cases(void)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(cells); n++) {
		struct cell *cell = &cells[n];
		char *name;

		cell->vms = n % VMS;
		cell->end = n / VMS % ENDS;
		cell->state = n / VMS / ENDS % STATES;
		cell->share = n / VMS / ENDS / STATES;
		if (asprintf(&name, "%s-%s-%s-%s", ways[cell->share].name,
			     state_name[cell->state], end_name[cell->end],
			     vms_name[cell->vms]) < 0)
			exit(KSFT_FAIL);
		cases[n].name = name;
		cases[n].run = run_cell;
		cases[n].data = cell;
	}
}

int main(int argc, char **argv)
{
	make_cases();

	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Does the importer of a shared object leave anything behind?");
}

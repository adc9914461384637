/* SPDX-License-Identifier: GPL-2.0 */
#ifndef I915_IMPORTER_H
#define I915_IMPORTER_H

#include "i915_util.h"

/* What the two sides of i915_importer know of each other. */

#define PAGE		4096
#define SIZE		(2 * PAGE)
/* Where the importer has the object, the same in each of its address spaces */
#define ADDRESS		0x10000000ull
/* In dwords: where the batch loops, where it says that it runs, the exporter's data */
#define LOOP		4
#define MARK		(PAGE / 4 - 1)
#define DATA		(PAGE / 4)
#define DATA_DWORDS	(PAGE / 4)
#define RUNS		0x57a47ed

/* Contexts of an importer, on the engines from rcs0 on, unless it has only one */
#define CONTEXTS	2

#define LIMIT_MS	20000

enum share { FLINK, PRIME, BOTH, VGEM, TWICE, SHARES };
enum state { IDLE, QUEUED, RUNNING, HUNG, ELSEWHERE, STATES };
enum end { EXITS, KILLED, CONTEXT, VM, CLOSES, CLOSES_IN_EXEC, UNBOUND, ENDS };
enum vms { ONE, SHARED, HANDLE, VMS };

/* How an object is shared */
struct way {
	const char *name;
	bool by_name;
	bool again;
	bool by_dmabuf;
};

extern const struct way ways[SHARES];

struct cell {
	enum share share;
	enum state state;
	enum end end;
	enum vms vms;
};

/* The exporter's side; the importer gets a copy by fork(). */
struct exporter {
	const struct cell *cell;
	int fd;
	/* the other driver, or -1 */
	int vgem;
	/* the object in the exporter's i915 file */
	__u32 handle;
	__u32 *map;
	__u32 name;
	int dmabuf;
	/* what a queued batch waits for */
	int timeline;
	int fence;
	/* somebody's work that has nothing to do with the importer's */
	struct i915_spin other;
	/* shared memory: what was alive when the importer had what it keeps, and no more */
	struct i915_audit *kept;
};

/* Does the importer's batch run until it is told to end, or reset? */
static inline bool loops(const struct cell *cell)
{
	return cell->state == RUNNING || cell->state == HUNG;
}

/* Does the importer live on, with its file open? */
static inline bool lives(const struct cell *cell)
{
	return cell->end != EXITS && cell->end != KILLED;
}

/* The importer's process; its argument is the exporter. */
void importer_main(struct i915_child *child, void *arg);

#endif

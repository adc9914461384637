// SPDX-License-Identifier: GPL-2.0
/*
 * i915_fault arm RULE... | hits NUMBER | disarm | seed NUMBER: faults of the virtual GPU, from a
 * shell (tools/testing/i915/gpu/README.md has the rules). "arm" prints the number of each rule.
 */
#include "../../selftests/drivers/gpu/i915/i915_fault.h"

static int explain(void)
{
	fprintf(stderr,
		"usage: i915_fault arm RULE...	print the number of each rule\n"
		"       i915_fault hits NUMBER	how often did it hit\n"
		"       i915_fault disarm	all rules\n"
		"       i915_fault seed NUMBER	another schedule; 0: the plain one\n"
		"RULE: what[@engine][:key=value]..., for instance csb-lost@rcs0:n=3 or hang:every=2;\n"
		"an unknown one is refused with the list of those that are known\n");
	return 2;
}

static int arm(struct i915_fault *f, char **rule)
{
	for (; *rule; rule++) {
		unsigned int id = i915_fault_arm(f, *rule);

		if (!id) {
			fprintf(stderr, "%s: %s\n", *rule, f->why);
			return 1;
		}
		printf("%u\n", id);
	}

	return 0;
}

int main(int argc, char **argv)
{
	struct i915_fault f;

	if (argc < 2)
		return explain();
	if (i915_fault_open(&f)) {
		fprintf(stderr, "no fault window: is this the virtual GPU?\n");
		return 1;
	}
	if (!strcmp(argv[1], "arm") && argc > 2)
		return arm(&f, argv + 2);
	if (!strcmp(argv[1], "hits") && argc == 3) {
		printf("%u\n", i915_fault_hits(&f, strtoul(argv[2], NULL, 0)));
		return 0;
	}
	if (!strcmp(argv[1], "seed") && argc == 3) {
		i915_fault_seed(&f, strtoull(argv[2], NULL, 0));
		return 0;
	}
	if (!strcmp(argv[1], "disarm") && argc == 2) {
		i915_fault_disarm(&f);
		return 0;
	}

	return explain();
}

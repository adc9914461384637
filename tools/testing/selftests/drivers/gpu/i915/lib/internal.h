/* SPDX-License-Identifier: GPL-2.0 */
#ifndef I915_INTERNAL_H
#define I915_INTERNAL_H

/* What the files of the library need of each other, and programs do not. */

/* Note that the case changed a tunable, to be put back after it. */
void i915_report_tuned(void);
/* Put all tunables of all engines back to their defaults. */
void i915_engine_untune(int fd);
/* Whoever kills the program kills all its processes. */
void i915_die_with_parent(void);
/* Does not return if this process is what i915_child_become_other() made. */
void i915_child_other_main(int argc, char **argv);

#endif

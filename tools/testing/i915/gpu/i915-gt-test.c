// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: its tests without a kernel. Each group is a file
 * i915-gt-test-<group>.c; what they share is i915-gt-lib.c.
 */
#include "i915-gt-lib.h"

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_reg_tests();
    add_irq_tests();
    add_mem_tests();
    add_exec_tests();
    add_cmd_tests();
    add_blt_tests();
    add_strict_tests();
    add_count_tests();
    add_fault_tests();
    add_faultdo_tests();
    add_model_tests();
    add_seed_tests();
    return g_test_run();
}

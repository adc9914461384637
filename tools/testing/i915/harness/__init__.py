# SPDX-License-Identifier: GPL-2.0
"""The front door: set up, build, boot, run, compare.

Every make target ends in cli.py. Rooms, lowest first:

  ui, proc          progress on the terminal; commands with a log and a time limit
  cache             where built things live, locks, stamps, disk space
  debian            packages and source packages, from the machine's own apt set-up
  kernel, qemu      the two big builds
  cpio, initrd      what the guest starts from
  guest             one boot: steps in, verdicts out
  klog, ktap        reading a kernel log and test output
  report, parts     what tests saw; parts of a job side by side
  front             what all targets share
  mainjob, suite, igt, check, judge   what the make targets do with it

Only the Python 3.11 standard library is used. make check holds it to mypy --strict and flake8 (setup.cfg), and runs
tests/, the tests of what decides whether something passed.
"""

# SPDX-License-Identifier: GPL-2.0
"""Tests of the harness: of what decides whether something passed. Run by make check."""

#!/usr/bin/env bash
# The shim holds no descriptor: a program that closes all of them, and 0 too, finds the numbers it expects.
. "$(dirname "$0")/harness.sh"
expect_counts_agree "$DREGS_PROGRAMS/descriptors"
expect_eq "the numbers" "descriptors 3 4 0" "$(cat traced.out)"
expect_top "blocks" 7 'd["totals"]["live_blocks"]'

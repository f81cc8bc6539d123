#!/usr/bin/env bash
# The shim holds no descriptor: a program that closes all of them, and 0 too, finds the numbers it expects.
. "$(dirname "$0")/../suite.sh"
expect_counts_agree "$BUILT/descriptors"
tally
expect_eq "the numbers" "descriptors 3 4 0" "$(cat traced.out)"
expect_top "blocks" 7 'd["totals"]["live_blocks"]'
survived "closefrom(3) and close(0), the numbers of what is opened next"

#!/usr/bin/env bash
# A library in front of the C library's clock that locks, allocates and lies: the shim never asks it.
. "$(dirname "$0")/../suite.sh"
for order in before after; do
    library=$BUILT/lying_clock.so
    run bare "$library" "$BUILT/own_clock"
    [ "$order" = before ] && preload=$library:$DREGS_LIB || preload=$DREGS_LIB:$library
    run traced "$preload" "$BUILT/own_clock"
    expect_same_file "output with the library $order the shim" bare.out traced.out
    expect_match "output" "^the clock was asked 1 times$" traced.out
    find_trace "$(cat traced.pid)"
    read_trace "$TRACE"
    expect_kept 200
    expect_top "age in hundredths of a second" True 'd["trace"]["age_cs"] < 60000'
done
survived "a clock in front of the C library's that locks, allocates and tells another time" 2

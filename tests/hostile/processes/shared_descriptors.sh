#!/usr/bin/env bash
# Nothing of the shim's is ever a descriptor that another thread can meet: not 0, 1 or 2 where those are closed, not the
# number that the program's own next file would have, not what a child has inherited that is forked at that moment.
. "$(dirname "$0")/../suite.sh"
count=$(rounds 4 40)
for how in write look fork; do
    for ((i = 0; i < count; i++)); do
        expect_runs_the_same "$BUILT/shared_descriptors" "$how" 400
        expect_eq "$how" "landed 0 taken 0 other 0 inherited 0 failed 0" "$(cat traced.out)"
        read_trace "$TRACE"
        expect_kept 40000
        for trace in traces/*; do
            ! grep -qa "a line of the log" "$trace" || fail "the program's own text is in $trace"
        done
        expect_eq "snapshots" 4 "$(find traces -name '*.shared*' | wc -l)"
        rm traces/*
    done
done
survived "descriptors 0-2 closed, other threads that write to them, open files, fork, while trace and snapshots are written" \
    $((3 * count))

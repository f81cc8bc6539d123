#!/usr/bin/env bash
# Every way to make a process. A child with memory of its own has a trace of its own; one that shares its parent's memory
# allocates in its parent's trace.
. "$(dirname "$0")/../suite.sh"
times=$(rounds 3 50)
expect_survives "$BUILT/births" "$times"
expect_match "exit statuses" "^11 12 13 14 15 16$" traced.out
expect_kept $((times * 7))
parent=$TRACE
expect_eq "traces" $((4 * times + 1)) "$(ls traces | wc -l)"
for TRACE in traces/*.dregs; do
    [ "$TRACE" != "$parent" ] || continue
    read_trace "$TRACE"
    expect_kept 4
done
survived "fork, _Fork, clone without libc, posix_spawn, vfork and clone(CLONE_VM) with allocations" "$((6 * times))"

#!/usr/bin/env bash
# Under filters that let nobody ask whether a thread exists, the states of those that are gone are used again all the same.
. "$(dirname "$0")/../suite.sh"
grep -q '^Seccomp:' /proc/self/status || skip "no seccomp in this kernel"
threads=$(rounds 3000 70000)
for kind in tgkill kill service; do
    expect_runs_the_same "$BUILT/unasked" "$kind" "$threads"
    expect_eq "$kind" "grown by 0 0" "$(cat traced.out) $STATUS"
    read_trace "$TRACE"
    expect_kept $((threads + 1))
done
survived "threads that come and go where a filter forbids tgkill, or all that is not needed" $((3 * threads))

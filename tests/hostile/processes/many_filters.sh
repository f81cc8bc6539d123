#!/usr/bin/env bash
# Any number of seccomp filters: equal and different ones that forbid nothing, and such that the kernel did not install.
# The trace goes on growing under all of them.
. "$(dirname "$0")/../suite.sh"
grep -q '^Seccomp:' /proc/self/status || skip "no seccomp in this kernel"
count=$(rounds 100 2000) blocks=300000
for kind in equal different refused in_vain; do
    expect_runs_the_same "$BUILT/many_filters" "$kind" "$count" "$blocks"
    case $kind in equal | different) installed=$count ;; *) installed=0 ;; esac
    expect_eq "$kind" "installed $installed, wrong 0" "$(cat traced.out)"
    read_trace "$TRACE"
    expect_kept "$blocks"
done
survived "filters of many threads, equal and different ones; such as the kernel refuses" $((4 * count))

#!/usr/bin/env bash
# Seccomp filters that a child of vfork puts upon itself, in its parent's memory: they are obeyed for the child, whose
# allocations make no call that they kill for, and are nobody else's, neither meanwhile nor after.
. "$(dirname "$0")/../suite.sh"
grep -q '^Seccomp:' /proc/self/status || skip "no seccomp in this kernel"
blocks=$(rounds 220000 3000000)  # more than is taken beforehand for a sandbox
tries=0
for how in vfork clone seccomp twice strict killed exec forks beside; do
    expect_runs_the_same "$BUILT/guest_filters" "$how" "$blocks"
    read_trace "$TRACE"
    case $how in
        vfork | clone | seccomp | twice | beside) kept=20000 ;;
        *) kept=0 ;;
    esac
    expect_kept $((10 + kept + blocks))
    tries=$((tries + 1))
done
survived "filters of children of vfork and of clone with CLONE_VM, and their parents" "$tries"

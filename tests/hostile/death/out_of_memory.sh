#!/usr/bin/env bash
# Memory ends: by the kernel's killer in a control group, which the trace's own pages count against, and by a limit on the
# address space. What the program had by then is in the trace.
. "$(dirname "$0")/../suite.sh"
ulimit -c 0
tries=$(rounds 3 20)

# The address space: the program sees null, and ends as it wants to.
for _ in $(seq "$tries"); do
    rm -f traces/*
    (ulimit -v 300000 && run bare "" "$BUILT/out_of_memory" give-up && echo "$STATUS" >status)
    (ulimit -v 300000 && run traced "$DREGS_LIB" "$BUILT/out_of_memory" give-up && echo "$STATUS" >>status)
    expect_eq "exit statuses" "12 12" "$(paste -sd' ' status)"
    expect_same_file "output" bare.out traced.out
    expect_same_file "messages" bare.err traced.err
    find_trace "$(cat traced.pid)"
    read_trace "$TRACE" "allow=('unrecorded_allocs', 'unknown_frees', 'truncated_stacks')"
    expect_kept 50
    expect_top "chunks of 100,000 bytes" True 'total("take_chunk") > 1000 and total("take_chunk", "live_bytes") == total("take_chunk") * 100_000'
done
survived "an end of memory by RLIMIT_AS" "$tries"

# A group of at most 64 MiB, in either version of control groups.
make_group() {
    local root
    for root in /sys/fs/cgroup/memory /sys/fs/cgroup; do
        GROUP=$root/dregs-test.$$
        mkdir "$GROUP" 2>/dev/null || continue
        { echo 64M >"$GROUP/memory.limit_in_bytes" || echo 64M >"$GROUP/memory.max"; } 2>/dev/null || { rmdir "$GROUP" && continue; }
        { echo 0 >"$GROUP/memory.swappiness" || echo 0 >"$GROUP/memory.swap.max"; } 2>/dev/null
        return 0
    done
    return 1
}
leave() {
    local status=$?
    [ -z "${GROUP:-}" ] || rmdir "$GROUP" 2>/dev/null
    (exit "$status")
    clean_up
}

make_group || { echo "may not make a control group: not tried"; exit 0; }
trap leave EXIT
for _ in $(seq "$tries"); do
    rm -f traces/* count
    # shellcheck disable=SC2016  # the inner shell's
    DREGS_ONLY=out_of_memory run traced "" bash -c 'echo $$ >"$1/cgroup.procs"; LD_PRELOAD=$2 exec "$3" die count' \
        bash "$GROUP" "$DREGS_LIB" "$BUILT/out_of_memory"
    expect_eq "killed by the kernel" 137 "$STATUS"
    find_trace "$(cat traced.pid)"
    read_trace "$TRACE" inherited=True
    expect_kept 50
    surely=$(od -An -td8 -N8 count | tr -d ' ')
    expect_top "chunks, of which there were surely $surely" True "$surely <= total('take_chunk') <= $surely + 1"
    expect_top "allocations, frees and blocks" 0 'd["loss"]["imbalance"]'
done
survived "the kernel's out-of-memory killer in a control group" "$tries"

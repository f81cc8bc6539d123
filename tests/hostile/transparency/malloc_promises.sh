#!/usr/bin/env bash
# malloc keeps its promises behind the shim, and its heap is the very same: sizes, bins, and where the blocks lie.
. "$(dirname "$0")/../suite.sh"
for tunables in "" glibc.malloc.tcache_count=0 glibc.malloc.arena_max=1; do
    export GLIBC_TUNABLES=$tunables
    run_bare "$BUILT/malloc_promises"
    run_traced "$BUILT/malloc_promises"
    expect_eq "exit status" 0 "$STATUS"
    expect_match "what the program found" '^broken promises: 0$' traced.out
    for run in bare traced; do  # the heap's peak differs from run to run: it begins where chance wants it
        grep -v 'system type="max"' $run.out >$run.heap
    done
    expect_same_file "the heap under '$tunables'" bare.heap traced.heap
    expect_same_file "messages" bare.err traced.err
    read_trace "$TRACE"
    expect_kept 9
done
survived "malloc's promises at every size, alignment and setting; its heap the same to the byte" 3

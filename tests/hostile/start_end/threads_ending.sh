#!/usr/bin/env bash
# Threads that allocate in their last moments, and threads that run on while the process ends.
. "$(dirname "$0")/../suite.sh"
expect_survives "$BUILT/thread_ends"
expect_kept 100
survived "allocations in thread_local destructors, in thread-specific data's, in several rounds of them" 20

rounds=$(rounds 5 100)
for ((i = 0; i < rounds; i++)); do
    for how in return _exit; do
        expect_runs_the_same "$BUILT/threads_at_exit" $how
        dregs_json top -n 1000000 "$TRACE" >top.json
        tally
        expect_kept 4
        # Each thread may have been stopped between a block's entry and its count.
        expect_top "threads caught with a block" True 'total("run") <= 4'
        expect_top "counts that were cut short" True \
            'abs(d["totals"]["live_blocks"] - d["totals"]["alloc_calls"] + d["totals"]["free_calls"]) <= 4'
        expect_top "losses" "0 0 0" 'text(d["loss"][k] for k in LOSS)'
    done
done
survived "return from main and _exit while four detached threads allocate" $((rounds * 2))

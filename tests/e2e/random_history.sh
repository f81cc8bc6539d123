#!/usr/bin/env bash
# Random histories on six threads, with blocks that change hands, under some hundred thousand stacks: exactly what the
# program's own ledger says is live. Which that is differs from run to run.
. "$(dirname "$0")/harness.sh"
for seed in 1 2 3; do
    rm -rf traces && mkdir traces
    run_traced "$DREGS_PROGRAMS/random_history" $seed
    expect_eq "exit status" 0 "$STATUS"
    expect_sound "$TRACE"
    expect_top "live blocks and bytes of seed $seed" "$(cat traced.out)" \
        'text((total("history_block"), total("history_block", "live_bytes")))'
done

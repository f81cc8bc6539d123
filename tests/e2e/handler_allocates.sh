#!/usr/bin/env bash
# A signal handler that allocates at each instruction of the hooks, while the memo of the last stack is written too: every
# count and stack of the program is right. Of the handler's own blocks those that came while the shim held its one lock
# may go without a record or a stack, and are counted.
. "$(dirname "$0")/harness.sh"
expect_runs_the_same "$DREGS_PROGRAMS/handler_allocates"
expect_match "the handler ran" '^handled often$' traced.out
dregs_json top -n 1000000 "$TRACE" >top.json
expect_top "blocks of the program" "64 85568" 'text((total("leak_under"), total("leak_under", "live_bytes")))'
expect_top "blocks of the handler" True \
    '25 - d["loss"]["unrecorded_allocs"] <= total("leak_from_handler") <= 25 and d["loss"]["unrecorded_allocs"] < 100'
expect_top "stacks of the program that are cut" 0 'sum(not any(f["function"] == "main" for f in s["frames"]) for s in sites("leak_under"))'
expect_top "cut stacks of the handler" True 'd["loss"]["truncated_stacks"] < 100'
expect_top "other losses" 0 'd["loss"]["lost_markers"] + d["loss"]["damaged_blocks"] + abs(d["loss"]["imbalance"])'

#!/usr/bin/env bash
# A forked child writes its own trace; its parent's stays exact; blocks of the parent are told apart from the child's.
. "$(dirname "$0")/harness.sh"
expect_runs_the_same "$DREGS_PROGRAMS/dying" fork
parent=$TRACE
expect_eq "traces" 2 "$(ls traces | wc -l)"
child=$(ls traces/*.dregs | grep -v "$parent")

expect_sound "$parent"
expect_top "the parent's blocks" "7 9359" 'text((d["totals"]["live_blocks"], d["totals"]["live_bytes"]))'
expect_sound "$child"
expect_top "the child's own blocks" "4 2932" 'text((d["totals"]["live_blocks"], d["totals"]["live_bytes"]))'

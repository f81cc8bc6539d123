#!/usr/bin/env bash
# --scope while signals interrupt the functions in between: their stacks are whole, each begun scope ends.
. "$(dirname "$0")/harness.sh"
"$DREGS_BIN" run -q --scope work=begin_work..end_work -- "$DREGS_PROGRAMS/spans_calls" 5000 signals
expect_eq "exit status" 0 $?
TRACE=$(ls traces/*.dregs)
expect_sound "$TRACE"
load_scopes "$TRACE"
expect_kind work open 0 survivor_blocks 0
expect_json "each is left" True scopes.json 'kind("work")["entered"] == kind("work")["left"] > 0'

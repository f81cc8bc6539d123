#!/usr/bin/env bash
# Wrong leaves are counted and shown, and cost neither the program nor the other scopes anything.
. "$(dirname "$0")/../suite.sh"
expect_sound_run "$BUILT/scopes_mismatched"
tally
load_scopes "$TRACE"
expect_kind twice entered 1 left 1 open 0
expect_kind outer entered 1 left 1 missed_leaves 0
expect_kind missed entered 1 left 1 missed_leaves 1 survivor_blocks 1 survivor_bytes 1337
expect_kind stale entered 2 left 2 survivor_instances 1 survivor_bytes 733
expect_kind never_left entered 1 left 0 open 1 survivor_blocks 0
# twice, the late leave of "missed", two made-up handles, the stale leave
expect_json "bad leaves" 5 scopes.json 'd["loss"]["bad_leaves"]'
"$DREGS_BIN" scopes "$TRACE" >scopes.txt
expect_match "the text tells of bad leaves" '5 .*(leave|leaves)' scopes.txt
survived "leaves twice, too late, of outer scopes, of made-up and stale handles"

#!/usr/bin/env bash
# More scope kinds than there is room for: the program goes on, the loss is counted, and the reports say what was full.
. "$(dirname "$0")/harness.sh"
expect_runs_the_same "$DREGS_PROGRAMS/kinds_many" 1500
load_scopes "$TRACE"
expect_json "kinds, and scopes of those that had no room" "1023 477" scopes.json 'text((len(d["kinds"]), d["loss"]["lost_markers"]))'
expect_json "what was full" True scopes.json 'any("a table is full (scope kinds)" in note for note in d["loss"]["notes"])'
"$DREGS_BIN" scopes "$TRACE" >scopes.txt
expect_match "the text says it, too" 'a table is full \(scope kinds\)' scopes.txt

run_traced "$DREGS_PROGRAMS/kinds_many" 1000
load_scopes "$TRACE"
expect_json "nothing lost where there is room" "1000 0" scopes.json 'text((len(d["kinds"]), d["loss"]["lost_markers"]))'

#!/usr/bin/env bash
# More than a table has room for: the program goes on, the loss is counted, and every report says by name what was full.
# Limits that no test can reach (2^27 call stacks and scopes, 65,535 modules) are tried by unit tests with small ones.
. "$(dirname "$0")/../suite.sh"

expect_full() {  # TABLE JSON-FILE
    expect_json "that $1 were full" True "$2" "any('a table is full ($1)' in note for note in d['loss']['notes'])"
}

expect_survives "$DREGS_PROGRAMS/kinds_many" 1500
load_scopes "$TRACE"
expect_json "kinds, and scopes of those that had no room" "1023 477" scopes.json 'text((len(d["kinds"]), d["loss"]["lost_markers"]))'
expect_full "scope kinds" scopes.json
expect_full "scope kinds" top.json
"$DREGS_BIN" scopes "$TRACE" >scopes.txt
expect_match "the text says it, too" 'a table is full \(scope kinds\)' scopes.txt
expect_survives "$DREGS_PROGRAMS/kinds_many" 1000
load_scopes "$TRACE"
expect_json "nothing lost where there is room" "1000 0" scopes.json 'text((len(d["kinds"]), d["loss"]["lost_markers"]))'
survived "1,500 kinds of scopes"

expect_survives "$BUILT/names_many" 3000
expect_kept 3000
expect_full names top.json
survived "3,000 threads of different names"

DREGS_MAX_FRAMES=16 expect_runs_the_same "$DREGS_PROGRAMS/deep" 5000
read_trace "$TRACE" "allow=('truncated_stacks',)"
expect_top "stacks that were cut are counted" True 'd["loss"]["truncated_stacks"] > 0'
survived "call stacks deeper than what is kept of one"

#!/usr/bin/env bash
# dregs scopes --callers: where instances begin and end, and the tree of callers through which blocks were allocated.
. "$(dirname "$0")/harness.sh"
"$DREGS_BIN" run -q --scope work=begin_work..end_work -- "$DREGS_PROGRAMS/spans_calls" 100 >out
TRACE=$(grep -l -a spans_calls traces/*.dregs | sort | head -1)
"$DREGS_BIN" scopes --callers "$TRACE" >callers.txt || fail "dregs scopes --callers"
"$DREGS_BIN" scopes --callers --json "$TRACE" >callers.json || fail "dregs scopes --callers --json"
load_scopes "$TRACE"

expect_json "as many live blocks as without" "$(query scopes.json 'kind("work")["live_blocks"]')" callers.json 'kind("work")["live_blocks"]'
expect_json "the tree holds all of them" True callers.json \
    'sum(n["blocks"] for n in kind("work")["allocated"] if n["parent"] == 0) == kind("work")["live_blocks"]'
expect_json "they were allocated through keep" "$(query scopes.json 'kind("work")["live_blocks"]')" callers.json \
    'sum(n["blocks"] for n in kind("work")["allocated"] if is_named(n["frame"], "keep"))'
expect_json "every parent stands before its child" True callers.json \
    'all(n["parent"] < n["id"] for n in kind("work")["allocated"])'
expect_json "no node has more than its caller" True callers.json \
    'all(n["parent"] == 0 or n["blocks"] <= kind("work")["allocated"][n["parent"] - 1]["blocks"] for n in kind("work")["allocated"])'
expect_json "work begins in work" True callers.json \
    'any("work" in f["function"] for p in kind("work")["begins"] for f in p["frames"])'
expect_json "and ends there" True callers.json 'any("work" in f["function"] for p in kind("work")["ends"] for f in p["frames"])'
expect_match "in text" 'begins at \(looked at [0-9]+ instances\)' callers.txt
expect_match "in text" 'live blocks were allocated through' callers.txt

expect_eq "places that read the same" "" "$(awk '/^[^ ]/ { delete seen } /^  [a-z]/ { delete seen }
    /^    [0-9]+  / { if (seen[$0 = substr($0, index($0, "  ") + 2)]++) print }' callers.txt)"
expect_eq "empty lines that follow each other" "" "$(grep -n -A1 '^$' callers.txt | grep -A1 -E '^[0-9]+:$' | grep -E '^[0-9]+-$')"
expect_json "what was lost" 0 callers.json 'd["loss"]["unrecorded_allocs"]'

# As a tree of one level it says that there is more.
"$DREGS_BIN" scopes --callers --depth 1 "$TRACE" >shallow.txt
expect_match "where it is cut" '\.\.\. --depth shows more' shallow.txt

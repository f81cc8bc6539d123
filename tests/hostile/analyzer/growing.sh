#!/usr/bin/env bash
# A trace is read again and again while its process grows all of its tables: each answer is whole, nothing is lost.
. "$(dirname "$0")/../suite.sh"
start_waiting "$BUILT/growing" "$BUILT/growing_plugin.so"
rounds=$(rounds 8 300)
"$DREGS_BIN" snapshot "$TRACE" -o former.dregs || fail "snapshot: exit status $?"
for i in $(seq "$rounds"); do
    read_trace "$TRACE" inherited=True
    read_trace former.dregs inherited=True
    load_scopes "$TRACE"
    expect_json "kinds' blocks, round $i" True scopes.json \
        'sum(k["live_blocks"] for k in d["kinds"]) <= d["totals"]["live_blocks"]'
    expect_json "scopes, round $i" "[]" scopes.json "[k for k in d['kinds'] if k['left'] > k['entered'] + 3]"
    "$DREGS_BIN" diff --json former.dregs "$TRACE" >diff.json 2>diff.err || fail "diff: $? $(cat diff.err)"
    rm former.dregs
    option=$([ $((i % 2)) = 0 ] && echo --consistent)
    "$DREGS_BIN" snapshot ${option:+"$option"} "$process" -o former.dregs 2>snapshot.err ||
        { grep -q 'not permitted' snapshot.err && "$DREGS_BIN" snapshot "$process" -o former.dregs; } ||
        fail "snapshot $option: $(cat snapshot.err)"
done
exec 5>&-
wait "$process"
expect_eq "exit status of the growing program" 0 $?
read_trace "$TRACE"
survived "top, scopes, diff, snapshot of a trace while all of its tables grow" "$rounds"

#!/usr/bin/env bash
# Two traces in the formats that know a difference: each line of folded stacks has the old number and the new one, and
# umdh's text is that of diff.
. "$(dirname "$0")/harness.sh"
run_traced "$DREGS_PROGRAMS/nswapsim" 1000 leak
old=$TRACE
expect_sound "$old" && cp top.json old.json
run_traced "$DREGS_PROGRAMS/nswapsim" 3000 leak
expect_sound "$TRACE"
for value in blocks bytes; do
    "$DREGS_BIN" export --format=folded --value=$value "$old" "$TRACE" >change.folded || fail "export of the change"
    sums=$(awk '{ old += $(NF - 1); new += $NF } END { print old, new }' change.folded)
    expect_eq "$value of the old and the new trace" \
        "$(query old.json "d['totals']['live_$value']") $(query top.json "d['totals']['live_$value']")" "$sums"
done
expect_match "the leak" ';main;udp_alloc_socket 1600 4800$' change.folded
"$DREGS_BIN" export --format=umdh -d "$old" "$TRACE" >change.umdh || fail "umdh's text of the change"
"$DREGS_BIN" diff --format=umdh -d "$old" "$TRACE" >diff.umdh
expect_same_file "umdh's text of the change" diff.umdh change.umdh
"$DREGS_BIN" export --format=json "$old" "$TRACE" >json.out 2>json.err
expect_eq "status where there is no form for a change" 2 $?
expect_eq "data" "" "$(cat json.out)"
"$DREGS_BIN" export --format=pprof "$old" "$TRACE" >/dev/null 2>pprof.err
expect_match "what pprof offers in its place" 'diff_base' pprof.err
"$DREGS_BIN" export --format=folded --root scope --root thread "$TRACE" >roots.folded || fail "export with roots"
expect_match "roots" '^no scope;nswapsim \([0-9]+\);_start;' roots.folded

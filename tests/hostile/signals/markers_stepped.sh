#!/usr/bin/env bash
# Signal handlers at each instruction of each marker, of malloc, free and realloc, that allocate, free, mark and take
# snapshots there; on the thread's own stack, and on one above or below it that is disarmed meanwhile (SS_AUTODISARM).
# Nothing is lost, no innocent scope is shown, and each scope record counts what is in it.
. "$(dirname "$0")/../suite.sh"

snapshot_problems() {
    local snapshot
    for snapshot in "${TRACE%.dregs}".{taken,stepped}{,.2,.9}.dregs; do
        "$DREGS_BIN" top --json "$snapshot" >snapshot.json || echo "$snapshot cannot be read"
        query snapshot.json '"" if d["totals"]["live_blocks"] > 0 else "nothing is in a snapshot"'
    done | grep -v '^$'
}

total=0
for stack in own above below; do
    rm -f traces/*
    expect_survives "$BUILT/markers_stepped" "$stack" "$(rounds 9 1)" expected
    read -r survivors kept by_main late interruptions <expected
    [ "$interruptions" -gt 4000 ] || fail "$stack: the handler came in at $interruptions instructions only"
    expect_top "blocks of the handler" "$((survivors + kept))" 'total("keep_in_handler")'
    expect_top "blocks of main" "$by_main" 'total("keep_in_main")'
    expect_top "stacks of another call" "" \
        'text(functions(s) for s in sites("keep_in_main") if functions(s)[1] != "make_call" or "run" not in functions(s))'
    load_scopes "$TRACE"
    expect_kind handler survivor_blocks "$survivors" open 0
    for kind in around unit job pool "handler pool" "left open" exchanged; do
        expect_kind "$kind" open 0
        expect_json "$kind: all that began has ended" True scopes.json "kind('$kind')['entered'] == kind('$kind')['left']"
    done
    expect_kind "handler pool" survivor_blocks 0
    expect_kind pool survivor_blocks 0
    expect_json "markers that came to nothing" "0 0" scopes.json 'text((d["loss"]["lost_markers"], d["loss"]["bad_markers"]))'
    # Where the handler ends what is around a call that is about scopes itself, one of the two comes too late.
    expect_json "leaves too late" True scopes.json "d['loss']['bad_leaves'] <= $late"
    expect_eq "counts of scope records that are wrong" "" "$("$BUILT/scope_counts" "$TRACE" 2>/dev/null)"
    expect_eq "snapshots" "" "$(snapshot_problems | head -3)"
    total=$((total + interruptions))
done
survived "a handler at each instruction of each marker, malloc, free, realloc that does any of them" "$total"

#!/usr/bin/env bash
# Marker calls in signal handlers, thread destructors, destructors after exit, and with a parent's handles after fork.
. "$(dirname "$0")/../suite.sh"
alarms=$(rounds 500 100000)
expect_survives "$BUILT/markers_everywhere" "$alarms"
expect_kept 6  # four rounds of a thread's destructors, an exit handler, a destructor of the process
load_scopes "$TRACE"
expect_json "markers lost" 0 scopes.json 'd["loss"]["lost_markers"]'
expect_kind interrupted missed_leaves 0 survivor_blocks 0 open 0
expect_kind "thread end" entered 4 left 4 survivor_blocks 4
expect_kind "process end" entered 2 left 2 survivor_blocks 2
expect_kind "left open" entered 2 left 1 abandoned 1 open 1
expect_json "handlers that left what they entered" True scopes.json 'kind("handler")["entered"] == kind("handler")["left"]'
expect_json "bad leaves" 1 scopes.json 'd["loss"]["bad_leaves"]'  # the second exit handler's
expect_eq "snapshots" 2 "$(find traces -name '*.at_the_end*' | wc -l)"
for snapshot in traces/*.at_the_end*; do read_trace "$snapshot"; done
survived "marks from a handler that interrupts marks, thread and process destructors" "$alarms"

rm traces/*
run_bare "$BUILT/markers_everywhere" fork
run_traced "$BUILT/markers_everywhere" fork
expect_eq "exit status" 0 "$STATUS"
child=$(find traces -name '*.dregs' ! -name '*.at_the_end*' ! -path "$TRACE")
read_trace "$child"
load_scopes "$child"
expect_kind child entered 1 left 0 open 1 live_blocks 2 survivor_blocks 0
expect_kind "child pool" entered 1 left 0 open 1 live_blocks 1
expect_json "bad leaves, bad marks of the child" "1 2" scopes.json \
    'text((d["loss"]["bad_leaves"], d["loss"]["bad_markers"]))'
survived "a parent's handles used in its forked child"

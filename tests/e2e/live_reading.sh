#!/usr/bin/env bash
# A running process is read by the path of its trace and by its pid, copied with and without stopping it, and goes on.
. "$(dirname "$0")/harness.sh"
start_waiting "$DREGS_PROGRAMS/dying" wait

"$DREGS_BIN" top --json "$process" >by_pid.json || fail "top PID: exit status $?"
"$DREGS_BIN" snapshot "$process" -o loose.dregs || fail "snapshot: exit status $?"
"$DREGS_BIN" snapshot --consistent "$process" -o stopped.dregs || fail "snapshot --consistent: exit status $?"
expect_json "blocks by pid" 7 by_pid.json 'd["totals"]["live_blocks"]'
for trace in "$TRACE" loose.dregs stopped.dregs; do
    expect_sound "$trace"
    expect_top "blocks in $trace" 7 'd["totals"]["live_blocks"]'
done
"$DREGS_BIN" top "$process" >running.txt
expect_match "text says that it runs" 'running' running.txt

echo >&5
wait "$process"
expect_eq "exit status" 0 $?
"$DREGS_BIN" top "$TRACE" >ended.txt
grep -Eq '(still running|is running)' ended.txt && fail "says that an ended process runs: $(head -3 ended.txt)"
for copy in loose.dregs stopped.dregs; do
    "$DREGS_BIN" snapshot "$TRACE" -o "$copy" 2>/dev/null
    expect_sound "$copy"
done
"$DREGS_BIN" top "$process" 2>gone.err
expect_eq "exit status for a process that is gone" 2 $?
expect_eq "lines about it" 1 "$(wc -l <gone.err)"

#!/usr/bin/env bash
# exec replaces the program, not its trace: the old image's trace stays as it was, the new image begins another.
. "$(dirname "$0")/harness.sh"
expect_runs_the_same "$DREGS_PROGRAMS/dying" exec
expect_eq "exit status" 4 "$STATUS"
first=traces/dying.$(cat traced.pid).dregs
second=traces/dying.$(cat traced.pid).2.dregs
[ -f "$first" ] && [ -f "$second" ] || fail "expected $first and $second: $(ls traces)"
for trace in "$first" "$second"; do
    expect_sound "$trace"
    expect_top "blocks in $trace" 7 'd["totals"]["live_blocks"]'
done

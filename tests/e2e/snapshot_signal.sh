#!/usr/bin/env bash
# --snapshot-signal: a signal to dregs run takes a snapshot and is not passed on; all others are, and what the program sees of
# masks, handlers, descriptors and threads is the same as without. A killed program is kept by --snapshot-exit.
. "$(dirname "$0")/harness.sh"
. "$(dirname "$0")/host.sh"
answers_with() { grep -qx "$1" host.out; }

start_host
tell state
end_host
grep -v -E '^(ready|done)$' host.out >bare.state

start_host --snapshot-signal --snapshot-every=1h --snapshot-rss=100G --snapshot-growth=100G
tell state
grep -v -E '^(ready|done)$' host.out >watched.state
expect_same_file "what the program sees of itself" bare.state watched.state
kill -s RTMIN "$HOST"
wait_for 10 has_snapshots 1 signal
kill -USR2 "$HOST"
wait_for 10 answers_with USR2
kill -USR1 "$HOST"
wait_for 10 answers_with USR1
end_host exit 5
expect_eq "exit status" 5 "$STATUS"
expect_eq "only one was asked for" 1 "$(find traces -name '*T*.dregs' | wc -l)"

rm -f traces/*
start_host --snapshot-signal=USR2
kill -USR2 "$HOST"
wait_for 10 has_snapshots 1 signal
answers_with USR2 && fail "the signal that asks for snapshots came to the program"
kill -USR2 "$PROGRAM"
wait_for 10 answers_with USR2
kill -TERM "$HOST"
wait "$HOST" 2>/dev/null
expect_eq "a program that ended by SIGTERM" 143 $?

rm -f traces/*
start_host --snapshot-exit --snapshot-every=50s
tell keep 44 100
end_host kill
expect_eq "a killed program" 137 "$STATUS"
expect_eq "its last state" 45 "$(blocks_in "$(ls traces/*.exit.dregs)")"

"$DREGS_BIN" run --snapshot-signal=KILL -- true 2>err
expect_eq "a signal that nobody can wait for" 2 $?
"$DREGS_BIN" run --snapshot-every=never -- sh -c 'echo started' >out 2>err
expect_eq "no duration" 2 $?
expect_eq "nothing was started" "" "$(cat out)"

#!/usr/bin/env bash
# dregs run: traces, passes the exit status on, dies as the program died, and says what it left.
. "$(dirname "$0")/harness.sh"
dying=$DREGS_PROGRAMS/dying
unset DREGS_OUTPUT
"$DREGS_BIN" run --hints --output "$WORK/traces/%n.%p.dregs" -- "$dying" exit >out 2>err
expect_eq "exit status" 4 $?
expect_eq "output of the program" ready "$(cat out)"
expect_match "the message names the trace" 'traces/dying\.[0-9]+\.dregs' err
TRACE=$(ls traces/dying.*.dregs)
expect_sound "$TRACE"
expect_top "blocks" 7 'd["totals"]["live_blocks"]'

(exec "$DREGS_BIN" run --output "$WORK/traces/k.%p.dregs" -- "$dying" sigkill) >out 2>err
expect_eq "exit status of a killed program" 137 $?
(exec "$DREGS_BIN" run -- no-such-program-anywhere) >out 2>err
expect_eq "exit status when there is no such program" 127 $?
(exec "$DREGS_BIN" run -- "$WORK") >out 2>err
expect_eq "exit status when it cannot be executed" 126 $?
mkfifo fifo && chmod +x fifo
timeout 20 "$DREGS_BIN" run -- ./fifo >out 2>err
expect_eq "exit status when it is a FIFO, which would wait for a writer" 126 $?
"$DREGS_BIN" run --no-such-option -- true >out 2>err
expect_eq "exit status of a usage error" 2 $?

# Descriptors, arguments, environment and input go through unchanged.
export A=value
echo input | "$DREGS_BIN" run --output "$WORK/traces/sh.%p.dregs" -- sh -c 'read -r x; echo "$x $1 $A"; ls /proc/self/fd | wc -l' sh 'a b' >out 2>err
echo input | sh -c 'read -r x; echo "$x $1 $A"; ls /proc/self/fd | wc -l' sh 'a b' >bare 2>/dev/null
expect_same_file "what the program saw" bare out

# No trace is never silence, but with --quiet.
"$DREGS_BIN" run --output "$WORK/none/%p.dregs" -- ls >/dev/null 2>err
expect_match "a place where no trace can be" '^dregs: warning: no trace can be written: .*/none: No such file' err
"$DREGS_BIN" run --strict --output "$WORK/none/%p.dregs" -- touch started 2>err
expect_eq "exit status with --strict" 2 $?
[ ! -e started ] || fail "--strict started the program"
"$DREGS_BIN" run --only nobody -- ls >/dev/null 2>err
expect_match "no trace" '^dregs: no trace was written' err
"$DREGS_BIN" run --quiet --only nobody -- ls >/dev/null 2>err
expect_eq "messages with --quiet" "" "$(cat err)"
for option in snapshot-every=x snapshot-growth=1q snapshot-rss=x snapshot-keep=-1; do
    "$DREGS_BIN" run --$option -- touch started 2>err
    expect_eq "exit status with --$option" 2 $?
    expect_match "which option" "^dregs: --${option%=*}: ${option#*=} is no " err
done
[ ! -e started ] || fail "started in spite of a wrong option"

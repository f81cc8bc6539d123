#!/usr/bin/env bash
# --snapshot-every for a program that forks and calls exec: each process has its own, of each at most --snapshot-keep stay, and
# their trend is told; options come from the environment, too. dregs snapshot PID --every does the same from outside.
. "$(dirname "$0")/harness.sh"
. "$(dirname "$0")/host.sh"
of() { ls -tr traces/obedient."$1".20[0-9]*T*.interval*dregs 2>/dev/null; }  # PID -> oldest first
has_of() { [ "$(of "$2" | wc -l)" -ge "$1" ]; }
is_gone() { [ ! -e "$1" ]; }
newest_has() { [ "$(blocks_in "$(of "$2" | tail -1)")" = "$1" ]; }  # blocks; the first may be from amid the allocations

start_host --snapshot-every=100ms --snapshot-keep=4 --snapshot-exit
tell fork 300 100
tell keep 600 100
child=$(pgrep -P "$PROGRAM")
for process in "$child" "$PROGRAM"; do
    wait_for 10 has_of 4 "$process"
    first=$(of "$process" | head -1)
    wait_for 10 is_gone "$(of "$process" | sed -n 2p)"
    [ -e "$first" ] || fail "the first of $process did not stay"
done
wait_for 10 newest_has 300 "$child"
tell exec
tell keep 700 100
second_image() { ls traces/obedient."$PROGRAM".2.20[0-9]*T*.interval*dregs; }
wait_for 10 second_image
end_host exit 7
for process in "$child" "$PROGRAM" "$PROGRAM.2"; do
    kept=$(of "$process" | wc -l)
    [ "$kept" -le 4 ] || fail "$kept snapshots of $process are kept"
done
expect_eq "exit status" 7 "$STATUS"
expect_eq "the last state of the last image" 1 "$(snapshots exit)"
expect_eq "its blocks" 701 "$(blocks_in "$(ls traces/*.exit.dregs)")"
expect_top "its label" exit 'd["trace"]["snapshot_label"]'
expect_top "it says when" True 'd["trace"]["snapshot_realtime_ns"] > 0'

rm -f traces/*
DREGS_SNAPSHOT_EVERY=100ms DREGS_SNAPSHOT_KEEP=20 start_host
for i in $(seq 10); do
    tell keep 100 100
    wait_for 10 has_of "$i" "$PROGRAM"
done
end_host
expect_eq "exit status" 0 "$STATUS"
mapfile -t kept < <(of "$PROGRAM")
dregs_json diff "${kept[@]}" >diff.json
expect_json "what it kept, from snapshot to snapshot" True diff.json \
    '(lambda p: all(a["blocks"] <= b["blocks"] for a, b in zip(p, p[1:])) and p[-1]["blocks"] - p[0]["blocks"] >= 500)(sites("keep")[0]["series"])'
expect_json "it does not seem to come to an end" True diff.json 'sites("keep")[0]["trend"] in ("grows", "unclear")'

run_in_background() { LD_PRELOAD=$DREGS_LIB "$DREGS_PROGRAMS/obedient" <commands >host.out 2>host.err & }
: >host.out
run_in_background
PROGRAM=$!
STARTED+=("$PROGRAM")
exec 6>commands
ANSWERS=1
wait_for 10 answered
tell keep 100 100
"$DREGS_BIN" snapshot "$PROGRAM" --every=100ms --count=3 -o "$WORK/out.dregs" >taken || fail "snapshot --every: $?"
expect_eq "as many as asked for" 3 "$(wc -l <taken)"
while read -r path; do expect_eq "blocks in $path" 101 "$(blocks_in "$path")"; done <taken
"$DREGS_BIN" snapshot "$PROGRAM" --every=1h -o "$WORK/end.dregs" >taken_at_once &
watching=$!
wait_for 10 test -s taken_at_once
end_host exit 0 2>/dev/null
wait "$watching"
expect_eq "the watch ends with the process" 0 $?

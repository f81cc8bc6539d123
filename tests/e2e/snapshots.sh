#!/usr/bin/env bash
# dregs_snapshot() keeps states beside the trace while other threads go on: sound, named, and without made-up survivors.
. "$(dirname "$0")/harness.sh"
expect_runs_the_same "$DREGS_PROGRAMS/snapshots" 20
expect_eq "snapshots beside the trace" 20 "$(ls traces/*.state_*.dregs | wc -l)"
for i in $(seq 0 19); do
    snapshot=$(ls traces/*.state_"$i".dregs)
    dregs_json top "$snapshot" >top.json
    expect_json "$i: the block of 1337 bytes" 1 top.json 'sum(s["live_blocks"] for s in d["sites"] if s["live_bytes"] == 1337)'
    expect_json "$i: nothing damaged, nothing outlived" "0 0" top.json \
        'text((d["loss"]["damaged_blocks"], sum(s["outlived_blocks"] for s in d["sites"])))'
    load_scopes "$snapshot"
    expect_kind packet survivor_blocks 0
done
# The same label again does not overwrite.
run_traced "$DREGS_PROGRAMS/snapshots" 1
"$DREGS_BIN" top "$(ls traces/*"$(cat traced.pid)".state_0.dregs)" >top.txt
expect_match "it says that it is a snapshot" "snapshot" top.txt

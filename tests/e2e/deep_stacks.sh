#!/usr/bin/env bash
# Stacks of 300 frames are whole; beyond the limit they are cut, and the cut is counted.
. "$(dirname "$0")/harness.sh"
deep=$DREGS_PROGRAMS/deep
frames='d["sites"][0]["frames"]'
whole_at() {
    expect_runs_the_same "$deep" "$1"
    expect_sound "$TRACE"
    expect_top "frames of descend at depth $1" "$(($1 + 1))" "sum(is_named(f, 'descend') for f in $frames)"
    expect_top "the stack reaches main and _start" "main _start" \
        "text(f['function'] for f in $frames if f['function'] in ('main', '_start'))"
}
whole_at 1
whole_at 300

for depth in 5000 100000; do
    expect_runs_the_same "$deep" "$depth"
    expect_sound "$TRACE" 'allow=("truncated_stacks",)'
    expect_top "stacks counted as truncated at depth $depth" 1 'd["loss"]["truncated_stacks"]'
    expect_top "and still 256 frames or more" True "len($frames) >= 256"
    expect_top "block at the bottom" "1 1337" 'text((total("descend"), total("descend", "live_bytes")))'
done

#!/usr/bin/env bash
# A sampled run: estimates hold the truth, errors are what theory says, calls are counted exactly; one thread and four.
. "$(dirname "$0")/harness.sh"
leaks=$DREGS_PROGRAMS/sampled_leaks

sample() {  # RATE THREADS: leaves TRACE and top.json
    "$DREGS_BIN" run --quiet --sample="$1" -- "$leaks" "$2" >sampled.out || fail "exit status $? with --sample=$1"
    expect_eq "output" "kept 200000 20000 4000 50" "$(cat sampled.out)"
    TRACE=$(ls -t traces/sampled_leaks.*.dregs | head -1)
    expect_sound "$TRACE"
}

expect_estimates() {  # WHAT
    expect_top "blocks of 64 bytes, $1" "" 'sampling_problem("keep_small", 200000, 64)'
    expect_top "blocks of 1 KiB, $1" "" 'sampling_problem("keep_medium", 20000, 1024)'
    expect_top "blocks that realloc grew, $1" "" 'sampling_problem("keep_grown", 4000, 5000)'
    expect_top "blocks of 1 MiB, $1" "" 'sampling_problem("keep_large", 50, 1 << 20)'
    expect_top "blocks that were freed, $1" 0 'total("churn")'
}

expect_sound_run "$leaks" 1
exact=$TRACE
expect_top "an exact trace says so" 0 'd["sample_bytes"]'
calls=$(query top.json 'd["totals"]["alloc_calls"] + d["totals"]["suppressed_blocks"]') || exit 1
for rate in 4K 64K; do
    sample "$rate" 1
    expect_top "the rate" $((${rate%K} * 1024)) 'd["sample_bytes"]'
    expect_estimates "every $rate, one thread"
    expect_top "allocations" "$calls" 'd["totals"]["alloc_calls"]'
    expect_top "far fewer blocks are recorded" True 'sum(s["sampled_blocks"] for s in d["sites"]) < 20000'
    sample "$rate" 4
    expect_estimates "every $rate, four threads"
done

"$DREGS_BIN" top "$TRACE" >top.text || fail "dregs top: exit status $?"
expect_match "what the numbers are" '^Sampled: one block every 65,536 bytes on average; figures are estimates' top.text
expect_match "errors in the text" '^ +1 +[0-9,]+ +±[0-9,]+ ' top.text
dregs_json diff "$exact" "$TRACE" >top.json
expect_top "the diff from the exact trace" "200000 0 True" \
    '[text((s["old_blocks"], s["old_count_error"], abs(s["delta_blocks"]) <= 3 * s["count_error"])) for s in sites("keep_small")][0]'

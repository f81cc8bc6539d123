#!/usr/bin/env bash
# Marker calls at random on four threads, half of them wrong: the trace says of each what a model says.
. "$(dirname "$0")/../suite.sh"

told() { awk -v name="$1" '$1 == name { print $2 }' expected; }  # NAME -> what the model expects

storms=$(rounds 6 400)
calls=$(rounds 20000 50000)
for seed in $(seq "$storms"); do
    expect_runs_the_same "$BUILT/marker_storm" "$((seed * 10))" "$calls" expected
    expect_eq "answers that were wrong" 0 "$(told wrong_answers)"
    read_trace "$TRACE" allow="('unknown_frees',)"
    expect_top "live blocks, seed $seed" "$(told live) $(told pool_blocks)" \
        'text((total("storm_block"), d["totals"]["pool_blocks"]))'
    for loss in bad_leaves bad_markers unknown_frees lost_markers imbalance; do
        expect_top "$loss, seed $seed" "$(told $loss)" "d['loss']['$loss']"
    done
    load_scopes "$TRACE"
    expect_kind storm entered "$(told entered)" left "$(told left)" missed_leaves "$(told missed)" \
        survivor_blocks "$(told survivors)" abandoned 0
done
survived "marker calls at random on four threads, half of them wrong, beside a model" "$storms"

#!/usr/bin/env bash
# SIGKILL at a random moment of a storm of threads: what the trace holds lies between what the program had surely done
# and what it had begun, to the block, and no block whose scope was open is called a survivor.
. "$(dirname "$0")/../suite.sh"
mkfifo said

storm_until_killed() {  # leaves TRACE
    LD_PRELOAD=$DREGS_LIB "$BUILT/kill_storm" truth >said &
    local storm=$!
    exec 3<said
    read -r -u 3 _
    read -r -t "0.$(printf %03d $((RANDOM % 150)))" -u 3 _ # sleeps: nothing more is said
    kill -KILL "$storm"
    wait "$storm" 2>/dev/null
    exec 3<&-
    find_trace "$storm"
}

in_storm() { echo "sum(total(f, '$1') for f in ('take', 'resize', 'take_of_pool'))"; }

tries=$(rounds 40 200)
for round in $(seq "$tries"); do
    rm -rf truth traces/*
    storm_until_killed
    read_trace "$TRACE" inherited=True  # allocations minus frees agree but for what was cut off, see below
    read -r least most least_survivors most_survivors < <("$BUILT/kill_storm" truth truth)
    live=$(in_storm live_blocks) survivors=$(in_storm outlived_blocks)
    expect_top "round $round: live blocks from $least to $most, survivors from $least_survivors to $most_survivors" \
        "True True" "text(($least <= $live <= $most, $least_survivors <= $survivors <= $most_survivors))"
    expect_top "round $round: damage, blocks that the counters know nothing of" "0 0" \
        'text((d["loss"]["damaged_blocks"], d["loss"]["imbalance"]))'
done
survived "SIGKILL at a random moment of four threads with scopes, jobs and pools, which come and go" "$tries"

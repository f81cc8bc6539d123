#!/usr/bin/env bash
# SIGKILL and SIGSTOP at random moments of a storm of threads: what the trace holds lies between what the program had
# surely done and what it had begun, to the block, and no block whose scope was open is called a survivor.
. "$(dirname "$0")/../suite.sh"
mkfifo said

start_storm() {  # leaves STORM and TRACE
    rm -rf truth traces/*
    LD_PRELOAD=$DREGS_LIB "$BUILT/kill_storm" truth >said &
    STORM=$!
    STARTED=("$STORM")
    exec 3<said
    read -r -u 3 _
    find_trace "$STORM"
}

some_time() { read -r -t "0.$(printf %03d $((RANDOM % 150)))" -u 3 _; } # nothing more is said
in_storm() { echo "sum(total(f, '$1') for f in ('take', 'resize', 'take_of_pool'))"; }

expect_truth() {  # WHEN
    read_trace "$TRACE" inherited=True  # allocations minus frees agree but for what was cut off: `imbalance`
    read -r least most least_survivors most_survivors < <("$BUILT/kill_storm" truth truth)
    live=$(in_storm live_blocks) survivors=$(in_storm outlived_blocks)
    expect_top "$1: $least to $most live blocks, $least_survivors to $most_survivors survivors; damage; imbalance" \
        "True True 0 0" "text(($least <= $live <= $most, $least_survivors <= $survivors <= $most_survivors,
            d['loss']['damaged_blocks'], d['loss']['imbalance']))"
}

tries=$(rounds 30 200)
for round in $(seq "$tries"); do
    start_storm
    some_time
    kill -KILL "$STORM"
    wait "$STORM" 2>/dev/null
    expect_truth "killed in round $round"
done
survived "SIGKILL at a random moment of four threads with scopes, jobs and pools, which come and go" "$tries"

all_stopped() { ! grep -h '^State:' /proc/"$STORM"/task/*/status | grep -qv stopped; }
tries=$(rounds 6 100)
start_storm
for round in $(seq "$tries"); do
    some_time
    kill -STOP "$STORM"
    wait_for 10 all_stopped
    expect_truth "stopped in round $round"
    kill -CONT "$STORM"
done
kill -KILL "$STORM"
wait "$STORM" 2>/dev/null
expect_truth "killed after $tries stops"
survived "SIGSTOP at a random moment of the same, the trace read, SIGCONT" "$tries"

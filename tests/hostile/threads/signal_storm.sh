#!/usr/bin/env bash
# Signals that allocate at 10 kHz, on a stack of their own, while hooks run: the threads' blocks are exact, and so are the
# handlers', but for those that came while their thread held the shim's lock, which are counted.
. "$(dirname "$0")/../suite.sh"
signals=$(rounds 3000 60000)
run_bare "$BUILT/signal_storm" "$signals" bare.kept
run_traced "$BUILT/signal_storm" "$signals" traced.kept
expect_eq "exit status" 0 "$STATUS"
expect_same_file "output" bare.out traced.out
read_trace "$TRACE" allow='("truncated_stacks", "unrecorded_allocs", "unknown_frees")'
expect_kept 300
kept=$(cat traced.kept)
[ "$kept" -ge $((signals * 3 / 10)) ] || fail "handlers kept only $kept blocks"
expect_top "handlers' blocks, live or lost" True \
    "0 <= $kept - total('keep_from_handler') <= d['loss']['unrecorded_allocs'] + d['loss']['truncated_stacks']"
expect_top "handlers lose next to nothing" True "d['loss']['unrecorded_allocs'] < 20 and d['loss']['truncated_stacks'] < 20"
survived "10 kHz of signals to each of 3 threads; handlers allocate on a sigaltstack" "$((signals * 3))"

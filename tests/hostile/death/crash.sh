#!/usr/bin/env bash
# Crashes, with a handler that allocates and unwinds, and without: what the program says and how it ends is as bare, and
# the handler's blocks are in the trace, too.
. "$(dirname "$0")/../suite.sh"
ulimit -c 0
# What others were doing at that moment may be missing: as many as threads, which `imbalance` allows for.
cut_off="inherited=True, allow=('truncated_stacks', 'unknown_frees')"
tries=$(rounds 2 20)
for _ in $(seq "$tries"); do
    while read -r crash end kept; do
        rm -f traces/*
        expect_runs_the_same "$BUILT/crash" "$crash" "$end"
        read_trace "$TRACE" "$cut_off"
        expect_top "allocations, frees and blocks after $crash $end" 0 'd["loss"]["imbalance"]'
        expect_kept "$kept"
    done <<'END'
segv default 3
segv raise 7
segv exit 7
segv jump 9
ill raise 7
abort raise 7
abort jump 9
free raise 7
END
done
survived "SIGSEGV, SIGILL, SIGABRT, free of a wild pointer; a handler that allocates, calls backtrace and ends, exits or jumps" \
    "$((tries * 8))"

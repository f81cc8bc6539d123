#!/usr/bin/env bash
# A child of vfork that is the first to allocate, in its parent's memory: the trace is the parent's, by its name and its
# process id, and so are the threads, whose states are used again when they are gone.
. "$(dirname "$0")/../suite.sh"
threads=$(rounds 3000 70000)
tries=0
for how in none vfork clone exits spawn beside fork; do
    run_bare "$BUILT/first_in_guest" "$how" "$threads"
    run traced "$DREGS_LIB" "$BUILT/first_in_guest" "$how" "$threads"
    expect_bare_and_traced_agree "$how" 0
    expect_eq "$how" "grown by 0" "$(cat traced.out)"
    if [ "$how" = fork ]; then  # the first process has none: it never allocates
        TRACE=$(ls traces/*)
    else
        find_trace "$(cat traced.pid)"
        expect_eq "$how: whose it is" "$(cat traced.pid)" "$("$DREGS_BIN" ls --json traces | "$PYTHON" -c '
import json, sys
found = json.load(sys.stdin)
print(*[trace["pid"] for trace in found.get("traces", found)])')"
    fi
    read_trace "$TRACE"
    case $how in none | spawn) own=1 ;; beside) own=1006 ;; *) own=6 ;; esac
    expect_kept $((threads + own))
    rm traces/*
    tries=$((tries + 1))
done
survived "children of vfork, clone with CLONE_VM, posix_spawn that allocate before their parent" "$tries"

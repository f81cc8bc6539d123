#!/usr/bin/env bash
# Forks while other threads allocate: no child hangs, the parent's trace is exact, and so is each child's that is looked at.
. "$(dirname "$0")/../suite.sh"
forks=$(rounds 100 1000)
expect_survives "$BUILT/fork_storm" "$forks"
expect_match "children" "^$forks children ended well$" traced.out
expect_kept $((forks + 300))
parent=$TRACE
expect_eq "traces" $((forks + 1)) "$(ls traces | wc -l)"
looked_at=0 children=$(rounds 15 200)
for TRACE in traces/*.dregs; do
    [ "$TRACE" != "$parent" ] && [ $((looked_at += 1)) -le "$children" ] || continue
    read_trace "$TRACE" inherited=True
    expect_kept 7
    expect_top "inherited blocks given back in $TRACE" 1 "d['loss']['inherited_frees']"
done
survived "fork while 3 threads allocate; the child allocates" "$forks"

#!/usr/bin/env bash
# A signal handler forks in the midst of a hook: the child, whose shim is wiped while the hook stands on its stack, begins a
# trace of its own and loses nothing; its parent's is as if nobody had forked.
. "$(dirname "$0")/../suite.sh"
every=$(rounds 400 11)
run_bare "$BUILT/fork_in_handler" "$every" bare.children
run_traced "$BUILT/fork_in_handler" "$every" traced.children
expect_eq "exit status" 0 "$STATUS"
expect_same_file "output" bare.out traced.out
read_trace "$TRACE"
expect_kept 64
children=$(cat traced.children)
[ "$children" -gt $((20000 / every)) ] || fail "only $children children"
expect_eq "traces" $((children + 1)) "$(ls traces | wc -l)"
for child in $(ls traces/*.dregs | grep -vxF "$TRACE" | shuf -n "$(rounds 8 200)"); do
    read_trace "$child"
    expect_kept 5
    expect_top "all blocks in $child" 5 'd["totals"]["live_blocks"]'
    expect_top "blocks of the parent's in $child" 1 'd["loss"]["inherited_frees"]'
done
survived "_Fork in a signal handler that interrupts a hook; the child allocates and ends" "$children"

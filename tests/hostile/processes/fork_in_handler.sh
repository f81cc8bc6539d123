#!/usr/bin/env bash
# A signal handler forks in the midst of a hook: the child, whose shim is wiped while the hook stands on its stack, begins a
# trace of its own and loses nothing, also when it returns to that hook; its parent's is as if nobody had forked.
. "$(dirname "$0")/../suite.sh"
every=$(rounds 400 11)

# try END BLOCKS: what each child does in the end, and how many blocks it keeps.
try() {
    run_bare "$BUILT/fork_in_handler" "$1" "$every" bare.children
    run_traced "$BUILT/fork_in_handler" "$1" "$every" traced.children
    expect_eq "exit status" 0 "$STATUS"
    expect_same_file "output" bare.out traced.out
    read_trace "$TRACE"
    expect_kept 128
    children=$(cat traced.children)
    [ "$children" -gt $((30000 / every)) ] || fail "only $children children"
    expect_eq "traces" $((children + 1)) "$(ls traces | wc -l)"
    for child in $(ls traces/*.dregs | grep -vxF "$TRACE" | shuf -n "$(rounds 8 200)"); do
        read_trace "$child"
        expect_kept "$2" keep_by_child
        expect_top "blocks of the parent's in $child" True 'd["loss"]["inherited_frees"] >= 1'
    done
}

try end 5
survived "_Fork in a signal handler that interrupts a hook; the child allocates and ends" "$children"
rm traces/*
try return 12
survived "the same; the child returns to the hook and goes on" "$children"

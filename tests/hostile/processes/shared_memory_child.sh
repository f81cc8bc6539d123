#!/usr/bin/env bash
# Children of vfork and of clone with CLONE_VM allocate in their parent's memory: those are the parent's blocks, counted
# once, and the thread that had the child is not taken for gone with it.
. "$(dirname "$0")/../suite.sh"
count=$(rounds 60 4000)
expect_survives "$BUILT/shared_memory_child" "$count"
expect_eq "status" 0 "$STATUS"
expect_kept $((5 * count))
expect_eq "traces: the children have none" 1 "$(ls traces | wc -l)"
survived "children of vfork and of clone with CLONE_VM and CLONE_VFORK that allocate" "$count"

#!/usr/bin/env bash
# An allocator behind the shim whose IFUNC resolver calls dlopen, while the shim looks it up and knows no dlopen yet.
. "$(dirname "$0")/../suite.sh"
run traced "$DREGS_LIB $BUILT/chosen_malloc.so" "$BUILT/opens_to_choose" tell
expect_eq "exit status" 0 "$STATUS"
expect_eq "the program" "chosen by opening: yes" "$(cat traced.out)"
find_trace "$(cat traced.pid)"
read_trace "$TRACE"
expect_kept 7
survived "dlopen in an IFUNC resolver of the allocator that is being looked up"

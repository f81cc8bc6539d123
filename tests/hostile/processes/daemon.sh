#!/usr/bin/env bash
# A daemon whose descriptors 0 to 2 are its data file: nothing of ours ever gets into it, and its trace is whole.
. "$(dirname "$0")/../suite.sh"
run_bare "$BUILT/daemon" "$WORK/bare.data" "$WORK/bare.done"
wait_for 60 test -f bare.done
run_traced "$BUILT/daemon" "$WORK/traced.data" "$WORK/traced.done"
expect_eq "exit status of the first process" 7 "$STATUS"
wait_for 60 test -f traced.done
expect_same_file "the daemon's data" bare.data traced.data
expect_eq "lines" 200 "$(grep -c '^line' traced.data)"
read_trace "$TRACE"
expect_kept 5
find_trace "$(cat traced.done)"
read_trace "$TRACE"
expect_kept 40000
survived "double fork, closefrom(3), descriptors 0-2 closed and opened anew for data"

#!/usr/bin/env bash
# Threads that come and go beside others that stay use the states of those that are gone: memory follows the threads there
# are, not those there were.
. "$(dirname "$0")/../suite.sh"
count=$(rounds 2000 70000)
run_traced "$BUILT/short_beside_long" "$count"
expect_eq "exit status" 0 "$STATUS"
read_trace "$TRACE"
expect_kept $((count + 6))
grown=$(cat traced.out)
[ "$grown" -lt $((65536 + count * 8)) ] || fail "the address space grew by $grown KiB"
survived "threads that come and go beside six that stay" "$count"

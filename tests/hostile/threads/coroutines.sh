#!/usr/bin/env bash
# Coroutines on stacks of 4 KB: a hook fits where 2816 bytes are left, also the first of a thread or of a forked child.
. "$(dirname "$0")/../suite.sh"
threads=$(rounds 14 700)
run_bare "$BUILT/coroutines" "$threads" bare.used
run_traced "$BUILT/coroutines" "$threads" traced.used
expect_eq "exit status" 0 "$STATUS"
expect_same_file "output" bare.out traced.out
expect_match "coroutines" "^$((threads * 7)) coroutines came to their end$" traced.out
read_trace "$TRACE"
expect_kept $((threads * 200))
echo "stack of a call: bare $(cat bare.used) bytes, traced $(cat traced.used)"
[ "$(cat traced.used)" -le 2048 ] || fail "a hook used $(cat traced.used) bytes of a coroutine's stack, 2048 are allowed"
survived "coroutines on 4 KB stacks that allocate first in their thread or forked child" "$((threads * 7))"

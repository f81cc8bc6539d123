#!/usr/bin/env bash
# The C library's debugging malloc, which has nothing but old versions of its functions: what it finds and logs is the
# same under the shim. And an allocator that has functions of several versions: each call goes where it would have gone.
. "$(dirname "$0")/../suite.sh"
shim=$DREGS_LIB
debug=libc_malloc_debug.so.0
LD_PRELOAD=$debug true 2>&1 | grep -q . && skip "this C library has no $debug"

run_debugged() {  # NAME PRELOAD MODE
    run "$1" "$2" "$BUILT/malloc_debug" "$3"
}

expect_debugged_the_same() {  # MODE EXPECTED-STATUS
    run_debugged bare "$debug" "$1"
    expect_eq "exit status of $1 without the shim" "$2" "$STATUS"
    for order in "$shim $debug" "$debug $shim"; do
        run_debugged traced "$order" "$1"
        expect_bare_and_traced_agree "$1 with $order" "$2"
    done
}

# Blocks of the log by their order, and without where they were asked for: that is in the shim.
plain_log() { sed -E 's/^@ [^ ]+ //' "$1" | awk '{ if (!($2 in id)) id[$2] = ++n; $2 = id[$2]; print }'; }

export MALLOC_CHECK_=3
expect_debugged_the_same check 134
expect_match "what the check says" "free\(\): invalid pointer" traced.err
unset MALLOC_CHECK_
export GLIBC_TUNABLES=glibc.malloc.check=3
expect_debugged_the_same check 134
unset GLIBC_TUNABLES
expect_debugged_the_same probe 0
expect_match "what the probes find" "good: 0, bad: 3" traced.out
find_trace "$(cat traced.pid)"

export MALLOC_TRACE="$WORK/bare.log"
run_debugged bare "$debug" trace
for order in "$shim $debug" "$debug $shim"; do
    export MALLOC_TRACE="$WORK/traced.log"
    run_debugged traced "$order" trace
    expect_eq "exit status of trace" 0 "$STATUS"
    expect_same_file "mtrace's log with $order" <(plain_log bare.log) <(plain_log traced.log)
done
expect_match "the log has the blocks" "0x539$" traced.log
run_debugged traced "$shim $debug" trace
find_trace "$(cat traced.pid)"
read_trace "$TRACE"
expect_top "the blocks that the log leaves" "3 1875" "text((total('trace'), total('trace', 'live_bytes')))"

unset MALLOC_TRACE

# Its malloc of the C library's version is no default; its others are nobody's.
run bare "$BUILT/versioned_malloc.so" "$BUILT/exchange"
expect_match "the allocator is called" "^called: 1$" bare.err
run traced "$shim $BUILT/versioned_malloc.so" "$BUILT/exchange"
expect_bare_and_traced_agree "exchange with an allocator of several versions" 0
find_trace "$(cat traced.pid)"
read_trace "$TRACE"
expect_kept 100
survived "the C library's debugging malloc, an allocator of several versions" 10

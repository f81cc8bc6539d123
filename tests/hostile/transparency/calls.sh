#!/usr/bin/env bash
# strace sees no call of ours but those that preload/README.md names: no write, no signal, no handler, no descriptor left
# open; in one thread, in several, and in forked children.
. "$(dirname "$0")/../suite.sh"
need strace
strace -o /dev/null true 2>/dev/null || skip "no process may be traced here"

observe() {  # NAME PRELOAD HOW -> NAME.calls
    strace -ff -o "$1.strace" -E LD_PRELOAD="$2" "$BUILT/calls" "$3" >/dev/null 2>&1 || fail "$1: exit status $?"
    "$PYTHON" "$(dirname "$CASE")/calls.py" "$WORK/$1.strace" >"$1.calls" || fail "calls.py"
}

for how in single threads fork; do
    rm -f bare.* traced.*
    observe bare "" "$how"
    observe traced "$DREGS_LIB" "$how"
    expect_match "the program's own calls are seen" 'write\([0-9]+, "a block", 7\)' traced.calls
    expect_same_file "calls of a program ($how)" bare.calls traced.calls
    for trace in traces/*; do read_trace "$trace" inherited=True; done
    rm traces/*
done
survived "strace: no call, descriptor, write or signal that is not documented" 3

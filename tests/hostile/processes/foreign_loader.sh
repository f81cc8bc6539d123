#!/usr/bin/env bash
# A program of another C library, whose loader ends it when it cannot preload the shim (musl's does; glibc's only says so).
# dregs run does not preload there, and says why. glibc's loader under musl's name stands in for it.
. "$(dirname "$0")/../suite.sh"
cp -L "$(ldd "$BUILT/births" | grep -o '/[^ ]*/ld-linux-x86-64.so.2')" ld-musl-x86_64.so.1
run_bare "$BUILT/foreign_loader" 5
expect_eq "status bare" 5 "$STATUS"
for program in "$BUILT/foreign_loader" "$(command -v env)"; do
    set -- "$program" 5
    [ "$program" = "$BUILT/foreign_loader" ] || set -- env "$BUILT/foreign_loader" 5
    "$DREGS_BIN" run -- "$@" </dev/null >run.out 2>run.err
    expect_eq "status of $*" 5 $?
    expect_same_file "output of $*" bare.out run.out
done
"$DREGS_BIN" run -- "$BUILT/foreign_loader" 5 >run.out 2>run.err
expect_match "the reason" 'cannot be traced: its C library is not glibc, its loader is ./ld-musl-x86_64.so.1; it runs' run.err
expect_eq "lines of messages" 1 "$(wc -l <run.err)"
"$DREGS_BIN" run --strict -- "$BUILT/foreign_loader" 5 >run.out 2>run.err
expect_eq "status with --strict" 2 $?
expect_eq "traces" "" "$(ls traces)"
survived "a program whose loader is musl's" 3

#!/usr/bin/env bash
# The loader called by name, as bundles do that bring their own: ld.so ./program. To the kernel the loader is the program.
# The trace is the program's all the same, and its frames have their names.
. "$(dirname "$0")/../suite.sh"
loader=$(ldd "$BUILT/one_plugin" | grep -o '/[^ ]*/ld-linux-x86-64.so.2')
program=$DREGS_PROGRAMS/nswapsim
run_bare "$program" 1000 leak
cp "$program" here
for way in "$loader $program" "$loader ./here" "$loader --argv0 other ./here"; do
    rm -f traces/*
    # shellcheck disable=SC2086
    run traced "$DREGS_LIB" $way 1000 leak
    expect_same_file "output of $way" bare.out traced.out
    expect_eq "status of $way" 0 "$STATUS"
    find_trace "$(cat traced.pid)"
    read_trace "$TRACE"
    expect_top "the program of $way" "${way##* }" "d['trace']['program'].replace('$WORK', '.')"
    expect_top "leaked pages of $way" 50 'total("mem_store")'
    # shellcheck disable=SC2086
    "$DREGS_BIN" run --strict -- $way 1000 leak </dev/null >run.out 2>run.err
    expect_eq "status of $way under dregs run" 0 $?
    expect_same_file "output of $way under dregs run" bare.out run.out
    expect_eq "messages of $way under dregs run" "" "$(cat run.err)"
done
survived "the loader called by name, with a program to run" 6

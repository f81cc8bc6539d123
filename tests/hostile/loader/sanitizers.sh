#!/usr/bin/env bash
# Programs built with a sanitizer behave as without the shim, which stands back where malloc is the sanitizer's; dregs run
# says why there is no trace. LeakSanitizer and the undefined behaviour one leave malloc to others: these are traced.
. "$(dirname "$0")/../suite.sh"
source=$(dirname "$CASE")/sanitized.c
export ASAN_OPTIONS=detect_leaks=0

build() {  # COMPILER SANITIZER -> the program; fails where that is not to be had
    program=$WORK/$1-$2
    command -v "$1" >/dev/null && "$1" -g -pthread "-fsanitize=$2" "$source" -o "$program" 2>/dev/null && "$program" >/dev/null 2>&1
    [ $? = 3 ]
}

expect_left_alone() {  # WHY
    run_bare "$program"
    run traced "$DREGS_LIB" "$program"
    expect_eq "exit status of $program" 3 "$STATUS"
    expect_same_file "output of $program" bare.out traced.out
    expect_same_file "messages of $program" bare.err traced.err
    expect_eq "traces of $program" "" "$(ls traces)"
    "$DREGS_BIN" run -- "$program" >run.out 2>run.err
    expect_eq "exit status of $program under dregs run" 3 $?
    expect_same_file "output of $program under dregs run" bare.out run.out
    expect_match "why there is no trace" "cannot be traced: it is built with $1" run.err
}

tried=""
for compiler in gcc clang; do
    for sanitizer in address thread memory; do
        build "$compiler" "$sanitizer" || { echo "not tried: $compiler -fsanitize=$sanitizer"; continue; }
        expect_left_alone "$(echo "$sanitizer" | sed 's/./\U&/')Sanitizer"
        tried+=" $compiler's $sanitizer"
        [ "$sanitizer" = address ] || continue
        run traced "$DREGS_LIB" "$program" overflow
        expect_eq "exit status after an overflow" 1 "$STATUS"
        expect_match "what the sanitizer found" 'heap-buffer-overflow' traced.err
        rm -f traces/*  # of the program that names its stacks
    done
done
[ -n "$tried" ] || skip "no compiler has a sanitizer"

if build gcc leak; then
    run_bare "$program" leak
    run_traced "$program" leak
    expect_match "what LeakSanitizer finds bare" '2199 byte.* leaked in 3 allocation' bare.err
    expect_match "what LeakSanitizer finds traced" '2199 byte.* leaked in 3 allocation' traced.err
    read_trace "$TRACE"
    expect_kept 10 keep_some
    expect_top "what LeakSanitizer found, in the trace" "3 2199" 'text((total("leak_some"), total("leak_some", "live_bytes")))'
    tried+=" gcc's leak"
fi
build gcc undefined && expect_survives "$program" && expect_kept 10 keep_some && tried+=" gcc's undefined"
survived "sanitizers:${tried}"

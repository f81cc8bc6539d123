#!/usr/bin/env bash
# Another allocator behind the shim is traced to the block, whether the program is linked with it or it is preloaded. One
# before the shim takes the calls away: the trace says so.
. "$(dirname "$0")/../suite.sh"
shim=$DREGS_LIB
source=$(dirname "$CASE")/exchange.c
notes='text(n for n in d["loss"]["notes"] if "own malloc" in n)'

expect_traced() {  # COMMAND...: all blocks, and the allocator is named
    run_traced "$@"
    expect_eq "exit status" 0 "$STATUS"
    expect_match "what the program found wrong" '^wrong: 0$' traced.out
    read_trace "$TRACE"
    expect_kept 100
    expect_match "the allocator is named" "$(basename "$allocator")" top.json
    expect_top "what is said of other allocators" "" "$notes"
}

for allocator in /usr/lib/*/lib{jemalloc.so.2,tcmalloc.so.4,tcmalloc_minimal.so.4,mimalloc.so.2}; do
    [ -e "$allocator" ] || { echo "not installed: $allocator"; continue; }
    DREGS_LIB=$shim
    "${DREGS_CC:-cc}" -O2 -pthread -I "$(dirname "$CASE")/../../.." -o linked "$source" "$allocator" || fail "cannot link $allocator"
    run_bare ./linked
    expect_traced ./linked
    expect_same_file "output, linked with $allocator" bare.out traced.out

    DREGS_LIB="$shim $allocator"
    expect_traced "$BUILT/exchange"
    LD_PRELOAD=$allocator "$DREGS_BIN" run --quiet --output "$WORK/traces/run.%p" -- "$BUILT/exchange" >run.out 2>run.err
    expect_match "what the program found wrong" '^wrong: 0$' run.out
    read_trace traces/run.*
    expect_kept 100
    rm traces/*

    DREGS_LIB="$allocator $shim"
    run_traced "$BUILT/exchange"
    expect_match "what the program found wrong" '^wrong: 0$' traced.out
    dregs_json top "$TRACE" >top.json
    expect_match "the trace says whose malloc was called" "own malloc.*$(basename "$allocator")" top.json
    run_traced "$BUILT/fixed_address"
    dregs_json top "$TRACE" >top.json
    expect_match "the same where the program jumps to it" "own malloc.*$(basename "$allocator")" top.json
    allocators+=("$(basename "$allocator" | sed 's/^lib//; s/\.so.*//')")
done
[ "${#allocators[@]}" -gt 0 ] || skip "none of the allocators is installed"
DREGS_LIB=$shim
expect_runs_the_same "$DREGS_PROGRAMS/own_malloc"
read_trace "$TRACE"
expect_match "the trace says that the program has a malloc of its own" "own malloc" top.json
expect_survives "$BUILT/fixed_address"
expect_top "what is said of a program that brings none" "" "$notes"
expect_kept 1 main
survived "linked with, preloaded behind and before the shim: ${allocators[*]}" $((4 * ${#allocators[@]}))

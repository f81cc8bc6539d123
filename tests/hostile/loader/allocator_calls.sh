#!/usr/bin/env bash
# Allocators that have operators new and delete of their own, and functions beside malloc's family: each of these is
# seen, whether the program is linked with the allocator or that is preloaded, counts once, and does what it did. Where
# there is no such allocator, nothing tells of us.
. "$(dirname "$0")/../suite.sh"
shim=$DREGS_LIB
here=$(dirname "$CASE")
include="$here/../../.."

# Each block that the program says it has kept, and no other of its functions'.
expect_kept_as_told() {
    expect_top "blocks, $1" "$(awk '/^kept / { print $2, 1, $3 }' traced.out | sort)" '"\n".join(sorted(
        f"{name} {s['"'live_blocks'"']} {s['"'live_bytes'"']}" for s in d["sites"] if s["frames"]
        for name in [s["frames"][0]["function"].split("::")[-1].rstrip("()")]
        if name.startswith(("keep_", "new_", "made_")) or name in ("free_all_forms", "exchange", "cross", "fill")))'
}

expect_all_seen() {  # PRELOAD COMMAND...: behind the shim
    DREGS_LIB=$1
    expect_survives "${@:2}"
    expect_kept_as_told "${*:2} under $1"
    DREGS_LIB=$shim
}

try_preloaded() {  # ALLOCATOR
    local program
    for program in "$BUILT/operators cross" "$BUILT/allocator_interfaces" "$BUILT/calls_late $BUILT/late_calls.so"; do
        # shellcheck disable=SC2086
        set -- "$1" $program
        run bare "$1" "${@:2}"
        run traced "$shim $1" "${@:2}"
        expect_bare_and_traced_agree "$program behind $1" 0
        find_trace "$(cat traced.pid)"
        read_trace "$TRACE"
        grep -q '^kept' traced.out && expect_kept_as_told "$program, $1 behind"
        run traced "$1 $shim" "${@:2}"
        expect_bare_and_traced_agree "$program before $1" 0
        find_trace "$(cat traced.pid)"
        dregs_json top "$TRACE" >top.json
        expect_match "the trace says whose malloc was called" "own malloc.*$(basename "$1")" top.json
    done
    run bare "$1" "$BUILT/operators" throw
    local status=$STATUS
    run traced "$shim $1" "$BUILT/operators" throw
    expect_bare_and_traced_agree "operators throw behind $1" "$status"
    DREGS_SNAPSHOT_FAILED=1 run traced "$shim $1" "$BUILT/operators" one
    grep -q "^new threw" traced.out || return 0  # mimalloc aborts
    find_trace "$(cat traced.pid)"
    [ -e "${TRACE%.dregs}.failed.dregs" ] || fail "no snapshot when operator new of $1 threw"
}

try_linked() {  # ALLOCATOR
    "${DREGS_CXX:-c++}" -pthread -o linked_c interfaces.o "$1" || fail "cannot link $1"
    "${DREGS_CXX:-c++}" -pthread -o linked_cpp operators.o "$1" || fail "cannot link $1"
    "${DREGS_CXX:-c++}" -pthread -no-pie -Wl,-z,now -o linked_fixed fixed.o "$1" || fail "cannot link $1"
    expect_all_seen "$shim" ./linked_c
    expect_all_seen "$shim" ./linked_cpp
    expect_all_seen "$shim" ./linked_fixed
    LD_PRELOAD=$1 "$DREGS_BIN" run --quiet --output "$WORK/traces/run.%p" -- "$BUILT/operators" >traced.out 2>run.err
    read_trace traces/run.*
    expect_kept_as_told "dregs run, $1 preloaded"
    rm traces/*
}

# The same under the recordings that work in other ways.
try_options() {
    local calls
    DREGS_LEDGER=1 run_traced ./linked_cpp cross
    read_trace "$TRACE"
    expect_kept_as_told "with a ledger"
    calls=$(query top.json 'd["totals"]["alloc_calls"]')
    DREGS_SAMPLE=4096 run_traced ./linked_cpp cross
    dregs_json top "$TRACE" >top.json
    expect_json "allocations, where a sample is recorded" "$calls" top.json 'd["totals"]["alloc_calls"]'
    DREGS_LIMIT=1M DREGS_LIMIT_ACTION=fail run_traced ./linked_cpp
    expect_match "what is within the limit" "^kept new_array_aligned_nothrow" traced.out
    ! grep -q new_large traced.out || fail "5 MB beyond a limit of one were had"
}

"${DREGS_CC:-cc}" -O2 -w -I "$include" -c -o interfaces.o "$here/allocator_interfaces.c" || fail "cannot compile"
"${DREGS_CXX:-c++}" -std=c++17 -O2 -w -I "$include" -c -o operators.o "$here/operators.cpp" || fail "cannot compile"
"${DREGS_CXX:-c++}" -std=c++17 -O2 -w -fno-pie -I "$include" -c -o fixed.o "$here/operators.cpp" || fail "cannot compile"
for allocator in /usr/lib/*/lib{jemalloc.so.2,tcmalloc.so.4,tcmalloc_minimal.so.4,mimalloc.so.2,tbbmalloc_proxy.so.2}; do
    [ -e "$allocator" ] || { echo "not installed: $allocator"; continue; }
    try_preloaded "$allocator"
    try_linked "$allocator"
    try_options
    allocators+=("$(basename "$allocator" | sed 's/^lib//; s/\.so.*//')")
done
[ "${#allocators[@]}" -gt 0 ] || skip "none of the allocators is installed"

# Only the functions of its own, malloc is the C library's.
for library in /usr/lib/*/libtbbmalloc.so.2; do
    [ -e "$library" ] || continue
    "${DREGS_CC:-cc}" -o linked_c interfaces.o "$library" || fail "cannot link $library"
    expect_all_seen "$shim" ./linked_c
done

expect_all_seen "$shim" "$BUILT/operators"
expect_all_seen "$shim" "$BUILT/calls_late" "$BUILT/late_calls.so"
expect_match "no mallocx where there is none" "not under jemalloc" traced.out
expect_survives "$BUILT/operators" throw
survived "operators and functions of their own: ${allocators[*]}" $((17 * ${#allocators[@]}))

#!/usr/bin/env bash
# The marker API in C11 links nothing, changes nothing without the shim, and marks everything with it.
. "$(dirname "$0")/harness.sh"
program=$DREGS_PROGRAMS/marker_c11
needed=$(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
expect_eq "libraries that it needs" libc.so.6 "$needed"
run_bare "$program"
expect_eq "exit status without the shim" 16 "$STATUS"
run_traced "$program"
expect_eq "exit status with the shim" 17 "$STATUS"
expect_same_file "output" bare.out traced.out
find_trace "$(cat traced.pid)"
expect_sound "$TRACE"
load_scopes "$TRACE"
expect_kind outer entered 1 left 1 survivor_blocks 0
expect_kind inner entered 1 left 1 survivor_blocks 1 survivor_bytes 1337
expect_json "its label" "the only one" scopes.json 'text(kind("inner")["sites"][0]["labels"])'
expect_kind job entered 1 left 1 survivor_blocks 0
expect_kind arena entered 1 left 1 survivor_blocks 0
snapshot=$(find traces -name '*end*')
[ -n "$snapshot" ] || fail "dregs_snapshot(\"end\") left no file: $(ls traces)"
expect_sound "$snapshot"

#!/usr/bin/env bash
# talloc's tree: contexts with what is in them, whatever was moved where; the ones that are left, by where they were made.
. "$(dirname "$0")/harness.sh"
program=$DREGS_PROGRAMS/talloc_tree
[ -x "$program" ] || skip "libtalloc is not installed"
expect_adapted_the_same talloc "$program"
run_counted "$program"
expect_top "live blocks as counted independently" "$COUNTED" 'd["totals"]["live_blocks"] + d["totals"]["suppressed_blocks"]'
expect_match "as talloc counts them" '^210 chunks below the server, 100 below the cache' traced.out
load_scopes "$TRACE"
expect_kind talloc entered 102 left 90 open 12 live_blocks 312 survivor_blocks 0
# Ten requests of a context, its name and 19 chunks; the cache with what was moved there; the server by itself.
expect_json "contexts that are left, with their blocks" "10 210 1 101 1 1" scopes.json \
    "text(v for s in kind('talloc')['open_sites'] for v in (s['open'], s['live_blocks']))"
expect_json "examples of their names" "request 10 request 20 request 30 request 40 request 50 cache server" scopes.json \
    "text(l for s in kind('talloc')['open_sites'] for l in s['labels'])"
run alone "$(dirname "$DREGS_LIB")/dregs/libdregs-talloc.so" "$program"
expect_same_file "output under the adapter alone" bare.out alone.out

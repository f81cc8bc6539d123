#!/usr/bin/env bash
# libosip2 with the transactions of fifty calls leaked, cured, and with two more ownership mistakes.
. "$(dirname "$0")/harness.sh"
need valgrind
sipleak=$DREGS_PROGRAMS/sipleak
[ -x "$sipleak" ] || skip "sipleak is not built: libosip2-dev is not installed"
# Standard output's own buffer is left out by the built-in suppressions, as valgrind leaves it out.
expect_live() { expect_top "$1: live blocks" "$2" "d['totals']['live_blocks']"; }

expect_counts_agree "$sipleak" 50 leak
expect_live leak 26700
expect_top "leak: bytes" 3714291 "d['totals']['live_bytes']"
expect_valgrind_agrees "$sipleak" 50 leak
expect_top "leak: bytes as valgrind counts them" "$VALGRIND_BYTES" 'd["totals"]["live_bytes"] + d["totals"]["suppressed_bytes"]'
"$DREGS_BIN" top --json --no-suppressions "$TRACE" >all.json
expect_json "standard output's buffer is counted when asked for" 26701 all.json "d['totals']['live_blocks']"
expect_top "transactions of 15184 bytes" 200 'sum(s["live_blocks"] for s in d["sites"] if s["live_bytes"] == 15184 * s["live_blocks"])'

expect_counts_agree "$sipleak" 50 fix
expect_live fix 0

SUBS=300 NORELEASE=1 expect_counts_agree "$sipleak" 50 leak
expect_live "service, leak" 43814
SUBS=300 NORELEASE=1 expect_counts_agree "$sipleak" 50 fix
expect_live "service, fix" 17114

OWN=bodyleak expect_counts_agree "$sipleak" 50 fix
expect_live bodyleak 50
expect_top "bodyleak: 64 bytes each, in make_request" 3200 'total("make_request", "live_bytes")'

OWN=methodfree expect_runs_the_same "$sipleak" 50 fix

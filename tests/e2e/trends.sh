#!/usr/bin/env bash
# Trends of many snapshots: a leak is told from a cache that fills, a table loaded once and jobs in flight; exactly, under
# noise, and in a sample.
. "$(dirname "$0")/harness.sh"
program=$DREGS_PROGRAMS/cache_and_leak

trend_of() { echo "text(s['trend'] for s in sites('$1'))"; }

keep_snapshots() {  # NOISE [VARIABLE=VALUE...]: leaves trends.json
    rm -f traces/*
    run traced "$DREGS_LIB" env "${@:2}" "$program" "$1"
    expect_eq "exit status" 0 "$STATUS"
    dregs_json diff traces/cache_and_leak.*phase*.dregs >trends.json
}

expect_told_apart() {  # WHAT
    expect_json "$1: the leak" grows trends.json "$(trend_of leak)"
    expect_json "$1: it leads" True trends.json 'is_named(d["sites"][0]["frames"][0], "leak")'
    expect_json "$1: nothing else is thought to grow" "leak" trends.json \
        'text(s["frames"][0]["function"] for s in d["sites"] if s["trend"] == "grows")'
}

keep_snapshots 0
expect_told_apart exact
expect_json "the cache" "levels off" trends.json "$(trend_of new_entry)"
expect_json "what was loaded once" "levels off" trends.json "$(trend_of load_table)"
expect_json "jobs" "swings" trends.json "$(trend_of new_job)"
expect_json "all counts of the leak" "$(seq -s ' ' 1500 1500 24000)" trends.json \
    'text(p["blocks"] for p in sites("leak")[0]["series"])'
expect_json "sixteen moments" 16 trends.json 'len([m for m in d["moments"] if m["judged"] and m["seconds"] >= 0])'
expect_json "its rate in all that time" True trends.json \
    '0.5 < sites("leak")[0]["rates"]["late_blocks"] / 3600 * d["moments"][-1]["seconds"] / 22500 < 2'

"$DREGS_BIN" diff --json $(ls -r traces/*phase*.dregs) >reversed.json 2>reversed.err || fail "diff of reversed traces"
expect_match "it says that they were sorted" 'another order' reversed.err
expect_eq "messages where they were in order" "" "$(cd traces && "$DREGS_BIN" diff --json *phase*.dregs 2>&1 >/dev/null)"
expect_same_file "sorted" trends.json reversed.json
"$DREGS_BIN" diff traces/*phase*.dregs >trends.txt || fail "text: exit status $?"
expect_match "the text" '^ +1 +grows .* leak  cache_and_leak.c' trends.txt
expect_match "the bars" '▁.*█' trends.txt
"$DREGS_BIN" diff --format=umdh traces/*phase*.dregs >umdh.txt || fail "umdh: exit status $?"
expect_match "umdh: first and last" '57E4 \(   5DC0 -    5DC\)' umdh.txt

keep_snapshots 1000
expect_told_apart "noise of a twentieth"
keep_snapshots 0 DREGS_SAMPLE=1K
expect_told_apart "a sample"
keep_snapshots 1000 DREGS_SAMPLE=1K
expect_told_apart "a sample under noise"

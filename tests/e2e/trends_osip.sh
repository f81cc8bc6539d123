#!/usr/bin/env bash
# libosip2 with 300 subscriptions in use and fifty calls that leak, all of it reachable: growth between snapshots isolates the
# leaked family to the block, and so does a scope for each call.
. "$(dirname "$0")/harness.sh"
sipleak=$DREGS_PROGRAMS/sipleak
[ -x "$sipleak" ] || skip "sipleak is not built: libosip2-dev is not installed"
export SUBS=300 NORELEASE=1 SNAPSHOTS=5 PAUSE_MS=15 SCOPES=1

serve() {  # MODE: leaves TRACE and trends.json
    rm -f traces/*
    expect_runs_the_same "$sipleak" 50 "$1"
    dregs_json diff traces/*calls_*.dregs >trends.json
}
grown="text((sum(s['delta_blocks'] for s in d['sites'] if s['trend'] == 'grows'), d['totals']['old_blocks']))"

run traced "$DREGS_LIB" true
serve leak
expect_json "leaked blocks, and those in use before" "26700 17114" trends.json "$grown"
expect_json "no site is thought to do anything else" "['grows']" trends.json "sorted(set(s['trend'] for s in d['sites']))"
expect_json "the transactions of 15184 bytes" "200 3036800" trends.json \
    "text(text((s['delta_blocks'], s['delta_bytes'])) for s in d['sites'] if s['delta_bytes'] == 15184 * s['delta_blocks'])"
load_scopes "$TRACE"
expect_kind call entered 50 left 50 open 0 survivor_instances 50 survivor_blocks 26700
dregs_json top "$TRACE" >top.json
expect_json "all live at the exit" "43814 26700" top.json \
    "text((d['totals']['live_blocks'], sum(s['outlived_blocks'] for s in d['sites'])))"

serve fix
expect_json "cured: nothing grows" "0 17114" trends.json "$grown"
load_scopes "$TRACE"
expect_kind call entered 50 left 50 survivor_blocks 0

OWN=bodyleak serve fix
expect_json "what set_body copied: 64 bytes in each of 50 calls, at make_request" "make_request 50 3200 grows" trends.json \
    "text(text((s['frames'][0]['function'], s['delta_blocks'], s['delta_bytes'], s['trend'])) for s in d['sites'])"

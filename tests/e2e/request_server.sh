#!/usr/bin/env bash
# The marked server under load: its planted leak is the first site, and it says which scope it outlived and how often.
. "$(dirname "$0")/harness.sh"
serve() {  # NAME PRELOAD: 4000 requests on 4 connections; leaves NAME.out and STATUS
    LD_PRELOAD=$2 "$DREGS_PROGRAMS/request_server" 4 >"$1.out" 2>"$1.err" &
    SERVER=$!
    STARTED+=("$SERVER")
    wait_for 10 grep -q port "$1.out"
    "$DREGS_PROGRAMS/request_load" "$(awk '/^port/ { print $2 }' "$1.out")" 4000 4 quit || fail "wrong answers"
    wait "$SERVER"
    STATUS=$?
}
serve bare ""
expect_eq "exit status without the shim" 0 "$STATUS"
serve traced "$DREGS_LIB"
expect_eq "exit status with the shim" 0 "$STATUS"
expect_eq "messages" "" "$(cat traced.err)"
expect_eq "the server's own truth" "$(tail -1 bare.out)" "$(tail -1 traced.out)"
expect_eq "the server's own truth" "requests 4000 leaked 40" "$(tail -1 traced.out)"

find_trace "$SERVER"
expect_sound "$TRACE"
expect_top "the first site" "40 53480 40 request" \
    'text(d["sites"][0][k] for k in ("live_blocks", "live_bytes", "outlived_blocks", "scope"))'
expect_top "its function" True 'is_named(d["sites"][0]["frames"][0], "remember_client")'
expect_top "its file" request_server.cpp 'd["sites"][0]["frames"][0]["file"].split("/")[-1]'
expect_top "its caller" True 'is_named(d["sites"][0]["frames"][1], "handle_request")'
load_scopes "$TRACE"
expect_kind request entered 4000 left 4000 open 0 survivor_instances 40 survivor_blocks 40 survivor_bytes 53480
expect_json "sites that outlive a request" 1 scopes.json 'len(kind("request")["sites"])'
expect_json "labels tell which requests" True scopes.json \
    'all(int(l.split()[1]) % 100 == 0 for l in kind("request")["sites"][0]["labels"])'

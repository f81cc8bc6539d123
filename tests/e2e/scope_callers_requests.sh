#!/usr/bin/env bash
# dregs scopes --callers of the marked server: where its requests begin and end, and the way down to the leak.
. "$(dirname "$0")/harness.sh"
# One worker, so that how often it is looked at is known: at its 1st, 2nd, 4th ... 2048th of 4000 requests.
LD_PRELOAD=$DREGS_LIB "$DREGS_PROGRAMS/request_server" 1 >out 2>err &
SERVER=$!
STARTED+=("$SERVER")
wait_for 10 grep -q port out
"$DREGS_PROGRAMS/request_load" "$(awk '/^port/ { print $2 }' out)" 4000 2 quit || fail "wrong answers"
wait "$SERVER" || fail "the server ended with $?: $(cat err)"
find_trace "$SERVER"
expect_sound "$TRACE"
"$DREGS_BIN" scopes --callers --json "$TRACE" >callers.json || fail "dregs scopes --callers --json"
"$DREGS_BIN" scopes --callers "$TRACE" >callers.txt || fail "dregs scopes --callers"

for edge in begins ends; do
    expect_json "where requests $edge" "1 12 True" callers.json \
        "text((len(kind('request')['$edge']), kind('request')['$edge'][0]['looks'], any(is_named(f, 'handle_request') for f in kind('request')['$edge'][0]['frames'])))"
done
for function in work serve_connection handle_request remember_client; do
    expect_json "blocks through $function" "40 53480 40 53480" callers.json \
        "text(n[k] for n in kind('request')['allocated'] if is_named(n['frame'], '$function') for k in ('blocks', 'bytes', 'survivor_blocks', 'survivor_bytes'))"
done
expect_match "as one line" '40 blocks, 52\.2 KiB, all outlived .*handle_request.* > .*remember_client' callers.txt

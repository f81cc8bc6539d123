#!/usr/bin/env bash
# Request pools in APR, which malloc tracing cannot see: the ones that leak are found, with the stack that created them.
. "$(dirname "$0")/harness.sh"
program=$DREGS_PROGRAMS/apr_requests
[ -x "$program" ] || skip "libapr-1 is not installed"

made_in() { echo "[s for s in kind('apr_pool')['open_sites'] if s['frames'][0]['function'] == '$1']"; }

expect_leaked_requests() {  # after load_scopes
    expect_json "requests and pools below left open: how many, with what in them" "100 0 0 100 5000 320000" scopes.json \
        "text(v for s in sorted($(made_in make_request), key=lambda s: s['live_blocks']) for v in (s['open'], s['live_blocks'], s['live_bytes']))"
    expect_json "examples of them" "request 10 request 20 request 30 request 40 request 50" scopes.json \
        "text(l for s in $(made_in make_request) for l in s['labels'])"
    # Nothing else that the program made is left but its server, its cache, and what came after the cache was cleared.
    expect_json "others of the program's" "1 1" scopes.json \
        "text(s['open'] for s in $(made_in serve))"
}

expect_adapted_the_same apr "$program"
expect_top "blocks of requests" "5000 320000" 'text((total("fill"), total("fill", "live_bytes")))'
expect_top "what was kept after the clear" "1 5" 'text((total("serve"), total("serve", "live_bytes")))'
expect_top "requests and pools below left open, as top names them" "100 5000 100 0" \
    'text(v for s in d["open_pools"]["sites"] if functions(s)[0] == "make_request" for v in (s["open"], s["live_blocks"]))'
load_scopes "$TRACE"
expect_kind apr_pool left 1800 survivor_blocks 0
expect_json "as many open pools as top says" "$(query top.json 'd["open_pools"]["open"]')" scopes.json "kind('apr_pool')['open']"
expect_leaked_requests

# In a forked child, whose trace has its own pools only: 50 blocks in each of 1 000 pools, and two.
run_adapted apr "$program" again
for trace in traces/*.dregs; do
    load_scopes "$trace"
    [ "$(query scopes.json "d['trace']['forked']")" = True ] && break
done
expect_kind apr_pool entered 2002 left 1800 open 202 pool_allocs 50002
expect_leaked_requests

# Without the shim the adapter passes all on; without the adapter the shim sees nothing of it.
run alone "$(dirname "$DREGS_LIB")/dregs/libdregs-apr.so" "$program"
expect_same_file "output under the adapter alone" bare.out alone.out
run_traced "$program"
expect_sound "$TRACE"
expect_top "live blocks without the adapter" True 'd["totals"]["live_blocks"] <= 1'

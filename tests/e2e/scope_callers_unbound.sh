#!/usr/bin/env bash
# dregs scopes --callers on scopes that are bound to no thread, and on pools: where they are opened and where they end.
. "$(dirname "$0")/harness.sh"
callers_of() {  # PROGRAM -> callers.json
    expect_sound_run "$DREGS_PROGRAMS/$1"
    "$DREGS_BIN" scopes --callers --json "$TRACE" >callers.json || fail "dregs scopes --callers of $1"
}
# Looked at are a thread's first, second, fourth, eighth ... instance.
expect_edge() {  # KIND begins|ends LOOKS FUNCTION
    expect_json "places at which $1 $2" "$3 $4" callers.json \
        "' and '.join(str(p['looks']) + ' ' + p['frames'][0]['function'] for p in kind('$1')['$2'])"
}
callers_of scopes_queue
expect_edge job begins 8 main
expect_edge job ends 8 main
callers_of pools
expect_edge connection begins 7 use_pool
expect_edge connection ends 7 main

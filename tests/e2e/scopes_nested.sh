#!/usr/bin/env bash
# Nested scopes: each kind's instances, survivors and sites, exactly; labels name the instances.
. "$(dirname "$0")/harness.sh"
expect_sound_run "$DREGS_PROGRAMS/scopes_nested"
load_scopes "$TRACE"
expect_kind session entered 5 left 5 open 0 survivor_instances 5 survivor_blocks 5 survivor_bytes 6685
expect_kind request entered 20 left 20 open 0 survivor_instances 20 survivor_blocks 40 survivor_bytes 29320
expect_kind query entered 60 left 60 open 0 survivor_instances 0 survivor_blocks 0 survivor_bytes 0
expect_json "two sites in serve_request, one for each malloc" "20 20 20 20" scopes.json \
    'text(text((s["survivor_blocks"], s["instances"])) for s in kind("request")["sites"])'
expect_json "labels" True scopes.json \
    'set(kind("request")["sites"][0]["labels"]) <= {"request 0", "request 1", "request 2", "request 3"}'
expect_top "outlived blocks in top" 45 'sum(s["outlived_blocks"] for s in d["sites"])'
expect_top "scopes of the sites" "request request session" \
    'text(sorted(s["scope"] for s in d["sites"] if s["outlived_blocks"]))'

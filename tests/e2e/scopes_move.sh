#!/usr/bin/env bash
# Blocks moved on purpose or freed late are no survivors of the scope that allocated them; grown ones still are.
. "$(dirname "$0")/harness.sh"
expect_sound_run "$DREGS_PROGRAMS/scopes_move"
load_scopes "$TRACE"
expect_kind request entered 40 left 40 survivor_instances 20 survivor_blocks 20 survivor_bytes 26740
expect_kind cache entered 1 left 0 open 1 survivor_blocks 0
expect_top "blocks in the cache" 10 'sum(p["live_blocks"] for s in d["sites"] for p in s["scopes"] if p["kind"] == "cache")'
expect_top "live blocks of serve" 20 'total("serve")'
expect_top "blocks that grew, at the site of realloc" 10 'total("main")'

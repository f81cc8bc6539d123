#!/usr/bin/env bash
# Blocks moved on purpose, freed late or reallocated outside are no survivors of the scope that allocated them.
. "$(dirname "$0")/harness.sh"
expect_counts_agree "$DREGS_PROGRAMS/scopes_move"
load_scopes "$TRACE"
expect_kind request entered 40 left 40 survivor_instances 10 survivor_blocks 10 survivor_bytes 13370
expect_kind cache entered 1 left 0 open 1 survivor_blocks 0
expect_top "blocks in the cache" 10 'sum(s["live_blocks"] for s in d["sites"] if s["scope"] == "cache")'
expect_top "live blocks of serve" 20 'total("serve")'

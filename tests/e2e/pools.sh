#!/usr/bin/env bash
# Pools hold blocks that malloc never sees; free_all and destroy empty them at once.
. "$(dirname "$0")/harness.sh"
expect_sound_run "$DREGS_PROGRAMS/pools"
load_scopes "$TRACE"
expect_kind connection entered 100 left 90 open 10 survivor_blocks 0
expect_top "blocks left in open pools" "90 5760" 'text((total("arena_alloc"), total("arena_alloc", "live_bytes")))'
expect_top "and no other" 90 'd["totals"]["live_blocks"]'
expect_top "open pools, where they were made" "10 0 90 5760 connection 10 use_pool" \
    'text([d["open_pools"][k] for k in ("open", "orphans", "live_blocks", "live_bytes")] + [s[k] for s in d["open_pools"]["sites"] for k in ("kind", "open")] + [functions(s)[0] for s in d["open_pools"]["sites"]])'
"$DREGS_BIN" top "$TRACE" >top.txt || fail "dregs top"
expect_match "in text" '^10 pools are still open \(90 blocks, 5,760 B\):$' top.txt
expect_match "where" '^ +10  connection  use_pool  pools\.c:33' top.txt

# Where none is open, nothing is said.
expect_sound_run "$DREGS_PROGRAMS/scopes_queue"
expect_top "no open pools" "0 0" 'text((d["open_pools"]["open"], len(d["open_pools"]["sites"])))'
"$DREGS_BIN" top "$TRACE" >top.txt || fail "dregs top"
expect_eq "no word of pools" "" "$(grep pool top.txt)"

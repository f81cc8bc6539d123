#!/usr/bin/env bash
# Pools hold blocks that malloc never sees; free_all and destroy empty them at once.
. "$(dirname "$0")/harness.sh"
expect_sound_run "$DREGS_PROGRAMS/pools"
load_scopes "$TRACE"
expect_kind connection entered 100 left 90 open 10 survivor_blocks 0
expect_top "blocks left in open pools" "90 5760" 'text((total("arena_alloc"), total("arena_alloc", "live_bytes")))'
expect_top "and no other" 90 'd["totals"]["live_blocks"]'

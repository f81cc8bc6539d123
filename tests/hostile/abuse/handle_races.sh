#!/usr/bin/env bash
# Scopes and pools that several threads close, leave, empty, attach and move into at the same moment, blocks that they move
# and free: what happens to those never happens to others that came into their place.
. "$(dirname "$0")/../suite.sh"
calls=$(rounds 1000000 30000000)
expect_runs_the_same "$BUILT/handle_races" "$calls" expected
read_trace "$TRACE" allow="('unknown_frees',)"  # of pools emptied meanwhile
read -r scopes survivors pools blocks <expected
expect_top "live blocks" "0 $survivors" 'text((total("shared_block"), total("innocent_block")))'
load_scopes "$TRACE"
expect_kind innocent entered "$scopes" left "$scopes" open 0 survivor_blocks "$survivors" survivor_instances "$survivors"
expect_kind "innocent pool" entered "$pools" left $((pools - 80)) open 80 live_blocks "$blocks"
for kind in shared visited left; do expect_kind "$kind" live_blocks 0 survivor_blocks 0 survivor_instances 0; done
[ "$(stat -c %s "$TRACE")" -lt $((20 << 20)) ] || fail "the trace keeps records of what is gone"
survived "scopes, pools, blocks closed, left, emptied, attached, moved, freed by four threads at the same moment" "$calls"

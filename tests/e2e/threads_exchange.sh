#!/usr/bin/env bash
# Blocks that are allocated on one thread and freed on another: the live count is right to the block.
. "$(dirname "$0")/harness.sh"
expect_sound_run "$DREGS_PROGRAMS/threads_exchange"
expect_top "blocks kept" "100 133700" 'text((total("keep_one"), total("keep_one", "live_bytes")))'
expect_top "blocks in the slots" 0 'total("exchange")'

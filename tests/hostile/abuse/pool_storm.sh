#!/usr/bin/env bash
# Pools of four threads that are emptied and filled again: not one block is lost, not one free unknown.
. "$(dirname "$0")/../suite.sh"
times=$(rounds 100000 3000000)
expect_survives "$BUILT/pool_storm" "$times"
expect_top "blocks handed out and not taken back" 120 'd["totals"]["pool_blocks"]'
expect_top "handed out in all" $((120 * (times + 1))) 'd["totals"]["pool_allocs"]'
expect_top "frees that were not seen" 0 'd["loss"]["unseen_frees"]'
survived "pools of four threads emptied and filled again" "$times"

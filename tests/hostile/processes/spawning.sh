#!/usr/bin/env bash
# vfork and posix_spawn: their children share the parent's memory and must not disturb its trace.
. "$(dirname "$0")/../suite.sh"
expect_counts_agree "$DREGS_PROGRAMS/spawning"
tally
expect_eq "children that ended wrongly" 0 "$STATUS"
expect_top "blocks" "30 40110" 'text((total("main"), total("main", "live_bytes")))'
survived "vfork and posix_spawn, then exec, one in three in vain" 30

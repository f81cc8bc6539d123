#!/usr/bin/env bash
# siglongjmp out of a handler that interrupted a marker call, at each of its instructions: no later marker is lost, though
# the calls come from deeper in the stack than the one that was left.
. "$(dirname "$0")/../suite.sh"
run_bare "$BUILT/jumps_out" bare.jumps
run_traced "$BUILT/jumps_out" traced.jumps
expect_eq "exit status" 0 "$STATUS"
expect_same_file "output" bare.out traced.out
read_trace "$TRACE"
jumps=$(cat traced.jumps)
[ "$jumps" -gt 50 ] || fail "only $jumps jumps"
expect_kept "$jumps"
expect_top "markers lost" 0 "d['loss']['lost_markers']"
load_scopes "$TRACE"
expect_kind "after a jump" entered "$jumps" left "$jumps"
survived "siglongjmp out of a marker call, then deeper ones" "$jumps"

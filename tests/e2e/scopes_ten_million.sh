#!/usr/bin/env bash
# Ten million packet scopes with ten survivors: the counts are exact and the trace stays small.
. "$(dirname "$0")/harness.sh"
expect_sound_run "$DREGS_PROGRAMS/scopes_many" 10000000
load_scopes "$TRACE"
expect_kind packet entered 10000000 left 10000000 open 0 survivor_instances 10 survivor_blocks 10 survivor_bytes 13370
bytes=$(du --block-size=1 "$TRACE" | cut -f1)
echo "the trace takes $bytes bytes on disk"
[ "$bytes" -lt 2097152 ] || fail "expected a trace below 2 MiB on disk, got $bytes bytes"

#!/usr/bin/env bash
# Eight threads in scopes at once; a scope its thread never left ends with the thread and is said to be abandoned.
. "$(dirname "$0")/harness.sh"
expect_sound_run "$DREGS_PROGRAMS/scopes_threads"
load_scopes "$TRACE"
expect_kind round entered 8000 left 8000 open 0 survivor_instances 80 survivor_blocks 80 survivor_bytes 106960
expect_kind forgotten entered 8 left 8 open 0 abandoned 8 survivor_blocks 8 survivor_bytes 5864
expect_top "blocks of run_rounds" 80 'total("run_rounds")'

#!/usr/bin/env bash
# Jobs opened here, worked on there, closed elsewhere: what a worker allocates belongs to the job, not to the worker.
. "$(dirname "$0")/harness.sh"
expect_sound_run "$DREGS_PROGRAMS/scopes_queue"
load_scopes "$TRACE"
expect_kind job entered 200 left 200 open 0 survivor_instances 20 survivor_blocks 20 survivor_bytes 26740
expect_kind batch entered 1 left 1 open 0
expect_json "site of the survivors" second_step scopes.json \
    'kind("job")["sites"][0]["frames"][0]["function"].split("::")[-1].split("(")[0]'

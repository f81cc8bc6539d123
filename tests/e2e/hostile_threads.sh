#!/usr/bin/env bash
# A thousand threads at once.
. "$(dirname "$0")/harness.sh"
expect_sound_run "$DREGS_PROGRAMS/threads_many"
expect_top "blocks of the threads" "1000 1337000" 'text((total("run"), total("run", "live_bytes")))'
expect_top "blocks that the threads freed" 0 'total("main")'

#!/usr/bin/env bash
# A thousand threads at once, on stacks of 16 KB.
. "$(dirname "$0")/../suite.sh"
expect_survives "$BUILT/at_once"
expect_top "blocks of the threads" "1000 1337000" 'text((total("run"), total("run", "live_bytes")))'
expect_top "blocks that the threads freed" 0 'total("main")'
survived "threads at once, on the smallest stacks there are" 1000

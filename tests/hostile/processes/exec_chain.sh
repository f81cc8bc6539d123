#!/usr/bin/env bash
# A process that becomes one image after the other: each has a trace of its own, and those of the former ones stay.
. "$(dirname "$0")/../suite.sh"
images=$(rounds 12 200)
expect_runs_the_same "$BUILT/exec_chain" "$images"
expect_eq "exit status" 0 "$STATUS"
pid=$(cat traced.pid)
expect_eq "traces" "$images" "$(ls traces | wc -l)"
for ((image = 1; image <= images; image++)); do
    suffix=$([ "$image" = 1 ] || echo ".$image")
    TRACE=traces/exec_chain.$pid$suffix.dregs
    read_trace "$TRACE"
    expect_kept $((images - image + 1))
done
survived "exec: one process, many images, a trace each" "$images"

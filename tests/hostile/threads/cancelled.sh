#!/usr/bin/env bash
# Cancellation, deferred and asynchronous: no hook is a cancellation point, and what cleanup handlers do is recorded.
. "$(dirname "$0")/../suite.sh"
threads=$(rounds 200 5000)
expect_survives "$BUILT/cancelled" "$threads"
expect_match "cancellations" "^$threads cancelled, $((threads / 2)) passed, $threads cleaned, $threads destroyed$" traced.out
expect_kept $((threads / 2 * 50 + threads * 3))
survived "threads cancelled, half of them asynchronously; cleanup handlers allocate" "$threads"

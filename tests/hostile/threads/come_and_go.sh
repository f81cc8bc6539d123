#!/usr/bin/env bash
# Threads that come and go: their records are used again, so that neither the process nor its trace grows with their number.
. "$(dirname "$0")/../suite.sh"
waves=$(rounds 40 2000)
expect_survives "$BUILT/come_and_go" 20
expect_kept 100
small=$(du -k "$TRACE" | cut -f1)
expect_survives "$BUILT/come_and_go" "$waves"
expect_match "memory" "^as large as before$" traced.out
expect_kept $((waves * 5))
large=$(du -k "$TRACE" | cut -f1)
# 12 bytes of a trace for each 32 bytes that are kept, and one step of growth
allowed=$((small + waves * 5 * 1337 * 12 / 32 / 1024 + 256))
[ "$large" -le "$allowed" ] || fail "the trace of $((waves * 50)) threads has $large KB, that of 1000 has $small, $allowed are allowed"
survived "threads that come and go, 50 at a time" "$((waves * 50))"

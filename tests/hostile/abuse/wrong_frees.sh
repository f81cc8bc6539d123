#!/usr/bin/env bash
# Frees of what is no block, or none any more: the C library's own message and end, and a trace that can be read.
. "$(dirname "$0")/../suite.sh"
ulimit -c 0
ways="twice twice_large twice_mapped twice_fastbin twice_unsorted middle odd page stack static text number beyond
    realloc_middle realloc_freed size"
for cache in 1 0; do  # with glibc's cache of each thread and without
    for way in $ways; do
        export GLIBC_TUNABLES=glibc.malloc.tcache_count=$((cache * 7))
        expect_runs_the_same "$BUILT/wrong_frees" "$way"
        [ "$STATUS" -ge 128 ] || fail "$way: exit status $STATUS"
        read_trace "$TRACE" allow="('unknown_frees',)"
    done
done
survived "double and wild frees and reallocs, glibc's messages and ends compared" $((2 * $(echo "$ways" | wc -w)))

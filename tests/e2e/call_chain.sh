#!/usr/bin/env bash
# A known call chain without frame pointers, with large frames, alloca, realigned stacks and qsort in between.
. "$(dirname "$0")/harness.sh"
expect_counts_agree "$DREGS_PROGRAMS/chain"
expect_top "the program's own frames, innermost first" "six five four three compare two one main _start" \
    'text(f["function"] for f in sites("six")[0]["frames"] if f["module"].endswith("/chain"))'
expect_top "frames of qsort between compare and two" True \
    '[f["module"].split("/")[-1] for f in sites("six")[0]["frames"]][5:-4].count("libc.so.6") >= 1'
expect_top "line of the malloc" "$(grep -n 'malloc(1337)' "$HARNESS_DIR/../programs/chain.c" | cut -d: -f1)" \
    'sites("six")[0]["frames"][0]["line"]'

#!/usr/bin/env bash
# A program that takes its own ELF header out of sight: the shim, which reads it to tell one build from another, must not
# fault on it. Without it the program's frames have no names, but all blocks are there.
. "$(dirname "$0")/../suite.sh"
for how in protect unmap wipe; do
    for more in "" more; do
        # shellcheck disable=SC2086
        expect_survives "$BUILT/hidden_header" "$how" $more
        expect_eq "exit status ($how $more)" 0 "$STATUS"
        expect_top "blocks ($how $more)" 9 'sum(s["live_blocks"] for s in d["sites"] if s["live_bytes"] == 9 * 1337)'
    done
done
survived "a program that protects, unmaps, wipes its own ELF header" 6

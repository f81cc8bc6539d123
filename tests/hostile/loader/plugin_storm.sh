#!/usr/bin/env bash
# Plugins come and go at the same addresses on several threads, while others allocate and walk the loader's list with
# callbacks that allocate: nothing hangs, and each block has the name of the plugin that allocated it.
. "$(dirname "$0")/../suite.sh"
count=$(rounds 300 5000)
for sample in 0 1; do
    DREGS_SAMPLE=$sample expect_survives "$BUILT/plugin_storm" "$count" "$BUILT"/plugin_{a,b,c}.so
    expect_match "the loader used addresses again" '^addresses were used again$' traced.out
    for plugin in a b c; do expect_kept $((3 * count)) keep_in_$plugin; done
    expect_kept 5
done
survived "plugins loaded and unloaded by three threads, dl_iterate_phdr callbacks that allocate" $((2 * 9 * count))

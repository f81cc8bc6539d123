#!/usr/bin/env bash
# Libraries with a scope of their own (RTLD_DEEPBIND, dlmopen) call the C library's malloc past us: they work as ever, and
# the trace says that their blocks are not in it.
. "$(dirname "$0")/../suite.sh"
plugin=$BUILT/own_scope.so
expect_said() {  # the notes about libraries with a scope of their own
    expect_top "what the trace says" "$1" \
        'text(sorted(n.split("(")[-1].split("/")[-1] for n in d["loss"]["notes"] if "RTLD_DEEPBIND" in n))'
}
expect_survives "$BUILT/one_plugin" "$plugin" local
expect_kept 3
expect_said ""

expect_runs_the_same "$BUILT/one_plugin" "$plugin" deepbind
dregs_json top -n 0 "$TRACE" >top.json
tally
expect_kept 0
expect_top "blocks given to the program to free" 7 'd["loss"]["unknown_frees"]'
expect_top "blocks that the plugin freed unseen, and that others have replaced: all calls are accounted for" True \
    'd["totals"]["alloc_calls"] - d["totals"]["free_calls"] - d["loss"]["unseen_frees"] == d["totals"]["live_blocks"]'
expect_said "own_scope.so)"
survived "RTLD_DEEPBIND: blocks that go to and fro between the two allocators"

expect_survives "$BUILT/one_plugin" "$plugin" namespace
expect_said "own_scope.so)"
survived "dlmopen: a second C library in a namespace of its own"

# The loader still knows who calls dlopen.
expect_survives "$BUILT/one_plugin" "$BUILT/asks_by_name.so"
expect_kept 2 keep_in_a
expect_said "plugin_a.so)"
survived "dlopen of a name that only the caller's run path finds"

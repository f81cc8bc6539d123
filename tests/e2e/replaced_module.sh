#!/usr/bin/env bash
# A plugin that was rebuilt since it was traced: its old names are not made up from the new file, and dregs says so.
. "$(dirname "$0")/harness.sh"
cp "$DREGS_PROGRAMS/plugin_first.so" plugin.so
run_traced "$DREGS_PROGRAMS/plugin_host" ./plugin.so "$DREGS_PROGRAMS/plugin_second.so"
expect_sound "$TRACE"
expect_top "blocks by name" 3 'total("leak_from_first")'

rm plugin.so && cp "$DREGS_PROGRAMS/plugin_second.so" plugin.so
expect_sound "$TRACE"
expect_top "blocks by the old name" 0 'total("leak_from_first")'
expect_top "nor by a name of the new file" 3 'total("leak_from_second")'
expect_top "but by module" "3" \
    'sum(s["live_blocks"] for s in d["sites"] if s["frames"][0]["module"].endswith("/plugin.so") and not s["frames"][0]["function"])'
"$DREGS_BIN" top "$TRACE" >top.txt 2>&1
expect_match "says why" 'plugin\.so.*(replaced|changed)' top.txt

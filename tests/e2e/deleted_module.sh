#!/usr/bin/env bash
# A program and a plugin that were deleted or built anew while they run: the process still has the old files, and names
# come from those; when it has ended they are gone, and that is said.
. "$(dirname "$0")/harness.sh"
cp "$DREGS_PROGRAMS/plugin_keeper" server
cp "$DREGS_PROGRAMS/plugin_first.so" plugin.so
start_waiting ./server ./plugin.so
map_files=no
[ -r "/proc/$process/map_files" ] && head -c 1 "$(find "/proc/$process/map_files" -type l | head -1)" >/dev/null 2>&1 && map_files=yes

expect_names() {  # WHAT PLUGIN KEEPER TRACE|PID
    expect_sound "$4"
    expect_top "$1: blocks of the program" "$3" 'total("leak_from_keeper")'
    [ -z "$2" ] || expect_top "$1: blocks of the plugin" "$2" 'total("leak_from_first")'
    expect_top "$1: names of the new file" 0 'total("leak_from_second")'
}
of_plugin=3
[ $map_files = yes ] || of_plugin=""  # only root may open what is mapped

expect_names "before" 3 2 "$process"
rm server plugin.so
expect_names "deleted, by pid" "$of_plugin" 2 "$process"
expect_names "deleted, by the trace of the running process" "$of_plugin" 2 "$TRACE"
cp "$DREGS_PROGRAMS/plugin_host" server
cp "$DREGS_PROGRAMS/plugin_second.so" plugin.so
expect_names "built anew" "$of_plugin" 2 "$process"

exec 5>&-
wait "$process"
expect_names "ended" 0 0 "$TRACE"
"$DREGS_BIN" top "$TRACE" >/dev/null 2>top.err
for name in server plugin.so; do
    expect_match "$name is said" "/$name was replaced since it was traced \\(build-id [0-9a-f]+, now [0-9a-f]+\\)" top.err
done

#!/usr/bin/env bash
# A process in a container, with files of the same names but other builds there and here: asked for by pid its names are
# those of its own files, without any option; when it has ended, those of the image that --sysroot names. Never ours.
. "$(dirname "$0")/harness.sh"
need unshare chroot pgrep
unshare -mpf true 2>/dev/null || skip "no namespaces of mounts and processes here"
app=$PWD/app

# The image: the same paths; the plugin by a link that is absolute, as alternatives are.
mkdir -p app image/proc
cp "$DREGS_PROGRAMS/plugin_second.so" app/plugin.so
cp "$DREGS_PROGRAMS/plugin_host" app/server
ldd "$DREGS_PROGRAMS/plugin_keeper" "$DREGS_LIB" /usr/bin/env | grep -o '/[^ :]*' | sort -u | xargs cp -L --parents -t image
mkdir -p "image$app" "image$(dirname "$DREGS_LIB")" image/opt
cp "$DREGS_LIB" "image$DREGS_LIB"
cp -L --parents /usr/bin/env image
cp "$DREGS_PROGRAMS/plugin_keeper" "image$app/server"
cp "$DREGS_PROGRAMS/plugin_first.so" image/opt/plugin.so
ln -s /opt/plugin.so "image$app/plugin.so"

mkfifo input
unshare -mpf --kill-child sh -c 'mount -t proc proc image/proc && exec chroot image "$@"' sh \
    /usr/bin/env LD_PRELOAD="$DREGS_LIB" DREGS_OUTPUT=/trace.dregs "$app/server" "$app/plugin.so" <input >out &
container=$!
STARTED+=("$container")
exec 5>input
wait_for 60 grep -q ready out
process=$(pgrep -P "$container")

expect_names() {  # WHAT PLUGIN KEEPER, after top.json
    expect_top "$1: blocks of the plugin" "$2" 'total("leak_from_first")'
    expect_top "$1: blocks of the program" "$3" 'total("leak_from_keeper")'
    expect_top "$1: names of the files here" 0 'total("leak_from_second") + total("run_plugin")'
}
for round in first second; do
    expect_sound "$process"
    expect_names "$round, by pid" 3 2
    expect_eq "$round, by pid: said" "" "$("$DREGS_BIN" top "$process" 2>&1 >/dev/null | grep "$app")"
done

exec 5>&-
wait "$container"
expect_sound image/trace.dregs
expect_names "when it has ended" 0 0
"$DREGS_BIN" top image/trace.dregs >/dev/null 2>top.err
expect_match "says why not" 'app/plugin\.so was replaced since it was traced \(build-id [0-9a-f]+, now [0-9a-f]+\)' top.err
dregs_json top -n 1000000 --sysroot image image/trace.dregs >top.json
expect_names "with --sysroot" 3 2

# An image with another build at that place.
mkdir -p "other$app" && cp "$DREGS_PROGRAMS/plugin_second.so" "other$app/plugin.so"
dregs_json top -n 1000000 --sysroot other image/trace.dregs >top.json
expect_names "with the wrong --sysroot" 0 0
"$DREGS_BIN" top --sysroot other image/trace.dregs >/dev/null 2>top.err
expect_match "says why not" 'other/.*/app/plugin\.so is not what was traced \(build-id [0-9a-f]+, there [0-9a-f]+\)' top.err

# Moved to another machine: the tree elsewhere, the plugin's names in a debug file of --debug-path only.
need objcopy
mkdir -p moved "debug$app" && mv image moved/
rm "moved/image$app/plugin.so"
objcopy --only-keep-debug moved/image/opt/plugin.so "debug$app/plugin.debug"
strip moved/image/opt/plugin.so -o "moved/image$app/plugin.so"
objcopy --add-gnu-debuglink="debug$app/plugin.debug" "moved/image$app/plugin.so"
dregs_json top -n 1000000 --sysroot moved/image moved/image/trace.dregs >top.json
expect_names "stripped, with --sysroot" 0 2
dregs_json top -n 1000000 --sysroot "$PWD/moved/image" --debug-path "$PWD/debug" moved/image/trace.dregs >top.json
expect_names "with --sysroot and --debug-path" 3 2

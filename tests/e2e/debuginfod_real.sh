#!/usr/bin/env bash
# elfutils' own server, on the loopback: it scans a folder of debug files, and a stripped plugin gets its names from there.
. "$(dirname "$0")/harness.sh"
need debuginfod objcopy strip
[ -n "$(ldconfig -p | grep libdebuginfod.so.1)" ] || skip "libdebuginfod1 is not installed"
export DREGS_SYMBOL_CACHE=none DEBUGINFOD_CACHE_PATH=$PWD/debug_cache
mkdir served
cp "$DREGS_PROGRAMS/plugin_first.so" plugin.so
objcopy --only-keep-debug plugin.so served/plugin.debug && strip plugin.so
run_traced "$DREGS_PROGRAMS/plugin_host" ./plugin.so "$DREGS_PROGRAMS/plugin_second.so"

start_server() {  # a port that is free now may be taken when the server wants it
    local port
    for _ in 1 2 3 4 5; do
        port=$("$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
        debuginfod -d :memory: -p "$port" -F served >server.log 2>&1 &
        STARTED+=("$!")
        export DEBUGINFOD_URLS=http://127.0.0.1:$port
        wait_for 60 grep -Eq 'started http server|cannot start http server|libmicrohttpd error' server.log
        grep -q 'started http server' server.log && return
    done
    skip "debuginfod finds no port: $(tail -1 server.log)"
}
start_server

# What it has not scanned yet it has not: the library remembers that, so each try begins with an empty cache.
is_served() { rm -rf debug_cache && "$DREGS_BIN" top "$TRACE" 2>top.err | grep -Eq 'leak_from_first +plugin_first\.c:'; }
wait_for 60 is_served
expect_eq "said" "" "$(grep debuginfod: top.err)"

#!/usr/bin/env bash
# Debug files from servers: only when asked for, and a server that is bad in whatever way costs no more than the time it is
# given, and no name. A report always comes out.
. "$(dirname "$0")/harness.sh"
need objcopy strip
[ -n "$(ldconfig -p | grep libdebuginfod.so.1)" ] || skip "libdebuginfod1 is not installed"
export DREGS_SYMBOL_CACHE=none
cp "$DREGS_PROGRAMS/plugin_first.so" plugin.so
objcopy --only-keep-debug plugin.so plugin.debug && strip plugin.so
run_traced "$DREGS_PROGRAMS/plugin_host" ./plugin.so "$DREGS_PROGRAMS/plugin_second.so"

serve() {  # BEHAVIOUR: leaves DEBUGINFOD_URLS, and a cache that is empty
    rm -rf url requests debug_cache && : >requests
    PYTHONDONTWRITEBYTECODE=1 "$PYTHON" "$HARNESS_DIR/debuginfod.py" "$1" plugin.debug >url &
    STARTED+=("$!")
    wait_for 60 test -s url
    export DEBUGINFOD_URLS DEBUGINFOD_CACHE_PATH=$PWD/debug_cache
    DEBUGINFOD_URLS=$(cat url)
}
lines() { query top.json 'sum(1 for s in d["sites"] for f in s["frames"] if f["function"].startswith("leak_from_first") and f["line"] > 0)'; }
top() { dregs_json top "$@" "$TRACE" >top.json; }  # leaves analyzer.err

unset DEBUGINFOD_URLS
top && expect_eq "names without a server" 0 "$(lines)"
serve good
top --no-debuginfod && expect_eq "names when told not to ask" 0 "$(lines)"
expect_eq "requests when told not to" 0 "$(wc -l <requests)"
top && expect_eq "names from the server" 1 "$(lines)"
asked=$(wc -l <requests)
top && expect_eq "names from libdebuginfod's cache" 1 "$(lines)"
expect_eq "requests for what is in the cache" 0 "$(sed "1,${asked}d" requests | grep -c "$(grep -c . plugin.debug)")"

serve missing
top && expect_eq "names from a server that has none" 0 "$(lines)"
expect_eq "what is not served is no problem" "" "$(cat analyzer.err)"
"$DREGS_BIN" top "$TRACE" >/dev/null 2>text.err
! grep -q debuginfod text.err || fail "a 404 is said: $(cat text.err)"

expect_problem() {  # BEHAVIOUR REGEX: one line that says it, after one request
    serve "$1"
    timeout 60 "$DREGS_BIN" top --debuginfod-timeout=1 "$TRACE" >top.txt 2>text.err || fail "$1: top: exit status $?"
    expect_match "$1: the report" 'leak_from|plugin' top.txt
    expect_match "$1: is said" "$2" text.err
    expect_eq "$1: is said once" 1 "$(grep -c 'debuginfod:' text.err)"
    top --debuginfod-timeout=1
    expect_eq "$1: names" 0 "$(lines)"
}
expect_problem garbage 'debuginfod: .* gave another file'
expect_eq "garbage left in the cache" "" "$(find debug_cache -name debuginfo -size +0)"
serve dies  # libdebuginfod takes that for a 404
top && expect_eq "names from a server that dies" 0 "$(lines)"
expect_problem slow 'debuginfod: .* took longer than 1 s'
expect_problem hang 'debuginfod: .* took longer than 1 s'

DEBUGINFOD_URLS=nonsense://x "$DREGS_BIN" top "$TRACE" >top.txt 2>text.err || fail "nonsense: exit status $?"
rm -rf debug_cache  # in which nothing was to be had
export DEBUGINFOD_URLS=http://127.0.0.1:1
"$DREGS_BIN" top --debuginfod-timeout=1 "$TRACE" >top.txt 2>text.err || fail "unreachable: exit status $?"
expect_match "unreachable is said" 'debuginfod: .*failed' text.err

# Ctrl-C while it waits.
serve hang
"$PYTHON" - "$DREGS_BIN" "$TRACE" <<'END' || fail "SIGINT while a server hangs does not end dregs"
import os, signal, subprocess, sys, time
process = subprocess.Popen([sys.argv[1], "top", sys.argv[2]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
while os.path.getsize("requests") == 0:
    assert process.poll() is None
    time.sleep(0.02)
asked = time.monotonic()
process.send_signal(signal.SIGINT)
sys.exit(0 if process.wait(timeout=30) == -signal.SIGINT and time.monotonic() - asked < 10 else 1)
END

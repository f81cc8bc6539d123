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

# On a terminal it says what it waits for; Ctrl-C there ends it at once.
serve hang
"$PYTHON" - "$DREGS_BIN" "$TRACE" <<'END' || fail "a server hangs: no progress on the terminal, or Ctrl-C does not end dregs"
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "top", sys.argv[2]])
shown = b""
while b"fetching the debug file of plugin.so" not in shown:
    shown += os.read(terminal, 4096)  # OSError at the end: a failure
os.write(terminal, b"\x03")
asked = time.monotonic()
_, status = os.waitpid(pid, 0)
sys.exit(0 if os.WIFSIGNALED(status) and os.WTERMSIG(status) == 2 and time.monotonic() - asked < 10 else 1)
END

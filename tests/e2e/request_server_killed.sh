#!/usr/bin/env bash
# The server is killed in the middle of its work: what it leaked until then is in the trace.
. "$(dirname "$0")/harness.sh"
LD_PRELOAD=$DREGS_LIB "$DREGS_PROGRAMS/request_server" 2 >out 2>err &
server=$!
STARTED+=("$server")
wait_for 10 grep -q port out
"$DREGS_PROGRAMS/request_load" "$(awk '/^port/ { print $2 }' out)" 1000 2 || fail "wrong answers"
find_trace "$server"
{ kill -KILL "$server" && wait "$server"; } 2>/dev/null
expect_eq "exit status" 137 $?
expect_sound "$TRACE"
expect_top "leaks until then" 10 'total("remember_client")'
"$DREGS_BIN" top "$TRACE" >top.txt || fail "dregs top: exit status $?"
expect_match "text names the site" 'remember_client' top.txt

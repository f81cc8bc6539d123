#!/usr/bin/env bash
# The page of `dregs report`, in a browser: its numbers are those of top, scopes of the marked server; it can be searched,
# sorted, filtered, zoomed, by mouse and keyboard.
. "$(dirname "$0")/harness.sh"
need_browser
LD_PRELOAD=$DREGS_LIB "$DREGS_PROGRAMS/request_server" 4 >server.out 2>server.err &
SERVER=$!
STARTED+=("$SERVER")
wait_for 10 grep -q port server.out
"$DREGS_PROGRAMS/request_load" "$(awk '/^port/ { print $2 }' server.out)" 4000 4 quit || fail "wrong answers"
wait "$SERVER"
find_trace "$SERVER"
expect_sound "$TRACE"

"$DREGS_BIN" report "$TRACE" -o page.html >said || fail "report: exit status $?"
expect_eq "it says where" page.html "$(cat said)"
expect_page numbers page.html top.json
expect_page use page.html top.json
expect_page layout page.html

"$DREGS_BIN" report "$TRACE" -o page.html >said || fail "report again: exit status $?"
expect_eq "nothing is overwritten" page.2.html "$(cat said)"
"$DREGS_BIN" report "$TRACE" >said || fail "report without -o: exit status $?"
expect_eq "beside the trace" "${TRACE%.dregs}.html" "$(cat said)"
"$DREGS_BIN" report -o page.html 2>/dev/null && fail "a report of nothing"
"$DREGS_BIN" report server.out 2>message && fail "a report of no trace"
expect_match "what is no trace is said to be none" 'not a dregs trace' message

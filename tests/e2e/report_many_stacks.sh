#!/usr/bin/env bash
# A page of a hundred thousand stacks: packed, exact, and usable.
. "$(dirname "$0")/harness.sh"
need_browser
run_traced "$DREGS_PROGRAMS/many_stacks" 100000 1
expect_sound "$TRACE"
"$DREGS_BIN" report "$TRACE" -o page.html >said || fail "report: exit status $?"
grep -q 'application/x-deflate' page.html || fail "the document is not packed"
[ "$(stat -c %s page.html)" -lt 2000000 ] || fail "the page has $(stat -c %s page.html) bytes"
expect_page numbers page.html top.json
expect_page many page.html top.json

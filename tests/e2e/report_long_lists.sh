#!/usr/bin/env bash
# A page says what it leaves out of long lists and deep stacks.
. "$(dirname "$0")/harness.sh"
need_browser
run_traced "$DREGS_PROGRAMS/long_lists"
"$DREGS_BIN" scopes --json -n0 "$TRACE" >scopes.json
"$DREGS_BIN" report "$TRACE" -o page.html >said || fail "report: exit status $?"
expect_page long_lists page.html scopes.json
expect_page layout page.html

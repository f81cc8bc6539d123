#!/usr/bin/env bash
# A page of a sample shows the estimates that top shows, with their errors.
. "$(dirname "$0")/harness.sh"
need_browser
DREGS_SAMPLE=4K run_traced "$DREGS_PROGRAMS/sampled_leaks" 4
dregs_json top "$TRACE" >top.json
"$DREGS_BIN" report "$TRACE" -o page.html >said || fail "report: exit status $?"
expect_page numbers page.html top.json
expect_page sampled page.html top.json

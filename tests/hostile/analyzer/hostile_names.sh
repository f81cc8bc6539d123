#!/usr/bin/env bash
# Names that would end a string, a script, a comment or an attribute: on a report's page they are text, and nothing runs.
. "$(dirname "$0")/../suite.sh"
need_browser
"$BUILT/hostile_names" names.dregs
dregs_json top names.dregs >top.json
"$DREGS_BIN" report names.dregs -o names.html >said || fail "report: exit status $?"
expect_page hostile names.html top.json
"$DREGS_BIN" report names.dregs names.dregs names.dregs -o moments.html >said || fail "report of three: exit status $?"
expect_page hostile moments.html top.json
survived "names of functions, threads, scopes, labels, hosts that break out of strings, scripts, comments: a report's page" 13

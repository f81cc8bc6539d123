#!/usr/bin/env bash
# A page of sixteen snapshots has the trends of diff, one of two their difference.
. "$(dirname "$0")/harness.sh"
need_browser
run traced "$DREGS_LIB" "$DREGS_PROGRAMS/cache_and_leak" 0
expect_eq "exit status" 0 "$STATUS"
dregs_json diff traces/*phase*.dregs >trends.json
"$DREGS_BIN" report $(ls -r traces/*phase*.dregs) -o trends.html >said || fail "report: exit status $?"
expect_page growth trends.html trends.json
expect_page layout trends.html
two=(traces/*phase_02.dregs traces/*phase_12.dregs)
dregs_json diff "${two[@]}" >two.json
"$DREGS_BIN" report "${two[@]}" -o two.html >said || fail "report of two: exit status $?"
expect_page growth two.html two.json

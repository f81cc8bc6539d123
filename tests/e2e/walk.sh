#!/usr/bin/env bash
# The way that docs/walk goes: the commands in it find the leak's line, and nothing once it is fixed.
. "$(dirname "$0")/harness.sh"
need tshark setpriv patch gcc
unset DREGS_OUTPUT
chmod 755 "$WORK"
DREGS_BUILD=$(dirname "$(dirname "$DREGS_BIN")") "$HARNESS_DIR/../../scripts/walk" "$WORK/walk" >walk.log 2>&1 ||
    fail "scripts/walk: exit status $?: $(tail -5 walk.log)"
leak=$(awk '/g_malloc\(sizeof \*report\)/ { print FNR }' "$HARNESS_DIR/../../docs/walk/meter.c")
expect_match "what grew" "\\+40 .* 40 > 80  grown  packet  read_report  meter.c:$leak" walk/diff.txt
expect_match "what outlived its packet" "120 of 6,000  read_report  meter.c:$leak" walk/scopes.txt
expect_match "examples" "such as: packet 50, packet 100, packet 150" walk/scopes.txt
expect_match "what is worst" "^ +1 +120 .* packet  read_report  meter.c:$leak" walk/top.txt
grep -q read_report walk/fixed.txt && fail "the fixed plugin still leaks: $(cat walk/fixed.txt)"
expect_match "packets of the fixed plugin" "packet \\[pool\\] +6,000  6,000 +0 +1 " walk/fixed.txt

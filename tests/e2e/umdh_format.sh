#!/usr/bin/env bash
# --format=umdh: UMDH's own lines, tabs and all; live count decides the order, bytes where asked for.
. "$(dirname "$0")/harness.sh"
run_traced "$DREGS_PROGRAMS/nswapsim" 1000 leak
umdh() { "$DREGS_BIN" "$@" --format=umdh >umdh.txt || fail "dregs $*: exit status $?"; }
entries() { grep -P '^[+-] +[0-9A-Fa-f]+ \( *[0-9A-Fa-f]+ - +[0-9A-Fa-f]+\) +[0-9A-Fa-f]+ allocs\tBackTrace[0-9A-F]+$' umdh.txt; }

umdh top -d "$TRACE"
expect_eq "entries" 3 "$(entries | wc -l)"
expect_eq "bytes and counts in live-count order" "1600 100 204800 50 640 40" \
    "$(entries | awk '{ print $2, $7 }' | tr '\n' ' ' | sed 's/ $//')"
expect_eq "second lines" 3 "$(grep -cP '^[+-] +\d+ \( *\d+ - +0\)\tBackTrace[0-9A-F]+\tallocations$' umdh.txt)"
expect_match "frames" "^$(printf '\t')nswapsim!udp_alloc_socket\+[0-9A-F]{8} \(.*nswapsim\.c, [0-9]+\)$" umdh.txt

umdh top -d --sort=bytes "$TRACE"
expect_eq "bytes in byte order" "204800 1600 640" "$(entries | awk '{ print $2 }' | tr '\n' ' ' | sed 's/ $//')"
umdh top "$TRACE"
expect_eq "hexadecimal by default" "640 64" "$(entries | head -1 | awk '{ print $2, $7 }')"

old=$TRACE
run_traced "$DREGS_PROGRAMS/nswapsim" 2000 leak
umdh diff -d "$old" "$TRACE"
expect_eq "growth" "1600 3200 1600" "$(entries | head -1 | tr -d '(' | awk '{ print $2, $3, $5 }' | tr -d ')')"
expect_match "totals" '^Total increase == +[0-9]+ requested \+ +[0-9]+ overhead = +[0-9]+' umdh.txt

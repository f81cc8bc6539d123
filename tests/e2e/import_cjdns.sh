#!/usr/bin/env bash
# cjdns' memory snapshots become traces: top can count as the pipeline of cjdns' own documentation does, diff finds the
# leak that no ranking shows, allocators are scopes.
. "$(dirname "$0")/harness.sh"
snapshots=$DATA/cjdns

pipeline() {  # as documented, the order of equal counts settled
    sed -n -e 's/.* \([a-zA-Z0-9_]*\.[ch]\:[0-9]*\) .*$/\1/p' "$1" | LC_ALL=C sort | uniq -c | LC_ALL=C sort -n
}
for name in cjdns-2015-fast cjdns-2015-two.t1 cjdns-2015-two.t2 seed-doc-example; do
    expect_eq "what import says" "$name.dregs" "$("$DREGS_BIN" import "$snapshots/$name.memdump" -o "$name.dregs")"
    pipeline "$snapshots/$name.memdump" >expected
    "$DREGS_BIN" top --compat=cjdns "$name.dregs" >actual || fail "top --compat=cjdns $name: exit status $?"
    expect_same_file "the documentation's list of $name" expected actual
    expect_sound "$name.dregs"
    expect_top "blocks of $name" "$(grep -c ' at \[' "$snapshots/$name.memdump")" 'd["totals"]["live_blocks"]'
done

expect_sound cjdns-2015-fast.dregs
expect_top "bytes, as the snapshot's last line has them" $((8388800 - 7872736)) 'd["totals"]["live_bytes"]'
expect_top "places on top" "Ducttape.c:982 SessionManager.c:241 SessionManager.c:242" \
    'text("%s:%d" % (s["frames"][0]["file"], s["frames"][0]["line"]) for s in d["sites"][:3])'
load_scopes cjdns-2015-fast.dregs
expect_kind Ducttape.c:982 entered 895 open 895
expect_kind Core.c:496 entered 1 open 1

dregs_json diff cjdns-2015-two.t1.dregs cjdns-2015-two.t2.dregs >diff.json
expect_json "what grew by three" "Ducttape.c:982 SessionManager.c:241 SessionManager.c:242" diff.json \
    'text(sorted(s["frames"][0]["function"] for s in d["sites"] if s["delta_blocks"] == 3))'

# Standard input, markers around, something that is no snapshot, one that is not whole.
{
    echo "12:00 Fatal error: [Out of memory, limit exceeded]"
    echo "----- cjdns memory snapshot -----"
    cat "$snapshots/cjdns-2015-two.t1.memdump"
    echo "----- end cjdns memory snapshot -----"
    echo "12:01 Core.c:1 [going] down"
} | "$DREGS_BIN" import - -o marked.dregs >/dev/null || fail "import -: exit status $?"
expect_sound marked.dregs
expect_top "blocks between the markers" "$(grep -c ' at \[' "$snapshots/cjdns-2015-two.t1.memdump")" 'd["totals"]["live_blocks"]'

grep -v 'Dict.c:132' "$snapshots/cjdns-2015-fast.memdump" >torn
printf 'Core.c:496 [1] bytes\n| | A.c:1 [4] bytes at [0x10]\n' >jump
printf 'Core.c:496 [1] bytes\nA.c:1 [4] bytes at\n' >garbled
printf 'Core.c:496 [1] bytes\n  A.c:1 [4] bytes at [0xffffffffffffffff]\n' >beyond
printf 'Core.c:496 [1] bytes\n  A.c:1 [4] bytes at [0x0]\n' >nowhere
for file in torn jump garbled beyond nowhere /dev/null . no-such-file; do
    "$DREGS_BIN" import "$file" -o bad.dregs >bad.out 2>bad.err
    expect_eq "exit status of import $file" 2 $?
    expect_eq "lines about $file" 1 "$(wc -l <bad.err)"
    [ ! -e bad.dregs ] || fail "import $file left a trace"
done
"$DREGS_BIN" import "$snapshots/seed-doc-example.memdump" -o marked.dregs >again
expect_eq "a file that is there stays" marked.2.dregs "$(cat again)"

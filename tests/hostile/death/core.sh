#!/usr/bin/env bash
# A core dump is made as bare, gdb reads it, and it holds nothing of the trace: also where the trace's name is gone.
. "$(dirname "$0")/../suite.sh"
need gdb
pattern=$(cat /proc/sys/kernel/core_pattern)
case $pattern in /* | \|*) skip "core dumps go to $pattern" ;; esac
ulimit -c unlimited || skip "may not dump cores"

dump_core() {  # NAME PRELOAD WORD...: leaves NAME.core and KIB, what it takes on the disk
    local name=$1 preload=$2
    shift 2
    rm -rf here && mkdir here
    run "$name" "$preload" env -C here "$BUILT/keeps_much" "$@"
    expect_eq "$name: exit status" 139 "$STATUS"
    mv here/core* "$name.core" || fail "$name: no core dump"
    KIB=$(du -k --apparent-size "$name.core" | cut -f1) ON_DISK=$(du -k "$name.core" | cut -f1)
}

frames() { gdb -batch -nx -ex bt "$BUILT/keeps_much" "$1.core" 2>/dev/null | grep '^#.*crash_at_depth (' | sort -u | wc -l; }

for way in kept gone; do
    dump_core bare "" kept
    bare=$ON_DISK bare_size=$KIB bare_frames=$(frames bare)
    DREGS_ONLY=keeps_much DREGS_OUTPUT=$WORK/traces/%p.dregs dump_core traced "$DREGS_LIB" $way
    echo "$way: KiB of a core dump bare $bare ($bare_size with holes), traced $ON_DISK ($KIB)"
    expect_eq "frames that gdb finds" "$bare_frames" "$(frames traced)"
    [ "$bare_frames" = 20 ] || fail "gdb should find 20 frames, found $bare_frames"
    # The shim's own code and data, less than half a MiB; the trace has 3 MiB.
    [ "$ON_DISK" -lt $((bare + 1024)) ] || fail "the core takes $ON_DISK KiB, bare $bare"
    [ "$KIB" -lt $((bare_size + 8192)) ] || fail "the core has $KIB KiB, bare $bare_size"
done
survived "a core dump" 2

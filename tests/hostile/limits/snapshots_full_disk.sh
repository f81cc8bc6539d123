#!/usr/bin/env bash
# No room for a snapshot that dregs run is to take, by a full tmpfs or a limit of file sizes of its own: said once, no file is
# left behind, the program goes on and so does the watch when there is room again.
. "$(dirname "$0")/../suite.sh"
. "$(dirname "$CASE")/../../e2e/host.sh"
if ! mount -t tmpfs -o size=3M tmpfs traces 2>/dev/null; then
    [ -z "${IN_NAMESPACE:-}" ] && unshare -Urm true 2>/dev/null && IN_NAMESPACE=1 exec unshare -Urm bash "$CASE"
    skip "may not mount, not even in a user namespace"
fi
leave() {
    local status=$?
    umount -l traces 2>/dev/null
    (exit "$status")
    clean_up
}
trap leave EXIT
failures() { grep -c 'no snapshot' host.err; }
has_failures() { [ "$(failures)" -ge "$1" ]; }

start_host --snapshot-every=100ms
tell keep 20000 100
fill_disk() { head -c 8M /dev/zero >traces/filler 2>/dev/null; }
fill_disk
wait_for 10 has_failures 1
expect_match "why" 'dregs: no snapshot \(interval\): .*: No space left on device' host.err
before=$(snapshots interval)
tell keep 100 100
expect_eq "each failure is said, not each time" 1 "$(failures)"
for snapshot in traces/*.interval*.dregs; do
    [ ! -e "$snapshot" ] || "$DREGS_BIN" top "$snapshot" >/dev/null || fail "$snapshot is no whole snapshot"
done
rm traces/filler
wait_for 10 has_snapshots $((before + 1)) interval
end_host exit 4
expect_eq "exit status" 4 "$STATUS"
# What was allocated while the disk was full may have needed one page more of the trace.
read_trace "$(find traces -name "obedient.$PROGRAM.dregs")" allow='("unrecorded_allocs", "unknown_frees")'
survived "no room for snapshots that dregs run takes, and room again"

rm -f traces/*
start_host --snapshot-every=100ms
prlimit --pid "$HOST" --fsize=100000
wait_for 10 has_failures 1
expect_match "why" 'File too large' host.err
end_host exit 6
expect_eq "exit status" 6 "$STATUS"
read_trace "$(find traces -name "obedient.$PROGRAM.dregs")"
survived "a limit of file sizes that snapshots are beyond"

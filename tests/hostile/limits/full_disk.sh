#!/usr/bin/env bash
# A disk that is full at the start, or fills while three threads allocate, and has room again later: no signal, no
# message, and every allocation and free is either recorded or counted as lost.
. "$(dirname "$0")/../suite.sh"
here=$WORK/disk
mkdir "$here"

# Without root, in a user namespace of its own.
if ! mount -t tmpfs tmpfs "$here" 2>/dev/null; then
    [ -z "${IN_NAMESPACE:-}" ] && unshare -Urm true 2>/dev/null && IN_NAMESPACE=1 exec unshare -Urm bash "$CASE"
    skip "may not mount, not even in a user namespace"
fi
umount "$here"
leave() {
    local status=$?
    umount "$here" 2>/dev/null
    (exit "$status")
    clean_up
}
trap leave EXIT

asked_and_given='text((d["totals"]["alloc_calls"] + d["loss"]["unrecorded_allocs"] + d["totals"]["suppressed_blocks"],
    d["totals"]["free_calls"] + d["loss"]["unknown_frees"] + d["loss"]["lost_frees"]))'
lossy="('unrecorded_allocs', 'unknown_frees', 'truncated_stacks')"

# starve WORD...: the same bare and traced on the disk, traced by way of LAUNCHER. Leaves TRACE, or nothing where there was no room for one.
starve() {
    rm -rf "${here:?}"/* 2>/dev/null
    run bare "" "$BUILT/starve" "$here" "$@"
    expect_eq "status of starve $*" 0 "$STATUS"
    rm -f "$here"/filler
    # shellcheck disable=SC2086  # perhaps no word
    DREGS_OUTPUT=$here/%p.dregs run traced "" ${LAUNCHER:-} env LD_PRELOAD="$DREGS_LIB" "$BUILT/starve" "$here" "$@"
    expect_eq "status of starve $*, traced" 0 "$STATUS"
    expect_same_file "output of starve $*" bare.out traced.out
    expect_same_file "messages of starve $*" bare.err traced.err
    TRACE=$(find "$here" -name '*.dregs' ! -name '*kept*')
}

# expect_nothing_silent WHAT ASKED: that many blocks and frees are recorded or lost, and growth that failed is told.
expect_nothing_silent() {
    [ -n "$TRACE" ] || return 0
    read_trace "$TRACE" "allow=$lossy"
    expect_top "$1: allocations and frees, recorded or lost" "$2" "$asked_and_given"
    [ "${pages:-99}" -ge 8 ] || return 0 # no room for a note
    expect_top "$1: a loss without a word about it" False \
        'd["loss"]["unrecorded_allocs"] > 0 and not any("could not grow: No space" in n for n in d["loss"]["notes"])'
}

how_much() {  # WORD...: allocations and frees where there is room
    run traced "$DREGS_LIB" "$BUILT/starve" "$WORK" "$@"
    find_trace "$(cat traced.pid)"
    read_trace "$TRACE"
    query top.json "$asked_and_given"
}
one_storm=$(how_much storm) && two_storms=$(how_much storm storm) && three_storms=$(how_much storm storm storm)

step=$(rounds 12 1)
for ((pages = 1; pages <= 400; pages += step)); do  # `pages`: see above
    [ "$pages" -lt 60 ] || pages=$((pages + 5 * step))
    mount -t tmpfs -o "size=$((pages * 4))k" tmpfs "$here"
    starve storm
    expect_nothing_silent "tmpfs of $pages pages" "$one_storm"
    umount "$here"
done
unset pages
survived "a tmpfs too small by any number of pages" "$(((400 - 60) / (6 * step) + 60 / step))"

for size in $(rounds "2M 4500k" "2M 3M 4M 4500k 5M 6M 8M 9M 12M"); do
    mount -t tmpfs -o "size=$size" tmpfs "$here"
    starve storm fill storm snapshot room wait storm
    expect_nothing_silent "tmpfs of $size filled meanwhile" "$three_storms"
    expect_top "$size: the last storm, when there was room again, is recorded" True 'total("keep_blocks") >= 1200'
    umount "$here"
done
survived "a tmpfs that others fill while the program runs, and that has room again later" "$(rounds 2 9)"

for size in $(rounds 2M "40k 800k 1500k 2M 5M 9M"); do
    mount -t tmpfs -o "size=$size" tmpfs "$here"
    LAUNCHER=$BUILT/old_kernel starve storm fill storm snapshot
    expect_nothing_silent "tmpfs of $size on an old kernel" "$two_storms"
    umount "$here"
done
survived "a tmpfs that gets full, on a kernel that cannot populate mappings (before 5.14)" "$(rounds 1 6)"

mount -t tmpfs -o ro tmpfs "$here"
run bare "" "$BUILT/starve" "$here" storm snapshot
DREGS_OUTPUT=$here/%p.dregs run traced "$DREGS_LIB" "$BUILT/starve" "$here" storm snapshot
expect_eq "status on a read-only file system" 0 "$STATUS"
expect_same_file "output on a read-only file system" bare.out traced.out
expect_same_file "messages on a read-only file system" bare.err traced.err
umount "$here"
survived "a read-only file system"

truncate -s 8M image
if mkfs.ext4 -q -F image 2>/dev/null && mount -o loop image "$here" 2>/dev/null; then
    starve storm fill storm snapshot storm
    expect_nothing_silent "ext4 filled meanwhile" "$three_storms"
    starve fill storm storm
    expect_nothing_silent "ext4 full from the start" "$two_storms"
    umount "$here"
    survived "an ext4 that is full at the start or in the middle" 2
fi

truncate -s 130M image
if is_full && mkfs.btrfs -q -f image 2>/dev/null && mount -o loop image "$here" 2>/dev/null; then
    starve storm fill storm
    expect_nothing_silent "btrfs" "$two_storms"
    umount "$here"
    survived "a btrfs that is full when pages of the trace have been written back"
fi

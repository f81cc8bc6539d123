#!/usr/bin/env bash
# A program that changes its root, or gives up its user, cannot open its trace again: what it needs later is taken before. A
# program that begins inside another root has its trace there.
. "$(dirname "$0")/../suite.sh"
if [ "$(id -u)" != 0 ]; then
    unshare -Ur true 2>/dev/null || skip "neither root nor user namespaces"
    exec unshare -Ur bash "$CASE"
fi
mkdir root

expect_survives "$BUILT/chrooted" after "$WORK/root"
expect_eq "exit status" 0 "$STATUS"
expect_kept 40010
survived "chroot, then 40000 blocks"

for how in landlock pivot; do
    "$BUILT/chrooted" "$how" "$WORK/root" >probe.out 2>&1
    [ $? != 77 ] || { echo "$how: not to be had here" && continue; }
    expect_survives "$BUILT/chrooted" "$how" "$WORK/root"
    expect_eq "exit status" 0 "$STATUS"
    expect_kept 40010
    survived "$how, then 40000 blocks"
done

if setpriv --reuid 65534 true 2>/dev/null; then
    expect_survives "$BUILT/chrooted" nobody /
    expect_eq "exit status" 0 "$STATUS"
    expect_kept 40010
    survived "rights given up by setuid, then 40000 blocks"
fi

mkdir root/traces
cp "$BUILT/chrooted" root/program
ldd "$BUILT/chrooted" "$DREGS_LIB" | grep -o '/[^ :]*' | sort -u | xargs cp -L --parents -t root
export DREGS_OUTPUT=/traces/%n.%p.dregs
run_bare "$BUILT/chrooted" before "$WORK/root"
run traced "$DREGS_LIB" "$BUILT/chrooted" before "$WORK/root"
expect_eq "exit status" 0 "$STATUS"
expect_same_file "output" bare.out traced.out
expect_same_file "messages" bare.err traced.err
TRACE=$(echo root/traces/*."$(cat traced.pid)".dregs)
dregs_json top -n 1000000 --sysroot root "$TRACE" >top.json
expect_top "blocks" "40010 53493370" 'text((d["totals"]["live_blocks"], d["totals"]["live_bytes"]))'
expect_top "the program" /program 'd["trace"]["program"]'
expect_kept 40010
tally
survived "a program that begins inside a chroot, without /proc"

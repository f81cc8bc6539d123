#!/usr/bin/env bash
# What a traced program's files may have become when they are asked for names: FIFOs, devices, holes of a terabyte,
# garbage, files that are written anew at this moment. dregs answers, soon, and the blocks are right.
. "$(dirname "$0")/../suite.sh"
need "$DREGS_CC" objcopy
SOURCES=$(dirname "$CASE")/../../..

# build NAME FLAGS...: the program, traced; leaves TRACE.
build() {
    local name=$1
    shift
    rm -rf built && mkdir built
    (cd built && "$DREGS_CC" -g -O1 -I "$SOURCES" "$@" -o "$name" "$(dirname "$CASE")/one_site.c") || fail "cannot build $name"
    run_traced "built/$name"
}

# expect_answer WHAT: `dregs top` answers in time, and counts right whatever it can name.
expect_answer() {
    timeout 30 "$DREGS_BIN" top --json -n 0 "$TRACE" >top.json 2>top.err
    expect_eq "exit status with $1" 0 $?
    expect_top "live blocks with $1" 5 'd["totals"]["live_blocks"]'
}

# put_in_place FILE KIND: FILE is something else now.
put_in_place() {
    rm -rf "$1"
    case $2 in
        fifo) mkfifo "$1" ;;
        device) ln -s /dev/zero "$1" ;;
        directory) mkdir "$1" ;;
        itself) ln -s "$(basename "$1")" "$1" ;;
        nothing) : >"$1" ;;
        terabyte) truncate -s 1T "$1" 2>/dev/null || truncate -s 4G "$1" ;;
        noise) head -c 100000 /dev/urandom >"$1" ;;
        elf) { head -c 4096 "$DREGS_LIB" && head -c 100000 /dev/urandom; } >"$1" ;;
    esac
}
kinds="fifo device directory itself nothing terabyte noise elf"

for version in 4 5; do
    for kind in $kinds; do
        build split "-gdwarf-$version" -gsplit-dwarf
        for part in built/*.dwo; do put_in_place "$part" "$kind"; done
        expect_answer "a .dwo file of DWARF $version that is a $kind"
    done
done
survived "split debugging information that is a FIFO, device, hole, garbage" 16

build linked -Wl,--build-id=none
objcopy --only-keep-debug built/linked built/linked.debug && cp built/linked built/whole
objcopy --strip-debug --add-gnu-debuglink=built/linked.debug built/linked
run_traced built/linked
for kind in $kinds; do
    put_in_place built/linked.debug "$kind"
    expect_answer "a debug link to a $kind"
done
for kind in $kinds; do
    put_in_place built/linked "$kind"
    expect_answer "a program that is a $kind now"
done
survived "programs and their debug files that are a FIFO, device, hole, garbage" 16

# The same identity, garbled inside: only the size and time tell, and they say it is the traced file.
build garbled -Wl,--build-id=none
cp -p built/garbled good
bytes=$(stat -c %s good)
rounds=$(rounds 40 3000)
for i in $(seq "$rounds"); do
    cp -p good built/garbled
    for _ in 1 2 3 4; do
        head -c $((RANDOM % 16 + 1)) /dev/urandom |
            dd of=built/garbled bs=1 seek=$((RANDOM * 32768 % bytes + RANDOM % 4096)) conv=notrunc 2>/dev/null
    done
    truncate -s "$bytes" built/garbled
    touch -r good built/garbled
    expect_answer "a garbled file, round $i"
done
survived "a program garbled where it is read for names" "$rounds"

# Cut short between being mapped and being read.
build cut
cp built/cut good
bytes=$(stat -c %s good)
answered=0
for at in $(seq 0 16); do
    cp good built/cut
    CUT_FILE=built/cut CUT_BYTES=$((bytes * at / 16)) LD_PRELOAD=$BUILT/cut_short.so \
        timeout 30 "$DREGS_BIN" top --json "$TRACE" >top.json 2>top.err
    status=$?
    [ "$status" = 0 ] || [ "$status" = 2 ] || fail "a file cut at $at sixteenths: exit status $status"
    [ "$status" = 0 ] || expect_match "the line about it" '^dregs: .*cut short' top.err
    answered=$((answered + (status == 0)))
done
[ "$answered" -lt 17 ] || fail "no cut was noticed: the test is no good"
survived "a program's file cut short while it is read for names" 17

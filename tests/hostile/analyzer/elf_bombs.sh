#!/usr/bin/env bash
# Programs whose symbols would take minutes and gigabytes to read: dregs answers soon, within bounds, counts right, and
# says what it left out. In the program, in a debug file of its own, in a library, in many of them, in
# what -gsplit-dwarf leaves out of the program.
. "$(dirname "$0")/../suite.sh"
need "$DREGS_CC" objcopy strip nm
HERE=$(dirname "$CASE")
MOST_SECONDS=25 MOST_MIB=700  # of time on a busy machine: bounded are 1.5 s of the processor

"$DREGS_CC" -O1 -I "$HERE/../../.." -o program "$HERE/one_site.c" || fail "cannot build the program"

# bomb KIND OUT [SOUND]
bomb() { "$PYTHON" "$HERE/elf_bombs.py" "${3:-program}" "$2" "$1" || fail "cannot make $1"; }

# expect_bounded WHAT [TOP-OPTIONS]: top answers in time and within bounds; leaves top.json.
expect_bounded() {
    local status seconds mebibytes
    "$PYTHON" "$HERE/measure.py" 120 "$DREGS_BIN" top --json -n 0 --no-symbol-cache "${@:2}" "$TRACE" >top.json 2>measured
    read -r status seconds mebibytes < <(tail -1 measured)
    expect_eq "exit status with $1" 0 "$status"
    [ "${seconds%.*}" -lt $MOST_SECONDS ] || fail "$1: $seconds s"
    [ "$mebibytes" -lt $MOST_MIB ] || fail "$1: $mebibytes MiB"
}

# expect_counted WHAT: and counts right.
expect_counted() { expect_top "live blocks with $1" 5 'd["totals"]["live_blocks"]'; }

# expect_said WHAT [MODULES]: and the report says that something was left out, and how to have it, once for each.
expect_said() {
    expect_top "warnings with $1" "${2:-1}" 'sum("--symbol-budget" in warning for warning in d["warnings"])'
}

# What is beyond any budget; what is not, for it is passed once.
beyond="ranges symbols packed_strings packed_gnu"
within="deep chain packed_names endless_names endless_sections"
if is_full; then
    beyond+=" attributes abbreviations packed_entries packed_abbreviations packed_unknown zstd mini lines units"
    within+=" inlined demangled files notes"
fi

for kind in $beyond $within; do
    bomb "$kind" bomb
    run_traced ./bomb
    expect_bounded "$kind"
    expect_counted "$kind"
    case " $beyond " in *" $kind "*) expect_said "$kind" ;; esac
done
survived "symbols that take minutes and gigabytes to read: deep trees, shared lists, packed sections" \
    "$(wc -w <<<"$beyond $within")"

# The same in a debug file of its own: the program itself is sound, and has its symbols.
bomb ranges bomb
objcopy --only-keep-debug bomb bomb.debug
objcopy --strip-debug --add-gnu-debuglink=bomb.debug bomb linked
run_traced ./linked
expect_bounded "a debug file"
expect_counted "a debug file"
expect_said "a debug file"
expect_top "blocks by name with a debug file" 5 'total("main") + total("keep_blocks")'
survived "the same in a debug file"

# In a library, where the program is sound; and in many, which have one budget together: each has a little of its own,
# however many there were before it. Without build-id, so that copies are different modules.
"$DREGS_CC" -O1 -fPIC -shared -Wl,--build-id=none -I "$HERE/../../.." -o sound.so "$HERE/libraries/kept_site.c" || fail "cannot build a library"
bomb ranges library.so sound.so
run_traced "$BUILT/many_sites" ./library.so
expect_bounded "a library"
expect_said "a library"
expect_top "whose" 1 'sum("library.so: reading its symbols" in warning for warning in d["warnings"])'
expect_top "blocks by name with a library" 5 'total("keep_blocks")'
survived "the same in a library"

if is_full; then many=99 budget=1; else many=8 budget=0.2; fi
MOST_MIB=1400  # all together may take 1 GiB
bomb lines small.so sound.so  # of some kilobytes: a budget grows with what is in the files
libraries=()
for ((i = 0; i < many; i++)); do
    cp small.so "library$i.so" && libraries+=("./library$i.so")
done
run_traced "$BUILT/many_sites" "${libraries[@]}"
expect_bounded "$many libraries" --symbol-budget=$budget
expect_said "$many libraries" $many
expect_top "blocks by name with $many libraries" $((5 * many)) 'total("keep_blocks")'
survived "the same in $many libraries at once"

MOST_MIB=700

# In the half of a unit that is in a file of its own.
"$DREGS_CC" -O1 -g -gdwarf-5 -gsplit-dwarf -I "$HERE/../../.." -c -o split.o "$HERE/one_site.c" &&
    "$DREGS_CC" -o split split.o && [ -s split.dwo ] || fail "cannot build a program with split DWARF"
cp split.dwo sound.dwo
run_traced ./split
expect_bounded "sound split DWARF"
expect_counted "sound split DWARF"
expect_top "warnings with sound split DWARF" 0 'len(d["warnings"])'
expect_top "blocks by name with sound split DWARF" 5 'total("keep_blocks")'
kinds="ranges packed attributes"
for kind in deep $kinds; do
    cp sound.dwo split.dwo
    "$PYTHON" "$HERE/split_bombs.py" split.dwo "$kind" || fail "cannot make $kind"
    expect_bounded "split DWARF: $kind"
    expect_counted "split DWARF: $kind"
    [ "$kind" = deep ] || expect_said "split DWARF: $kind"
done
survived "the same in split DWARF" "$(wc -w <<<"deep $kinds")"

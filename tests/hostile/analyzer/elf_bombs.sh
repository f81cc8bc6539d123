#!/usr/bin/env bash
# Programs whose symbols would take minutes and gigabytes to read: dregs answers soon, within bounds, counts right, and
# says what it left out. In the program, in a debug file of its own, in a library, in many of them.
. "$(dirname "$0")/../suite.sh"
need "$DREGS_CC" objcopy strip nm
HERE=$(dirname "$CASE")
MOST_SECONDS=25 MOST_MIB=700  # of time on a busy machine: bounded are 1.5 s of the processor

"$DREGS_CC" -O1 -I "$HERE/../../.." -o program "$HERE/one_site.c" || fail "cannot build the program"

# bomb KIND OUT
bomb() { "$PYTHON" "$HERE/elf_bombs.py" program "$2" "$1" || fail "cannot make $1"; }

# expect_bounded WHAT: top answers in time and within bounds, with the right count; leaves top.json.
expect_bounded() {
    local status seconds mebibytes
    "$PYTHON" "$HERE/measure.py" 120 "$DREGS_BIN" top --json -n 0 --no-symbol-cache "$TRACE" >top.json 2>measured
    read -r status seconds mebibytes < <(tail -1 measured)
    expect_eq "exit status with $1" 0 "$status"
    [ "${seconds%.*}" -lt $MOST_SECONDS ] || fail "$1: $seconds s"
    [ "$mebibytes" -lt $MOST_MIB ] || fail "$1: $mebibytes MiB"
    expect_top "live blocks with $1" 5 'd["totals"]["live_blocks"]'
}

# expect_said WHAT: and the report says that something was left out, and how to have it.
expect_said() {
    expect_top "warnings with $1" 1 'sum("--symbol-budget" in warning for warning in d["warnings"])'
}

# What is beyond any budget; what is not, for it is passed once.
beyond="ranges symbols packed_strings packed_gnu"
within="deep chain packed_names"
if is_full; then
    beyond+=" attributes abbreviations packed_entries packed_abbreviations packed_unknown zstd mini lines units"
    within+=" inlined demangled files notes"
fi

for kind in $beyond $within; do
    bomb "$kind" bomb
    run_traced ./bomb
    expect_bounded "$kind"
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
expect_said "a debug file"
expect_top "blocks by name with a debug file" 5 'total("main") + total("keep_blocks")'
survived "the same in a debug file"

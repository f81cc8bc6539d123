#!/usr/bin/env bash
# Whatever is given to the analyzer that is no sound trace: one clear line, exit status 2, at once.
. "$(dirname "$0")/../suite.sh"
run_traced "$DREGS_PROGRAMS/nswapsim" 100 leak
find_trace "$(cat traced.pid)"
bytes=$(stat -c %s "$TRACE")

refused() {  # FILE
    local command
    for command in top scopes; do
        timeout 10 "$DREGS_BIN" "$command" "$1" >refused.out 2>refused.err
        expect_eq "exit status of dregs $command $1" 2 $?
        expect_eq "lines about $1" 1 "$(wc -l <refused.err)"
        expect_match "the line is dregs' own" '^dregs: ' refused.err
        expect_eq "data on stdout" "" "$(cat refused.out)"
    done
}
for length in 0 1 7 8 100 4096 8191 8192 $((bytes / 4)); do
    head -c "$length" "$TRACE" >"truncated.$length"
    refused "truncated.$length"
done
mkfifo fifo
head -c 100000 /dev/urandom >noise
cp "$TRACE" newer && printf '\x63' | dd of=newer bs=1 seek=8 conv=notrunc 2>/dev/null
cp "$TRACE" foreign && printf 'ELF' | dd of=foreign bs=1 conv=notrunc 2>/dev/null
for file in noise newer foreign fifo /dev/zero /dev/null . no-such-file "$DREGS_LIB"; do refused "$file"; done
"$DREGS_BIN" top newer 2>newer.err
expect_match "a newer trace is called so" 'newer|version' newer.err

survived "files that are no trace: empty, cut, noise, devices, folders, another version" 17

# expect_sound_or_line COMMAND...: an answer, or one line.
expect_sound_or_line() {
    timeout 20 "$DREGS_BIN" "$@" >answer 2>answer.err
    local status=$?
    [ "$status" = 0 ] || [ "$status" = 2 ] || fail "dregs $*: exit status $status: $(cat answer.err)"
    [ "$status" = 0 ] || expect_eq "lines of dregs $*" 1 "$(wc -l <answer.err)"
}

# Each multiple of 512 bytes, by steps; the unit tests cut at every byte and flip every bit of the header in memory.
step=$(rounds 65536 512)
for length in $(seq 0 "$step" "$((bytes - 1))"); do
    head -c "$length" "$TRACE" >cut
    expect_sound_or_line top cut
done
survived "a trace cut at lengths $step bytes apart" $((bytes / step + 1))

# flip OFFSET BIT: of the trace, in `flipped`.
flip() {
    cp "$TRACE" flipped
    "$PYTHON" -c 'import sys
with open("flipped", "r+b") as file:
    file.seek(int(sys.argv[1]))
    byte = file.read(1)[0] ^ (1 << int(sys.argv[2]))
    file.seek(int(sys.argv[1]))
    file.write(bytes([byte]))' "$1" "$2"
}
flips=$(rounds 60 8000)
commands=(top scopes "top --json" "top --format=umdh")
for i in $(seq "$flips"); do
    [ $((i % 2)) = 0 ] && reach=2304 || reach=$bytes  # the header with its tables, or anywhere
    flip $(((RANDOM * 32768 + RANDOM) % reach)) $((RANDOM % 8))
    # shellcheck disable=SC2086
    expect_sound_or_line ${commands[$((i % 4))]} flipped
done
survived "a trace with one bit flipped" "$flips"

run_traced "$DREGS_PROGRAMS/sipleak"
"$DREGS_BIN" diff --json truncated.8192 "$TRACE" >answer 2>answer.err
expect_eq "exit status of a diff with a bad trace" 2 $?
"$DREGS_BIN" diff --json newer "$TRACE" >answer 2>answer.err
expect_eq "exit status of a diff of two versions" 2 $?
expect_match "the line about versions" 'newer|version' answer.err
timeout 60 "$DREGS_BIN" diff --json traces/nswapsim.*.dregs "$TRACE" >answer || fail "diff of two programs: exit status $?"
expect_json "the difference of two programs" True answer 'd["totals"]["delta_blocks"] == sum(s["delta_blocks"] for s in d["sites"])'
survived "differences of traces of two versions, of two programs" 3

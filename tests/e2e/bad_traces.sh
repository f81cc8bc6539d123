#!/usr/bin/env bash
# Whatever is given to the analyzer that is no sound trace: one clear line, exit status 2, at once.
. "$(dirname "$0")/harness.sh"
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

# Garbled in the middle: a sound answer or one line, never a crash.
for i in $(seq 40); do
    cp "$TRACE" garbled
    head -c 64 /dev/urandom | dd of=garbled bs=1 seek=$((RANDOM * 32768 % bytes + RANDOM)) conv=notrunc 2>/dev/null
    timeout 20 "$DREGS_BIN" top --json garbled >garbled.json 2>garbled.err
    status=$?
    [ "$status" = 0 ] || [ "$status" = 2 ] || fail "garbled trace: exit status $status: $(cat garbled.err)"
    [ "$status" = 0 ] || expect_eq "lines about a garbled trace" 1 "$(wc -l <garbled.err)"
done

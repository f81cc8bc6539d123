#!/usr/bin/env bash
# Errors that help: what was meant, what a file is instead of a trace, why a process has none and whose it is.
. "$(dirname "$0")/harness.sh"
says() {  # WHAT REGEX ARGUMENTS...: expect status 2, nothing on stdout, and that on stderr
    "$DREGS_BIN" "${@:3}" >out 2>err </dev/null
    expect_eq "exit status of $1" 2 $?
    expect_eq "data of $1" "" "$(cat out)"
    expect_match "$1" "^dregs: $2" err
}
says "a command with two letters exchanged" 'there is no command tpo; did you mean top\?$' tpo
says "a command's beginning" 'there is no command snap; did you mean snapshot\?$' snap 4711
says "no command at all" 'there is no command xyzzy; there are run, top, diff, .*ls' xyzzy
says "an option" 'there is no option --sotr; did you mean --sort\?$' top --sotr=bytes
says "an option of run" 'run: there is no option --limt; did you mean --limit\?$' run --limt=3M -- true
says "an option in no command" 'there is no option --verson; did you mean --version\?$' --verson
says "a value" '--sort: there is no byts; there are age, bytes, count, outlived; did you mean bytes\?$' top x --sort=byts
says "a value that is nothing like it" '--color: there is no purple; there are always, auto, never$' top x --color=purple
says "one of several names" '--adapter: there is no tallok; there are apr, auto, none, talloc, wmem; did you mean talloc\?$' run --adapter=apr,tallok -- true
says "a field" '--where: there is no modul:libx; there are file:, .*stack:, thread:' top x --where module:libc.so --where modul:libx
says "a signal" '--snapshot-signal: there is no USR3; there are .*USR2.*; did you mean USR' run --snapshot-signal=USR3 -- true
says "a hostile word" 'there is no command \\x1b\[31m' $'\x1b[31m'

# Files.
printf 'v 10400 3\nx something\n' >raw.heaptrack && gzip -k raw.heaptrack && mv raw.heaptrack.gz heaptrack.server.1.gz
printf '\x28\xb5\x2f\xfd\x00\x00' >heaptrack.server.2.zst
printf '\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00>\x00' >core
printf 'desc: --massif\n' >massif.out && printf 'some notes\n' >notes && echo data | gzip >other.gz
is() { says "$1" "$1: offset 0x0: this is not a dregs trace but $2" top "$1"; }  # FILE WHAT
is raw.heaptrack 'a recording of heaptrack'
is heaptrack.server.1.gz 'a recording of heaptrack'
is heaptrack.server.2.zst 'a recording of heaptrack'
is other.gz 'compressed by gzip'
is core 'a core dump'
is "$DREGS_BIN" 'a program or library: .dregs run'
is massif.out "massif's output"
is notes 'text: .dregs import'

# Processes.
sleep 60 &
STARTED+=($!)
untraced=$!
says "a process without us" "process $untraced \(sleep\) writes no trace: .*dregs run -- .*/sleep\$" top "$untraced"
DREGS_ONLY=other LD_PRELOAD=$DREGS_LIB sleep 60 &
STARTED+=($!)
left_out=$!
wait_for 20 grep -q libdregs "/proc/$left_out/maps"
says "a process that is left out" "process $left_out \(sleep\) writes no trace: .*DREGS_ONLY" top "$left_out"
says "no process" 'there is no process 4194303' top 4194303

[ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || { echo "no other user to be: permissions not tried"; exit 0; }
run_traced "$DREGS_PROGRAMS/dying" exit
chmod 755 "$WORK" "$WORK/traces" && cp "$DREGS_BIN" dregs && DREGS_BIN="setpriv --reuid=65534 --regid=65534 --clear-groups $WORK/dregs"
as_nobody() {
    $DREGS_BIN top "$2" >out 2>err
    expect_eq "exit status of $1" 2 $?
    expect_match "$1" "$3" err
}
as_nobody "another's trace" "$TRACE" ': Permission denied: it belongs to root, and we are (nobody|user 65534): ask as'
as_nobody "another's process" "$untraced" "^dregs: process $untraced \(sleep\) may not be looked at: it belongs to root, and we are"

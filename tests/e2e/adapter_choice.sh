#!/usr/bin/env bash
# dregs run finds out by itself which adapter a program needs, and says so; --adapter and DREGS_ADAPTER decide otherwise.
. "$(dirname "$0")/harness.sh"
need tshark
"$PYTHON" "$DATA/mkpcap.py" capture.pcap 5

run_with() {  # [OPTION...]: kinds of scopes in the trace -> KINDS, messages -> err
    rm -f traces/*
    "$DREGS_BIN" run "$@" -- tshark -r capture.pcap >out 2>err || fail "dregs run $*: $?: $(cat err)"
    expect_eq "packets printed" 5 "$(wc -l <out)"
    load_scopes "$(ls traces/tshark.*.dregs)"
    KINDS=$(query scopes.json "text(sorted(k['name'] for k in d['kinds']))")
}
all='epan file packet pinfo->pool wmem allocator wmem pool'

run_with
expect_eq "kinds that were found out" "$all" "$KINDS"
expect_match "it is said" '^dregs: .*/tshark .*--adapter=wmem' err
run_with --quiet
expect_eq "kinds, quietly" "$all" "$KINDS"
expect_eq "nothing is said" "" "$(grep '^dregs:' err)"
run_with --adapter=none
expect_eq "kinds without adapters" "" "$KINDS"
run_with --adapter=wmem
expect_eq "kinds with one by name" "$all" "$KINDS"
DREGS_ADAPTER=none run_with
expect_eq "kinds by the variable" "" "$KINDS"
"$DREGS_BIN" run --adapter=nonsense -- true >out 2>err
expect_eq "exit status for an adapter that is none" 2 $?
expect_match "what there is" '--adapter: there is no nonsense; there are .*wmem' err
# A program without the library, with all adapters, is none the wiser.
"$DREGS_BIN" run -q --adapter=wmem -- sh -c 'echo "$1"' sh 'as it was' >out 2>err
expect_eq "output of a program without the library" "as it was" "$(cat out)"

# Of a script it is the interpreter that counts, also where env looks for it; and of a command line with env what that starts.
program=$DREGS_PROGRAMS/apr_requests
[ -x "$program" ] || exit 0
cp "$program" interpreter
expect_apr() {  # COMMAND...: the adapter is found out, said, and sees the pools
    rm -f traces/*
    "$DREGS_BIN" run -- "$@" >out 2>err || fail "dregs run -- $*: $?: $(cat err)"
    expect_match "it is said for $*" '^dregs: .*/interpreter .*--adapter=apr' err
    grep -q kept out || fail "$* did not run: $(cat out)"
    load_scopes "$(ls traces/interpreter.*.dregs | head -1)"
    expect_json "pools of $*" True scopes.json "kind('apr_pool')['entered'] > 1000"
}
script() { printf '#!%s\nrest\n' "$1" >"$WORK/script" && chmod +x "$WORK/script"; }
export PATH=$WORK:$PATH
for line in "$WORK/interpreter" "$WORK/interpreter word" "/usr/bin/env interpreter" "/usr/bin/env -S FOO=1 interpreter word" \
    "/usr/bin/env -S -u HOME interpreter"; do
    script "$line"
    expect_apr ./script
done
mv script inner && script "$WORK/inner" && expect_apr ./script
expect_apr env FOO=1 interpreter
expect_apr env -i "PATH=$PATH" "LD_PRELOAD=$(preload_with apr)" "DREGS_OUTPUT=$DREGS_OUTPUT" interpreter
# A shell is linked with nothing of it, whatever the script starts later.
script /bin/sh
"$DREGS_BIN" run -- ./script >out 2>err
expect_eq "nothing is said of a shell" "" "$(grep adapter err)"

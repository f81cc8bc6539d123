#!/usr/bin/env bash
# Functions, files, libraries, programs, kinds, labels and threads with names that a terminal would obey: no output of
# dregs, in any format, has more in it than text, nor a line more than with plain names; JSON has the names as they are.
. "$(dirname "$0")/../suite.sh"
need go sqlite3 ms_print
harmless() { "$PYTHON" "$(dirname "$CASE")/harmless.py" "$@"; }
DREGS() { "$DREGS_BIN" "$@" 2>&1 || fail "dregs $*: exit status $?"; }

# make_named NAME: program and library with NAME in place of the marker, which has as many bytes.
make_named() {
    mkdir named && mkdir "named/$1"
    "$PYTHON" - "$1" "$BUILT" "named/$1" <<'END_OF_SCRIPT'
import os, sys
name, built, folder = map(os.fsencode, sys.argv[1:])
assert len(name) == len(b"MARKER_MARKER"), name
for file, target in ((b"names", b"program "), (b"named.so", b"library ")):
    bytes = open(os.path.join(built, file), "rb").read()
    with open(os.path.join(folder, target + name), "wb") as out:
        out.write(bytes.replace(b"MARKER_MARKER", name))
END_OF_SCRIPT
    chmod +x named/*/*
}

# What the readers of exports print: names have come through two programs then.
read_exports() {
    local trace=$1 format
    for format in folded massif; do DREGS export --format=$format --root=scope,thread "$trace" >$format.txt; done
    DREGS export --format=json "$trace" >export.json
    DREGS export --format=speedscope "$trace" >speedscope.json
    rm -f export.db export.pb.gz
    DREGS export --format=sqlite -o export.db "$trace" >/dev/null
    sqlite3 export.db .dump >dump.txt || fail "sqlite3"
    DREGS export --format=pprof -o export.pb.gz "$trace" >/dev/null
    go tool pprof -raw export.pb.gz 2>/dev/null | grep -v '^Duration:' >pprof.txt || fail "pprof"  # not there where it is 0
    ms_print massif.txt >ms_print.txt || fail "ms_print"
}

# All that dregs says of the trace, a file for each: what.txt, what.colour, what.json, what.umdh.
report() {
    local trace=$1 by
    for by in $(rounds "stack scope" "site stack function module scope"); do
        DREGS top --by=$by -n0 --frames=0 "$trace" >$by.txt
    done
    DREGS scopes -n0 --frames=0 "$trace" >scopes.txt
    DREGS diff --frames=0 "$trace" "$2" >diff.txt
    DREGS top "$2" >snapshot.txt
    DREGS top --format=umdh "$trace" >top.umdh
    DREGS top --json "$trace" >top.json
    DREGS scopes --json "$trace" >scopes.json
    DREGS diff --json "$trace" "$2" >diff.json
    read_exports "$trace"
    TERM=xterm script -qec "'$DREGS_BIN' top -n0 '$WORK/trace'; '$DREGS_BIN' scopes '$WORK/trace'" /dev/null \
        </dev/null >terminal.colour
}

rounds=0
while IFS= read -r -d '' name <&3; do
    rm -rf named traces && mkdir traces && make_named "$name"
    run_traced "named/$name/program $name" "./named/$name/library $name"
    expect_eq "output of the program" "done" "$(cat traced.out)"
    snapshot=$(find traces -name '*.snapshot_*')
    ln -sf "$TRACE" trace
    report "$TRACE" "$snapshot"
    mv "named/$name/library $name" gone  # then a warning names it
    DREGS top "$TRACE" >warning.txt
    "$DREGS_BIN" top "traces/$name" >error.txt 2>&1
    "$DREGS_BIN" snapshot "$TRACE" >copied.txt 2>&1 || fail "snapshot: $(cat copied.txt)"
    expect_eq "what a terminal would obey, with the name $(printf %q "$name")" "" "$(harmless ./*.txt ./*.json ./*.umdh ./*.colour)"
    lines=$(wc -l ./*.txt ./*.umdh ./*.json)
    expect_eq "lines, with the name $(printf %q "$name")" "${plain_lines:=$lines}" "$lines"
    tally
    expect_top "the blocks" 5 'd["totals"]["pool_blocks"] + sum(s["live_blocks"] for s in d["sites"] if s["live_bytes"] % 1337 == 0)'
    rounds=$((rounds + 1))
done 3< <(
    printf 'plain_name_13\0'
    printf '\e[2J\e[31mhell\0'                          # clears the screen
    printf 'a\nwas nothing\0'                           # a line of its own
    printf 'hip\xc2\x9b31m_\xc2\x9d0;\0'                # controls of two bytes
    printf '\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8fxx_y\0' # from right to left
    is_full || exit 0
    printf '\e]0;a  title\a\0'                          # renames the window
    printf '\eP$q"p\e\\abcde\0'                         # asks the terminal to type an answer
    printf 'abc\r\b\b\b\b\bxyz7\0'                      # over what stands there
    printf 'bb\x9b31m\x90raw\xff\xfe_\0'                # the same in Latin-1
    printf '%%s%%n%%p__$(id)\0'                         # nothing to a terminal, but to printf or a shell
)
survived "names with escape sequences, controls, line ends, reversed writing" "$rounds"

#!/usr/bin/env bash
# Root reads somebody's trace, whose paths of modules and source files lead to what that user may not read, or must not be
# opened: nothing of it is shown, no FIFO or device is opened, and no name comes from another build.
. "$(dirname "$0")/../suite.sh"
secret=TOP-SECRET-4711
cp "$BUILT/names" program
run_traced ./program "$BUILT/named.so"
dregs_json top "$TRACE" >top.json
tally
expect_top "blocks of the site" 3 'total("site_MARKER_MARKER")'
echo "$secret" >MARKER_MARKER.c # what DWARF says is the source file

# expect_unnamed WHAT: all commands are done at once, name nothing in the program, and tell no secret.
expect_unnamed() {
    for format in text json umdh; do
        timeout 60 "$DREGS_BIN" top --format="$format" --frames=0 "$TRACE" >"said.$format" 2>&1
        expect_eq "exit status with a $1 in the program's place" 0 $?
        ! grep -aq -e "$secret" -e site_MARKER "said.$format" || fail "$1: $(grep -a -e "$secret" -e site_MARKER "said.$format")"
    done
    [ "$1" = cut ] || # the same build still, as far as it goes
        expect_match "a warning, with a $1" '^dregs: .*program.*(replaced|cannot be read|its symbols are not known)' said.text
}

rounds=0
for what in text empty shadow other-build cut folder socket fifo device link; do
    rm -rf program
    case $what in
        text) seq -f "$secret %.0f" 1000 >program ;;
        empty) : >program ;;
        shadow) { head -c 64 "$BUILT/names" && echo "$secret"; } >program ;; # begins like ELF
        other-build) cp "$BUILT/holder" program ;;
        cut) head -c 5000 "$BUILT/names" >program ;;
        folder) mkdir program ;;
        socket) "$PYTHON" -c 'import socket; socket.socket(socket.AF_UNIX).bind("program")' ;;
        fifo)
            mkfifo program
            (echo "$secret" >program) & # gets on when somebody opens it for reading
            STARTED+=($!)
            ;;
        device) mknod program c 1 5 2>/dev/null || continue ;;
        link) ln -s /proc/self/environ program ;;
    esac
    expect_unnamed "$what"
    [ "$what" != fifo ] || kill -0 "${STARTED[-1]}" || fail "the FIFO was opened"
    rounds=$((rounds + 1))
done
survived "module paths that lead to a secret, another build, a FIFO, a device; source paths to a secret" "$rounds"

#!/usr/bin/env bash
# Whatever stands where a trace, a snapshot or a copy would be made stays as it is, and none of ours can be read or
# written by others, whatever the umask.
. "$(dirname "$0")/../suite.sh"
printf 'hold 100\nsnapshot label\n' >orders
precious=$WORK/precious
seq 5000 >precious

place() {  # WHAT PATH
    case $1 in
        link) ln -s "$precious" "$2" ;;
        loop) ln -s "$(basename "$2")" "$2" ;;
        dangling) ln -s "$WORK/never-made" "$2" ;;
        hard-link) ln "$precious" "$2" ;;
        file) cp "$precious" "$2" ;;
        fifo) mkfifo "$2" ;;
        socket) "$PYTHON" -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$2" ;;
        folder) mkdir "$2" ;;
        device) mknod "$2" c 1 5 2>/dev/null || return 1 ;;
    esac
    chown -h nobody "$2" 2>/dev/null || true # as it is, where we are not root
}
state() { stat -c '%n %F %a %u %h %s %i %Y' "$@" && seq 5000 | cmp - "$precious" && [ ! -e never-made ]; }

expect_ours() {  # FILE
    expect_eq "mode of $1 (umask $mask)" "600 regular file" "$(stat -c '%a %F' "$1")"
    read_trace "$1"
    expect_top "blocks in $1" 100 'total("hold")'
}

# Others may write this folder: what is in the way could be anybody's.
try() {  # WHAT
    mkdir -m 1777 sticky
    local in_the_way=(sticky/t.dregs sticky/t.2.label.dregs sticky/copy.dregs) obstacle
    for obstacle in "${in_the_way[@]}"; do place "$1" "$obstacle" || return 1; done
    before=$(state "${in_the_way[@]}")
    touch traced.out copied
    (umask "$mask" && timeout 60 env DREGS_OUTPUT="$WORK/sticky/t.dregs" LD_PRELOAD="$DREGS_LIB" \
        "$BUILT/holder" <orders >traced.out)
    expect_eq "exit status with a $1 in the way" 7 $?
    (umask "$mask" && timeout 60 "$DREGS_BIN" snapshot sticky/t.2.dregs -o sticky/copy.dregs >copied)
    expect_eq "exit status of dregs snapshot with a $1 in the way" 0 $?
    expect_eq "what stood in the way ($1)" "$before" "$(state "${in_the_way[@]}")"
    for ours in sticky/t.2.dregs sticky/t.2.label.2.dregs sticky/copy.2.dregs; do expect_ours "$ours"; done
    expect_eq "files in the folder ($1)" 6 "$(find sticky -mindepth 1 | wc -l)"
    expect_eq "the copy's name" sticky/copy.2.dregs "$(cat copied)"
    rm -r sticky
}

rounds=0
all="link dangling loop hard-link file fifo socket folder device"
for mask in 000 777; do
    [ "$mask" = 000 ] || all=$(rounds link "$all")
    for what in $all; do
        if try "$what"; then rounds=$((rounds + 1)); else rm -rf sticky; fi
    done
done
survived "a link, a file, a FIFO, a socket, a folder, a device where a trace, snapshot or copy would be made; umask 000, 777" \
    "$rounds"

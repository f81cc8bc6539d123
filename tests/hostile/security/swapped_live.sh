#!/usr/bin/env bash
# Somebody puts something else in the trace's place while the process runs. The trace grows by opening its path again:
# it must not touch, nor wait for, what stands there now; what it can then not record is counted to the block. Put back,
# it grows again.
. "$(dirname "$0")/../suite.sh"
. "$(dirname "$0")/../talk.sh"
before=$(rounds 1000 9000000)  # in full a trace of more than 64 MiB
after=$(rounds 400000 9000000)
precious() { seq -f "precious $1 %.0f" 5000; }

# Who opens this file waits for its owner to give up the lease, 45 seconds.
hold_lease='
import fcntl, signal, sys, time
signal.signal(signal.SIGIO, signal.SIG_IGN)
file = open(sys.argv[1], "wb", 0)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
file.write(b"leased")
time.sleep(600)
'

# The trace itself goes to `aside`, where it can still be read.
swap() {  # HOW
    local folder
    folder=$(dirname "$TRACE")
    case $1 in
        renamed | deleted) ln "$TRACE" aside && rm "$TRACE" ;;
        folder) mv "$folder" elsewhere && mkdir "$folder" && ln elsewhere/"$(basename "$TRACE")" aside ;;
        *) mv "$TRACE" aside ;;
    esac
    case $1 in
        loop) ln -s "$(basename "$TRACE")" "$TRACE" ;;
        leased)
            "$PYTHON" -c "$hold_lease" "$TRACE" 8>&- 9<&- &  # it must not keep the program's input open
            STARTED+=($!)
            wait_for 20 test -s "$TRACE"
            ;;
        link | dangling) ln -s "$WORK/precious.$1" "$TRACE" ;;
        file | folder) precious "$1" >"$TRACE" ;;
        hard-link) ln precious.hard-link "$TRACE" ;;
        fifo) mkfifo "$TRACE" ;;
        device) mknod "$TRACE" c 1 5 2>/dev/null || return 1 ;;
        directory) mkdir "$TRACE" ;;
    esac
}

rounds=0
for how in renamed deleted link dangling file folder hard-link fifo device directory leased loop; do
    rm -rf traces elsewhere aside && mkdir traces
    [ "$how" = dangling ] || precious "$how" >"precious.$how"
    start_talk "$BUILT/holder"
    say hold "$before"
    swapped=no
    if swap "$how"; then
        swapped=yes
        found=$(stat -c '%F %a %h %s %i %Y' "$TRACE" 2>&1)
        SECONDS=0
        say hold "$after"
        [ "$how" != leased ] || [ "$SECONDS" -lt 40 ] || fail "the program waited for a lease: $SECONDS s"
        expect_eq "what stands in the trace's place ($how)" "$found" "$(stat -c '%F %a %h %s %i %Y' "$TRACE" 2>&1)"
    fi
    HELD=$((before + after))
    [ "$how" != renamed ] || { ln aside "$TRACE" && until_it_grows aside; }
    end_talk
    [ "$swapped" = yes ] || continue # only root makes devices
    case $how in
        dangling) [ ! -e precious.dangling ] || fail "the target of a dangling link was made" ;;
        *) precious "$how" | cmp - "precious.$how" || fail "a precious file was changed ($how)" ;;
    esac
    case $how in file | folder) precious "$how" | cmp - "$TRACE" || fail "the file in the trace's place was changed" ;; esac
    read_trace aside "'unrecorded_allocs'"
    expect_top "blocks held and blocks counted as lost ($how)" "$HELD" 'total("hold") + d["loss"]["unrecorded_allocs"]'
    expect_top "something was lost, and a note says why ($how)" True \
        'd["loss"]["unrecorded_allocs"] > 1000 and any(re.search("could not grow: (its file is not|something else stands|Resource temporarily)", n) for n in d["loss"]["notes"])'
    rounds=$((rounds + 1))
done
survived "a live trace renamed, deleted, replaced by a link, a file, a FIFO, a device, a folder, a leased file" "$rounds"

#!/usr/bin/env bash
# Somebody puts something else in the trace's place while the process runs. The trace grows by opening its path again:
# it must not touch, nor wait for, what stands there now, and what it can then not record is counted to the block.
. "$(dirname "$0")/../suite.sh"
. "$(dirname "$0")/../talk.sh"
before=$(rounds 1000 9000000)  # in full a trace of more than 64 MiB
after=$(rounds 400000 9000000)
precious() { seq -f "precious $1 %.0f" 5000; }

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
        link | dangling) ln -s "$WORK/precious.$1" "$TRACE" ;;
        file | folder) precious "$1" >"$TRACE" ;;
        hard-link) ln precious.hard-link "$TRACE" ;;
        fifo) mkfifo "$TRACE" ;;
        device) mknod "$TRACE" c 1 5 2>/dev/null || return 1 ;;
        directory) mkdir "$TRACE" ;;
    esac
}

rounds=0
for how in renamed deleted link dangling file folder hard-link fifo device directory; do
    rm -rf traces elsewhere aside && mkdir traces
    [ "$how" = dangling ] || precious "$how" >"precious.$how"
    start_talk "$BUILT/holder"
    say hold "$before"
    if swap "$how"; then
        found=$(stat -c '%F %a %h %s %i %Y' "$TRACE" 2>&1)
        say hold "$after"
        expect_eq "what stands in the trace's place ($how)" "$found" "$(stat -c '%F %a %h %s %i %Y' "$TRACE" 2>&1)"
    fi
    end_talk
    [ -e aside ] || continue
    case $how in
        dangling) [ ! -e precious.dangling ] || fail "the target of a dangling link was made" ;;
        *) precious "$how" | cmp - "precious.$how" || fail "a precious file was changed ($how)" ;;
    esac
    case $how in file | folder) precious "$how" | cmp - "$TRACE" || fail "the file in the trace's place was changed" ;; esac
    read_trace aside "'unrecorded_allocs'"
    expect_top "blocks held and blocks counted as lost ($how)" $((before + after)) 'total("hold") + d["loss"]["unrecorded_allocs"]'
    expect_top "something was lost, and a note says why ($how)" True \
        'd["loss"]["unrecorded_allocs"] > 1000 and any(re.search("could not grow: (its file is not|something else stands) where", n) for n in d["loss"]["notes"])'
    rounds=$((rounds + 1))
done
survived "a live trace renamed, deleted, replaced by a link, a file, a FIFO, a device, a folder" "$rounds"

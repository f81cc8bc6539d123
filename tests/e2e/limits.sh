#!/usr/bin/env bash
# Limits on live bytes, of all and of a kind of scope: a snapshot when one is first passed; with --limit-action=fail no more
# blocks, as from an exhausted heap. An allocation that fails for real is worth a snapshot, too.
. "$(dirname "$0")/harness.sh"

# run_limited MODE OPTIONS...: under `dregs run`. Leaves out, err, TRACE, and the snapshots in SNAPSHOTS.
run_limited() {
    rm -rf here
    mkdir here
    "$DREGS_BIN" run --output=here/t.dregs "${@:2}" -- "$DREGS_PROGRAMS/limits" "$1" >out 2>err
    expect_eq "exit status of $*" 0 $?
    TRACE=here/t.dregs
    SNAPSHOTS=$(cd here && ls | grep -v '^t.dregs$' | tr '\n' ' ')
}

run_limited grow
expect_eq "without a limit" "100 blocks, no error 50 more" "$(tr '\n' ' ' <out | sed 's/ $//')"
expect_eq "snapshots without a limit" "" "$SNAPSHOTS"
cp out unlimited

run_limited grow --limit=50000
expect_same_file "what the program does" unlimited out
expect_eq "snapshots" "t.limit.dregs " "$SNAPSHOTS"
expect_sound here/t.limit.dregs
expect_top "live when it was passed" "51 51000" 'text((d["totals"]["live_blocks"], d["totals"]["live_bytes"]))'
expect_sound "$TRACE"
expect_top "limits passed" "['']" 'd["totals"]["passed_limits"]'
"$DREGS_BIN" top "$TRACE" >top.txt
expect_match "text says so" 'limit passed: all live bytes' top.txt

run_limited grow --limit=50000 --limit-action=fail
expect_eq "what the program gets" "50 blocks, Cannot allocate memory 25 more" "$(tr '\n' ' ' <out | sed 's/ $//')"
expect_eq "snapshots" "t.limit.dregs " "$SNAPSHOTS"
expect_sound here/t.limit.dregs
expect_top "live when it was passed" "50 50000" 'text((d["totals"]["live_blocks"], d["totals"]["live_bytes"]))'
expect_sound "$TRACE"
expect_top "allocations made to fail" 1 'd["totals"]["refused_allocs"]'

run_limited every --limit=100000 --limit-action=fail
cat >expected <<'END'
malloc: none Cannot allocate memory
calloc: none Cannot allocate memory
calloc of too many: none Cannot allocate memory
realloc: none Cannot allocate memory
realloc of nothing: none Cannot allocate memory
reallocarray: none Cannot allocate memory
memalign: none Cannot allocate memory
aligned_alloc: none Cannot allocate memory
valloc: none Cannot allocate memory
pvalloc: none Cannot allocate memory
posix_memalign: none Cannot allocate memory, errno 0
malloc of little: a block 
realloc to less: a block 
END
expect_same_file "each function" expected out
expect_sound "$TRACE"
expect_top "allocations made to fail" 10 'd["totals"]["refused_allocs"]'

# Of one kind: the 31st block of the 5th packet. Pages may have more.
run_limited packets --limit=1G,packet:3000
expect_eq "what the program says" done "$(cat out)"
expect_eq "snapshots" "t.limit-packet.dregs " "$SNAPSHOTS"
expect_sound here/t.limit-packet.dregs
expect_top "live when it was passed" 31 'total("keep")'
expect_sound "$TRACE"
expect_top "limits passed" "['packet']" 'd["totals"]["passed_limits"]'
run_limited packets --limit=packet:3000 --limit-action=fail
expect_sound "$TRACE"
expect_top "allocations made to fail" 1 'd["totals"]["refused_allocs"]'

# Each process has its own: the child passes nothing, for its parent's blocks are not its own.
run_limited fork --limit=100000
expect_eq "the child" "child ended with 0" "$(cat out)"
expect_eq "snapshots" "" "$(ls here | grep limit)"

# For real: no more private memory is to be had, or no more addresses, of which a snapshot therefore takes none.
for option in --snapshot-failed --limit=10G; do
    for short in d v; do
        ulimit -S "-$short" 300000
        run_limited exhaust "$option"
        ulimit -S "-$short" unlimited
        expect_eq "what the program sees with $option, -$short" "Cannot allocate memory" "$(cat out)"
        expect_eq "snapshots with $option, -$short" "t.failed.dregs " "$SNAPSHOTS"
        expect_sound here/t.failed.dregs
        expect_top "blocks when there were no more, -$short" True 'total("exhaust") > 50'
    done
done

# What makes no sense is refused, which is no failure; what nobody can give is one, by whatever function.
run_limited nonsense --snapshot-failed
expect_match "what the program sees" "memalign: none Invalid argument" out
expect_eq "snapshots of what was refused" "" "$SNAPSHOTS"
for function in malloc calloc realloc reallocarray aligned_alloc; do
    run_limited "$function" --snapshot-failed
    expect_eq "what the program sees" "$function: none Cannot allocate memory" "$(cat out)"
    expect_eq "snapshots of $function" "t.failed.dregs " "$SNAPSHOTS"
done

# A sample does not know how much is live, and says so; a malformed limit is refused by `run` and none to the shim.
run_limited grow --limit=50000 --sample=1K
"$DREGS_BIN" top "$TRACE" >top.txt
expect_match "a note" 'limits were not watched' top.txt
for limit in x 5X packet: 0 :5 1K,,2; do
    "$DREGS_BIN" run --limit="$limit" -- true 2>err
    expect_eq "exit status of --limit=$limit" 2 $?
done
DREGS_LIMIT=nonsense DREGS_OUTPUT=$PWD/nonsense.dregs LD_PRELOAD=$DREGS_LIB "$DREGS_PROGRAMS/limits" grow >out
expect_same_file "with a malformed variable" unlimited out

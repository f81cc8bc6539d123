#!/usr/bin/env bash
# Another malloc preloaded behind the shim: its blocks are counted all the same, to the block.
. "$(dirname "$0")/harness.sh"
jemalloc=$(ls /usr/lib/x86_64-linux-gnu/libjemalloc.so.2 2>/dev/null) || skip "libjemalloc2 is not installed"
DREGS_LIB="$DREGS_LIB $jemalloc"
for program in nswapsim threads_exchange; do
    run_traced "$DREGS_PROGRAMS/$program" 1000 leak
    expect_eq "exit status of $program" 0 "$STATUS"
    expect_sound "$TRACE"
    "$DREGS_BIN" top --json "$TRACE" >top.json
    expect_match "the allocator is named" 'libjemalloc' top.json
done
expect_top "blocks kept" "100 133700" 'text((total("keep_one"), total("keep_one", "live_bytes")))'
run_traced "$DREGS_PROGRAMS/nswapsim" 1000 leak
expect_sound "$TRACE"
expect_top "leaks of nswapsim" "100 50 40" 'text(total(f) for f in ("udp_alloc_socket", "mem_store", "nswap_thread"))'

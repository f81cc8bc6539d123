#!/usr/bin/env bash
# Unmodified tshark with the adapter for wmem: 600 packets are 600 instances, in each of wmem's allocators.
. "$(dirname "$0")/harness.sh"
need tshark
"$PYTHON" "$DATA/mkpcap.py" capture.pcap 600

# Counted by hand in 4.0.17: calls of wmem_alloc for each pool.
expect_handed_out() {
    tshark --version 2>/dev/null | grep -q 'TShark.* 4\.0\.17' || return 0
    expect_kind packet pool_allocs 3700
    expect_kind file pool_allocs 12507
    expect_kind epan pool_allocs 347335
    expect_kind 'pinfo->pool' pool_allocs 29300
}

for allocator in default simple; do
    [ "$allocator" = default ] || export WIRESHARK_DEBUG_WMEM_OVERRIDE=$allocator
    expect_adapted_the_same wmem tshark -r capture.pcap
    run_counted tshark -r capture.pcap
    expect_top "live blocks as counted independently, $allocator" "$COUNTED" 'd["totals"]["live_blocks"]'
    load_scopes "$TRACE"
    expect_kind packet entered 600 left 600 open 0 parent file
    expect_kind 'pinfo->pool' entered 600 left 600 open 0 survivor_blocks 0 parent packet
    expect_kind file entered 1 left 1 open 0
    expect_kind epan entered 1 left 1 open 0 survivor_blocks 0
    # What wmem has from malloc for itself is nobody's leak.
    expect_json "allocators left" "True 0" scopes.json "text((kind('wmem allocator')['entered'] > 4, kind('wmem allocator')['open']))"
    # tshark makes its line buffer when it prints the first packet, and keeps it.
    expect_kind packet survivor_blocks 1 survivor_instances 1
    expect_json "its packet" "packet 1" scopes.json "text(kind('packet')['sites'][0]['labels'])"
    expect_handed_out
done

#!/usr/bin/env bash
# --scope in tshark as Debian ships it: 600 packets are 600 instances, begun and ended by functions of libwireshark.
. "$(dirname "$0")/harness.sh"
need tshark
"$PYTHON" "$DATA/mkpcap.py" capture.pcap 600
run_bare tshark -r capture.pcap
"$DREGS_BIN" run -q --adapter=none --scope epan=epan_init..epan_cleanup --scope file=epan_new..epan_free \
    --scope packet=epan_dissect_run,epan_dissect_run_with_taps..epan_dissect_reset,epan_dissect_cleanup \
    -- tshark -r capture.pcap >traced.out 2>traced.err
expect_eq "exit status" "$STATUS" $?
expect_same_file "output" bare.out traced.out
expect_same_file "messages" bare.err traced.err
TRACE=$(ls traces/tshark.*.dregs)
expect_sound "$TRACE"
load_scopes "$TRACE"
expect_kind epan entered 1 left 1 open 0
expect_kind file entered 1 left 1 open 0 parent epan
expect_kind packet entered 600 left 600 open 0 parent file
# tshark makes its line buffer when it prints the first packet, and keeps it.
expect_kind packet survivor_blocks 1 survivor_instances 1
run_counted tshark -r capture.pcap
expect_top "live blocks as counted independently" "$COUNTED" 'd["totals"]["live_blocks"]'

#!/usr/bin/env bash
# Unmodified tshark dissects 600 generated packets, with its pools and with every pool block a malloc.
. "$(dirname "$0")/harness.sh"
need tshark valgrind
"$PYTHON" "$DATA/mkpcap.py" capture.pcap 600

expect_counts_agree tshark -r capture.pcap
expect_eq "packets printed" 600 "$(wc -l <traced.out)"
default_live=$COUNTED

WIRESHARK_DEBUG_WMEM_OVERRIDE=simple expect_counts_agree tshark -r capture.pcap
expect_eq "live blocks with simple pools" "$default_live" "$COUNTED"

# GLib notices valgrind and stops using slices: for the comparison it must do so under the shim too.
G_SLICE=always-malloc expect_counts_agree tshark -r capture.pcap
expect_valgrind_agrees tshark -r capture.pcap

#!/usr/bin/env bash
# A dissector keeps a g_malloc block of every tenth packet: each is named with it, and with packets that it outlived.
. "$(dirname "$0")/harness.sh"
need tshark setpriv
"$PYTHON" "$DATA/mkpcap.py" capture.pcap 600
plugins=$HOME/.local/lib/wireshark/plugins/4.0/epan
mkdir -p "$plugins" && cp "$DREGS_PROGRAMS/leaky_dissector.so" "$plugins"

# Wireshark leaves a user's plugins alone when it runs as root.
as_user=()
if [ "$(id -u)" -eq 0 ]; then
    as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups --)
    chmod 755 "$WORK" && chown -R 65534:65534 "$WORK"
fi
tshark_here=$(command -v tshark)
"${as_user[@]}" "$tshark_here" -G plugins 2>/dev/null | grep -q leaky_dissector || skip "this tshark does not load the plugin"

DREGS_ONLY=tshark run_adapted wmem "${as_user[@]}" "$tshark_here" -r capture.pcap
expect_eq "exit status" 0 "$STATUS"
load_scopes "$TRACE"
expect_kind packet entered 600 left 600
expect_json "blocks that outlived their packet" "60 80220 60" scopes.json \
    "text([(s['survivor_blocks'], s['survivor_bytes'], s['instances']) for s in kind('packet')['sites'] if s['frames'][0]['function'] == 'dissect_and_keep'][0])"
expect_json "examples of packets" "packet 10 packet 20 packet 30 packet 40 packet 50" scopes.json "text(kind('packet')['sites'][0]['labels'])"

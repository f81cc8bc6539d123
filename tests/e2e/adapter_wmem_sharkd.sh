#!/usr/bin/env bash
# sharkd with three files one after the other: what belongs to the file that is still open is innocent.
. "$(dirname "$0")/harness.sh"
need sharkd
for packets in 200 400 600; do "$PYTHON" "$DATA/mkpcap.py" "$packets.pcap" "$packets"; done
cat >session <<'END'
{"jsonrpc":"2.0","id":1,"method":"load","params":{"file":"200.pcap"}}
{"jsonrpc":"2.0","id":2,"method":"load","params":{"file":"400.pcap"}}
{"jsonrpc":"2.0","id":3,"method":"load","params":{"file":"600.pcap"}}
{"jsonrpc":"2.0","id":4,"method":"status"}
END
export INPUT=session G_SLICE=always-malloc  # GLib keeps the memory of its slices for ever
expect_adapted_the_same wmem sharkd -
expect_match "the file that is open" '"frames":600' traced.out
load_scopes "$TRACE"
expect_kind packet entered 1200 left 1200 open 0
expect_kind 'pinfo->pool' entered 1200 left 1200 survivor_blocks 0
expect_kind file entered 3 left 2 open 1
expect_kind epan entered 1 open 1 survivor_blocks 0
# Thousands of blocks of the open file, and none of them is a survivor: those are of the first two.
expect_json "blocks of the open file" True scopes.json "kind('file')['live_blocks'] - kind('file')['survivor_blocks'] > 1000"
expect_kind file survivor_instances 2
expect_json "files that left something" "file 1 file 2" scopes.json "text(sorted({l for s in kind('file')['sites'] for l in s['labels']}))"
# sharkd 4.0 forgets to close a capture when it loads the next.
expect_json "captures not closed" 2 scopes.json \
    "max(s['instances'] for s in kind('file')['sites'] if 'wtap_open_offline' in functions(s))"

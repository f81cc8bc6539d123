#!/usr/bin/env bash
# dregs scopes --callers of tshark as Debian ships it: the functions of libwireshark in which its packets begin and end.
. "$(dirname "$0")/harness.sh"
need tshark
"$PYTHON" "$DATA/mkpcap.py" capture.pcap 600
expect_adapted_the_same wmem tshark -r capture.pcap
"$DREGS_BIN" scopes --callers --json "$TRACE" >callers.json || fail "dregs scopes --callers"
expect_edge() {  # KIND begins|ends LOOKS FUNCTION: one place, in this function or called by it
    expect_json "places at which $1 $2" "1 $3 True" callers.json \
        "text((len(kind('$1')['$2']), kind('$1')['$2'][0]['looks'], '$4' in functions(kind('$1')['$2'][0])))"
}
expect_edge packet begins 10 epan_dissect_run_with_taps  # of 600: the 1st, 2nd, 4th ... 512th
expect_edge packet ends 10 epan_dissect_reset
expect_edge 'pinfo->pool' begins 10 epan_dissect_run_with_taps
expect_edge 'pinfo->pool' ends 10 epan_dissect_reset
expect_edge file begins 1 epan_new
expect_edge file ends 1 epan_free
expect_edge epan begins 1 epan_init
expect_edge epan ends 1 epan_cleanup
expect_json "what is live of files was allocated when one was opened" True callers.json \
    "kind('file')['live_blocks'] == sum(n['blocks'] for n in kind('file')['allocated'] if is_named(n['frame'], 'epan_new'))"

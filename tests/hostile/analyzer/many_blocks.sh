#!/usr/bin/env bash
# A hundred million live blocks (5 million in the usual run): exact counts, in memory that does not follow the blocks.
. "$(dirname "$0")/../suite.sh"
blocks=$(rounds 5000000 100000000)
room=$(df --output=avail -k . | tail -1)
[ "$room" -gt $((blocks / 40)) ] || skip "no space for a trace of $blocks blocks"
read -r live bytes survivors < <("$BUILT/many_blocks" many.dregs "$blocks")
expect_eq "blocks written" "$blocks" "$live"

# expect_bounded COMMAND...: leaves answer.json; at most 64 MiB. SECONDS_TAKEN is how long it took.
expect_bounded() {
    local status mebibytes
    "$PYTHON" "$(dirname "$CASE")/measure.py" 300 "$DREGS_BIN" "$@" >answer.json 2>measured
    read -r status SECONDS_TAKEN mebibytes < <(tail -1 measured)
    expect_eq "exit status of dregs $*" 0 "$status"
    [ "$mebibytes" -le 64 ] || fail "dregs $* took $mebibytes MiB"
}
expect_bounded top --json -n 0 many.dregs
expect_json "blocks and bytes" "$live $bytes" answer.json \
    'text((d["totals"]["live_blocks"], d["totals"]["live_bytes"]))'
expect_json "sites" "1000 $live" answer.json 'text((len(d["sites"]), sum(s["live_blocks"] for s in d["sites"])))'
expect_json "blocks that outlived their scope" "$survivors" answer.json 'sum(s["outlived_blocks"] for s in d["sites"])'
expect_json "problems" "" answer.json 'problems()'
took="top in $SECONDS_TAKEN s"
expect_bounded scopes --json many.dregs
expect_json "survivors" "$survivors" answer.json 'd["survivor_blocks"]'
expect_json "live by kind" "$live" answer.json 'sum(k["live_blocks"] for k in d["kinds"])'
for format in json folded pprof; do
    rm -f "exported.$format"
    expect_bounded export --format="$format" -o "exported.$format" many.dregs
done
expect_json "blocks exported" "$live $bytes" exported.json 'text((d["exported"]["live_blocks"], d["exported"]["live_bytes"]))'
expect_eq "blocks in folded stacks" "$live" "$(awk '{ sum += $NF } END { printf "%d", sum }' exported.folded)"
"$BUILT/many_blocks" half.dregs $((blocks / 2)) >half
expect_bounded diff --json -n 0 half.dregs many.dregs
expect_json "what grew" "$((blocks / 2))" answer.json 'sum(s["delta_blocks"] for s in d["sites"])'
survived "top, scopes, diff, export of $((blocks / 1000000)) million live blocks within 64 MiB ($took)" 6

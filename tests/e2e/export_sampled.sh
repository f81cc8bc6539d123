#!/usr/bin/env bash
# Formats of whole numbers hold of a sampled trace, in many rows of few blocks, as much in all as top estimates.
. "$(dirname "$0")/harness.sh"
export DREGS_SAMPLE=64
run_traced "$DREGS_PROGRAMS/many_stacks" 5000 4
dregs_json top -n 1000000 "$TRACE" >top.json
for format in folded speedscope pprof; do
    for value in blocks bytes; do
        "$DREGS_BIN" export --format=$format --value=$value "$TRACE" >out || fail "export --format=$format"
        sum=$("$PYTHON" "$HARNESS_DIR/exports.py" $format out --sum $value) || fail "$format: $value in all"
        expect_json "$format: $sum $value in all" True top.json "abs(d['totals']['live_$value'] - $sum) <= 1"
    done
done

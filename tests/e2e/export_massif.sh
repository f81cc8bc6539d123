#!/usr/bin/env bash
# ms_print reads the export: a program's tree of callers, and the snapshots of one that grows as a graph.
. "$(dirname "$0")/harness.sh"
need ms_print
run_traced "$DREGS_PROGRAMS/nswapsim" 1000 leak
"$DREGS_BIN" export --format=massif -o one.massif "$TRACE" >/dev/null || fail "export"
ms_print one.massif >one.txt 2>ms_print.err || fail "ms_print: $(cat ms_print.err)"
expect_match "bytes of mem_store" '^->98\.92% \(204,800B\) 0x[0-9a-f]+: mem_store \(nswapsim\.c:[0-9]+\)$' one.txt
expect_match "its caller" '->98\.92% \(204,800B\) 0x[0-9a-f]+: main \(nswapsim\.c:[0-9]+\)$' one.txt
expect_match "what is small" '->0[01]\.[0-9]+% \(2,240B\) in 2 places, all below massif.s threshold' one.txt

run_traced "$DREGS_PROGRAMS/snapshots" 3
"$DREGS_BIN" export --format=massif --value=blocks -o many.massif traces/snapshots* >/dev/null || fail "export of snapshots"
ms_print many.massif >many.txt 2>ms_print.err || fail "ms_print: $(cat ms_print.err)"
expect_eq "snapshots" "$(ls traces/snapshots* | wc -l)" "$(grep -c '^heap_tree=detailed' many.massif)"
for trace in traces/snapshots*; do "$DREGS_BIN" top --json "$trace" | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["totals"]["live_blocks"])'; done |
    sort -n >counts.txt
sed -n 's/^mem_heap_B=//p' many.massif | sort -n >told.txt
expect_same_file "blocks of each snapshot" counts.txt told.txt

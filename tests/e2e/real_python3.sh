#!/usr/bin/env bash
# Distribution python3 with its own allocator off, so that each object is a malloc; then with it on.
. "$(dirname "$0")/harness.sh"
need valgrind
export PYTHONHASHSEED=0
program='import json, threading
rows = json.loads(json.dumps([{"key": i, "text": "row %d" % i} for i in range(2000)]))
threads = [threading.Thread(target=sorted, args=(range(i * 1000),)) for i in range(4)]
[t.start() or t.join() for t in threads]
print(len(rows), sum(r["key"] for r in rows))
raise SystemExit(7)'
expect_counts_agree "$PYTHON" -S -c "$program"
expect_eq "exit status" 7 "$STATUS"
PYTHONMALLOC=malloc expect_counts_agree "$PYTHON" -S -c "$program"
expect_top "more than 100 000 allocations seen" True 'd["totals"]["alloc_calls"] > 100000'
simple='import json; print(len(json.dumps([{1: i} for i in range(2000)])))'
PYTHONMALLOC=malloc expect_counts_agree "$PYTHON" -S -c "$simple"
PYTHONMALLOC=malloc expect_valgrind_agrees "$PYTHON" -S -c "$simple"

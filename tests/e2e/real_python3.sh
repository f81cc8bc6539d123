#!/usr/bin/env bash
# Distribution python3 with its own allocator off, so that each object is a malloc; then with it on.
. "$(dirname "$0")/harness.sh"
need valgrind
export PYTHONHASHSEED=0
program='import json
rows = json.loads(json.dumps([{"key": i, "text": "row %d" % i} for i in range(2000)]))
print(len(rows), sum(r["key"] for r in rows))
raise SystemExit(7)'
expect_counts_agree "$PYTHON" -S -c "$program"
expect_eq "exit status" 7 "$STATUS"
PYTHONMALLOC=malloc expect_counts_agree "$PYTHON" -S -c "$program"
expect_top "more than 30 000 allocations seen" True 'd["totals"]["alloc_calls"] > 30000'
PYTHONMALLOC=malloc expect_valgrind_agrees "$PYTHON" -S -c "$program"

# A thread may still be on its way out when the process ends: sound, but not the same count each time.
threads='import threading
threads = [threading.Thread(target=sorted, args=(range(i * 1000),)) for i in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
print(sum(t.is_alive() for t in threads))'
PYTHONMALLOC=malloc expect_sound_run "$PYTHON" -S -c "$threads"

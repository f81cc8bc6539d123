#!/usr/bin/env python3
"""measure_page.py PAGE [ROUNDS]: how long a report's page takes in Chromium, in milliseconds: until it can be used, and for a
click each. Medians of ROUNDS (5) new browsers. For tests/bench/results/report.md; no test."""
import statistics
import sys
import time

from chromium import Chromium

TIMED = """(act => { const began = performance.now(); act(); const box = document.getElementById('flame');
box.querySelector('canvas').getContext('2d').getImageData(0, 0, 1, 1); return performance.now() - began; })"""
CLICKS = {
    "bytes instead of blocks": "() => document.querySelector('#measure [data-value=bytes]').click()",
    "from sites instead of main": "() => document.querySelector('#flame-controls [data-value=site]').click()",
    "back to main": "() => document.querySelector('#flame-controls [data-value=main]').click()",
    "zoom by keyboard": "() => { const box = document.getElementById('flame'); for (const key of ['Home', 'ArrowDown', 'ArrowDown', "
                        "'ArrowDown', 'ArrowDown', 'Enter']) box.dispatchEvent(new KeyboardEvent('keydown', { key })); }",
}


def measure(path):
    with Chromium() as page:
        page.look(1000, 700)
        began = time.monotonic()
        page.open(path)
        page.wait_for("document.documentElement.dataset.ready")
        found = {"seen from outside": (time.monotonic() - began) * 1000,
                 "can be used": float(page.evaluate("document.documentElement.dataset.ready"))}
        for name, act in CLICKS.items():
            found[name] = page.evaluate(f"{TIMED}({act})")
        found["search"] = page.evaluate(
            "new Promise(done => { const search = document.getElementById('search'); search.value = 'site'; const began = performance.now();"
            "new MutationObserver(() => done(performance.now() - began)).observe(document.getElementById('search-result'), {childList: true});"
            "search.dispatchEvent(new Event('input')); })")  # 80 of these are the wait for the next key
        return found


rounds = [measure(sys.argv[1]) for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 5)]
for key in rounds[0]:
    values = [one[key] for one in rounds]
    print(f"{key}: {statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f})")

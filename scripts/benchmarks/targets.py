"""What must come out: each target is a figure, or the quotient of two, and a bound.

The table is all of it. Decides nothing: the report prints what was met and what was missed.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    says: str
    figure: tuple  # (workload, metric key, tool)
    by: tuple = ()  # divided by this; nothing: the figure itself
    most: float = 0  # a bound from above, or
    least: float = 0  # one from below
    unit: str = "×"

    def measured(self, results):
        value = results.median(*self.figure)
        divisor = results.median(*self.by) if self.by else 1
        return None if value is None or not divisor else value / divisor

    def met(self, value):
        return value <= self.most if self.most else value >= self.least


def pair(workload, tool="dregs"):
    return workload, "ns", tool


def wall(workload, tool="dregs"):
    return workload, "wall", tool


TARGETS = [
    Target("30 frames: at most 1/7 of heaptrack's pair", pair("pair30"), pair("pair30", "heaptrack"), most=1 / 7),
    Target("30 frames, two threads: at most 1/14 of heaptrack's", pair("pair30x2"), pair("pair30x2", "heaptrack"), most=1 / 14),
    Target("30 frames: no more than LeakSanitizer with frame pointers", pair("pair30"), pair("pair30", "lsan-fp"), most=1),
    Target("from 10 to 60 frames: at most 1.7 times as much", pair("pair60"), pair("pair10"), most=1.7),
    Target("a second thread costs at most 10 %", pair("pair30x2"), pair("pair30"), most=1.1),
    Target("tshark: at most 1.3 times bare", wall("tshark"), wall("tshark", "bare"), most=1.3),
    Target("sqlite3: at most 1.3 times bare", wall("sqlite3"), wall("sqlite3", "bare"), most=1.3),
    Target("perl: at most 1.3 times bare", wall("perl"), wall("perl", "bare"), most=1.3),
    Target("allocation-bound (bc): at most 1.8 times bare", wall("bc"), wall("bc", "bare"), most=1.8),
    Target("exchange: at least half of bare's throughput", ("exchange", "mops", "dregs"), ("exchange", "mops", "bare"),
           least=0.5),
    Target("1 M live blocks: at most 32 bytes added a block", ("live1m", "added", "dregs"), most=32, unit=" B"),
    Target("10 M live blocks: at most 32 bytes added a block", ("live10m", "added", "dregs"), most=32, unit=" B"),
    Target("10 M live blocks: at most half of the heap added", ("live10m", "share", "dregs"), most=0.5),
    Target("1 M blocks of 16 to 24 bytes: at most half of the heap added", ("small1m", "share", "dregs"), most=0.5),
    Target("fixed cost: under 16 MB", ("few", "fixed", "dregs"), most=16e6 / 2**20, unit=" MiB"),
    Target("top --json on 10 M live blocks: at most 2 s", ("live10m", "top", "dregs"), most=2, unit=" s"),
    Target("top's memory follows stacks: 10 M blocks take no more than 1.2 times what 1 M take",
           ("live10m", "top_peak", "dregs"), ("live1m", "top_peak", "dregs"), most=1.2),
    Target("a scope's enter and leave: at most 20 ns", pair("scopes"), most=20, unit=" ns"),
    Target("a marker pair without the shim: at most 2 ns", pair("scopes", "bare"), most=2, unit=" ns"),
    Target("sampling: exchange at most 3 % slower than bare", ("exchange", "mops", "dregs-sample"), ("exchange", "mops", "bare"),
           least=1 / 1.03),
]


def number(value):
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def verdicts(results):
    """One (target, measured or None, met or None) each."""
    for target in TARGETS:
        value = target.measured(results)
        yield target, value, None if value is None else target.met(value)


def as_list(results):
    lines = []
    for target, value, met in verdicts(results):
        bound = f"≤ {number(target.most)}" if target.most else f"≥ {number(target.least)}"
        said = "not measured" if met is None else "met" if met else "**missed**"
        measured = "" if value is None else f"measured {number(value)}{target.unit}, "
        lines.append(f"- {said}: {target.says} ({measured}target {bound}{target.unit})")
    return "\n".join(lines) + "\n"

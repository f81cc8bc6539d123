"""A figure that a workload gives: its unit, which way is better, and how a table shows it beside the bare program's.

Data only.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    key: str
    label: str  # with the unit, as a table's row says it
    more_is_better: bool = False
    beside: str = "ratio"  # to bare: ratio, difference or nothing
    panel: str = ""  # the part of the chart that shows it: time, memory or none


SECONDS = Metric("wall", "s", panel="time")
NANOSECONDS = Metric("ns", "ns a pair", panel="time")
OPERATIONS = Metric("mops", "M operations/s", more_is_better=True, panel="time")
REQUESTS = Metric("requests", "requests/s", more_is_better=True, panel="time")
MARKS = Metric("ns", "ns a pair", beside="nothing")
INSTRUCTIONS = Metric("instructions", "instructions", beside="difference")
RESIDENT = Metric("rss", "resident MiB")
ADDED = Metric("added", "resident bytes added a block", beside="nothing", panel="memory")
FIXED = Metric("fixed", "resident MiB added", beside="nothing")
TRACE = Metric("trace", "trace MiB", beside="nothing")
TRACE_DISK = Metric("trace_disk", "trace MiB on disk", beside="nothing")
TOP = Metric("top", "top --json, s", beside="nothing")
TOP_PEAK = Metric("top_peak", "top, peak MiB", beside="nothing")

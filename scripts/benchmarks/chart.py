"""The chart of a run, an SVG: bars on a logarithmic axis, a group of bars for each workload, readable on light and on dark.

Two panels: time as a multiple of the bare program's, memory as bytes added a live block. Knows results, no tools' details.
"""
import math
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT = 860, 110, 70  # the whole; room for workloads' names; room for the figure behind the longest bar
BAR, GAP, GROUP_GAP = 11, 2, 14
# Hue tells the tool, dregs stands out; each has contrast enough on white and on near-black.
COLOURS = {"dregs": "#0d9488", "dregs-adapter": "#2563a8", "dregs-sample": "#5eb8ae", "dregs-ledger": "#0b6b64", "heaptrack": "#d9622b", "heaptrack-raw": "#e8a27c",
           "lsan": "#7c6bd6", "lsan-fp": "#a99cf0", "tcmalloc": "#c2992b", "jemalloc": "#b0578d", "valgrind": "#7d8794"}
STYLE = """
text { font: 11px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f }
.back { fill: #ffffff } .grid { stroke: #d8dee4 } .one { stroke: #57606a }
.title { font-size: 13px; font-weight: 600 } .soft { fill: #57606a } .ours { font-weight: 600 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .back { fill: #0d1117 } .grid { stroke: #30363d } .one { stroke: #8b949e } .soft { fill: #8b949e }
}"""


class Axis:
    """A logarithmic axis from 1 to the first round number past the largest value. Values below 1 go to the left of it."""

    def __init__(self, values):
        self.low = min(1.0, *values) if values else 1.0
        self.high = max(2.0, *values) if values else 2.0
        steps = [m * 10.0**e for e in range(-2, 6) for m in (1, 2, 5)]
        self.low = max((s for s in steps if s <= self.low * 1.001), default=1.0)
        self.high = min((s for s in steps if s >= self.high), default=self.high)
        self.ticks = [s for s in steps if self.low <= s <= self.high]

    def x(self, value):
        part = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        return LEFT + part * (WIDTH - LEFT - RIGHT)


def figure(value, unit):
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
    return shown + unit


def bar(axis, y, tool, value, unit):
    begin, end = sorted((axis.x(1.0), axis.x(value)))
    ours = ' class="ours"' if tool == "dregs" else ' class="soft"'
    return (f'<rect x="{begin:.1f}" y="{y}" width="{max(end - begin, 1.5):.1f}" height="{BAR}" rx="1.5" fill="{COLOURS[tool]}">'
            f"<title>{escape(tool)}: {figure(value, unit)}</title></rect>"
            f'<text x="{end + 5:.1f}" y="{y + BAR - 1.5}"{ours}>{figure(value, unit)}</text>')


def panel(title, groups, unit, top):
    """The drawing and the y below it. groups: (workload, [(tool, value)])."""
    if not groups:
        return "", top
    axis = Axis([value for _, bars in groups for _, value in bars])
    bars, y = [], top + 46
    for workload, values in groups:
        middle = y + len(values) * (BAR + GAP) / 2 + 3
        bars.append(f'<text x="{LEFT - 12}" y="{middle:.1f}" text-anchor="end">{escape(workload)}</text>')
        for tool, value in values:
            bars.append(bar(axis, y, tool, value, unit))
            y += BAR + GAP
        y += GROUP_GAP
    bottom = y - GROUP_GAP + 4
    lines = [f'<text class="title" x="{LEFT}" y="{top + 14}">{escape(title)}</text>']
    for tick in axis.ticks:
        kind, x = "one" if tick == 1 else "grid", axis.x(tick)
        lines.append(f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{top + 40}" y2="{bottom}"/>'
                     f'<text class="soft" x="{x:.1f}" y="{top + 34}" text-anchor="middle">{tick:g}{unit}</text>')
    return "".join(lines + bars), bottom + 26


def legend(tools, y):
    parts, x = [], LEFT
    for tool in tools:
        name = tool + (" (cut stacks)" if tool == "lsan" else "")
        parts.append(f'<rect x="{x}" y="{y}" width="{BAR}" height="{BAR}" rx="1.5" fill="{COLOURS[tool]}"/>'
                     f'<text x="{x + BAR + 4}" y="{y + BAR - 1.5}">{escape(name)}</text>')
        x += round(BAR + 16 + 5.7 * len(name))
    return "".join(parts)


def groups_of(results, workloads, tools, panel_name, value_of):
    groups = []
    for workload in workloads:
        for metric in workload.metrics:
            if metric.panel != panel_name:
                continue
            values = [(t.name, value_of(workload, metric, t.name)) for t in tools if t.name != "bare"]
            values = [(tool, value) for tool, value in values if value]
            if values:
                groups.append((workload.name, values))
    return groups


def draw(results, workloads, tools):
    time = groups_of(results, workloads, tools, "time", lambda w, m, t: results.slowdown(w.name, m, t))
    memory = groups_of(results, workloads, tools, "memory", lambda w, m, t: results.median(w.name, m.key, t))
    seen = {tool for _, bars in time + memory for tool, _ in bars}
    parts = [legend([t.name for t in tools if t.name in seen], 16)]
    drawn, y = panel("Time, as a multiple of the bare program's (logarithmic; shorter is better)", time, "×", 48)
    parts.append(drawn)
    drawn, y = panel("Resident memory added, bytes a live block (logarithmic; shorter is better)", memory, " B", y)
    parts.append(drawn)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y:.0f}" viewBox="0 0 {WIDTH} {y:.0f}" role="img">'
            f"<title>dregs beside its peers</title><style>{STYLE}</style>"
            f'<rect class="back" width="{WIDTH}" height="{y:.0f}" rx="6"/>{"".join(parts)}</svg>\n')

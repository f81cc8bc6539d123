"""The Markdown table and the JSON of a run. Shows figures, changes none.
"""
import json
import os
import platform

from . import targets


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def cell(results, workload, metric, tool):
    value = results.median(workload.name, metric.key, tool.name)
    if value is None:
        return "failed" if (workload.name, tool.name) in results.failures else ""
    bare = results.median(workload.name, metric.key, "bare")
    if tool.name == "bare" or bare is None or metric.beside == "nothing":
        return number(value)
    if metric.beside == "difference":
        return f"{number(value)} (+{number(value - bare)})"
    return f"{number(value)} ({results.slowdown(workload.name, metric, tool.name):.2f}×)"


def shown(results, workloads):
    """(workload, metric) of which there is a figure."""
    return [(w, m) for w in workloads for m in w.metrics if results.tools(w.name, m.key)]


def table(results, workloads, tools):
    rows = shown(results, workloads)
    used = [t for t in tools if any(results.all(w.name, m.key, t.name) for w, m in rows)]
    lines = ["| workload | unit | " + " | ".join(t.name for t in used) + " |", "|---|---|" + "---:|" * len(used)]
    for workload, metric in rows:
        cells = " | ".join(cell(results, workload, metric, tool) for tool in used)
        lines.append(f"| {workload.name} | {metric.label} | {cells} |")
    return "\n".join(lines) + "\n"


def notes(results, workloads, tools, rounds):
    """What the names mean, and what is missing from the table and why."""
    missing = [f"- {t.name} was left out: {t.missing}" for t in tools if t.missing]
    missing += [f"- {w.name} was left out: {w.why_not}" for w in workloads if w.why_not]
    missing += [f"- {w.name} was not run under {', '.join(sorted(w.leave_out))}: it takes minutes" for w in workloads
                if w.leave_out and not w.why_not]
    missing += [f"- {workload} under {tool} failed: {why}" for (workload, tool), why in results.failures.items()]
    few = [t for t in tools if t.rounds and t.rounds < rounds and not t.missing]
    missing += [f"- {t.name} ran {t.rounds} round{'s' if t.rounds > 1 else ''} only" for t in few]
    measured = {w.name for w, _ in shown(results, workloads)}
    about = [f"- **{t.name}**: {t.about}" for t in tools if not t.missing]
    about += [f"- {w.name}: {w.about}" for w in workloads if w.name in measured]
    return "\n".join([*about, "", *missing]) + "\n"


def markdown(results, workloads, tools, run):
    rounds = f"Medians of {run['rounds']} interleaved rounds" if run["rounds"] > 1 else "One round"
    head = (f"{rounds} (`{run['command']}`) on {run['machine']['cpus']} cores of "
            f"{run['machine']['cpu']}, {run['machine']['libc']}. In brackets: how many times slower (larger) than bare; "
            "for instructions, how many more.\n")
    if run["size"] != "full":
        head += f"\nA {run['size']} run: inputs are small, the figures are no evidence.\n"
    parts = [head, table(results, workloads, tools), notes(results, workloads, tools, run["rounds"])]
    if run["size"] != "smoke":
        parts += ["Targets:\n", targets.as_list(results)]
    return "\n".join(parts)


def machine():
    """What ratios may depend on. Names no host."""
    model = "an unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return {"cpus": len(os.sched_getaffinity(0)), "cpu": model, "kernel": platform.release(),
            "libc": " ".join(platform.libc_ver())}


def as_json(results, workloads, run):
    metrics = {(w.name, m.key): m for w in workloads for m in w.metrics}
    figures = []
    for (workload, key, tool), values in sorted(results.values.items()):
        metric = metrics.get((workload, key))
        figure = {"workload": workload, "metric": key, "tool": tool, "median": results.median(workload, key, tool),
                  "min": min(values), "max": max(values), "values": values}
        if metric:
            figure |= {"unit": metric.label, "slowdown": results.slowdown(workload, metric, tool)}
        figures.append(figure)
    checked = [{"target": t.says, "measured": value, "most": t.most or None, "least": t.least or None, "met": met}
               for t, value, met in targets.verdicts(results)]
    failed = [{"workload": w, "tool": t, "why": why} for (w, t), why in results.failures.items()]
    return json.dumps({**run, "figures": figures, "targets": checked, "failures": failed}, indent=1) + "\n"

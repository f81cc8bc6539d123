"""The kinds of workload, and how the figures of one run under one tool are had.

A workload knows its command and its metrics; which there are stands in suite.py.
"""
import json
import os
import pathlib
import re
import shutil

from . import metric
from .child import Failed, run_checked


def environment(tool, folder):
    """Ours without what would preload or set up a tool behind our back."""
    kept = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD" and not k.startswith(("DREGS_", "MALLOC_", "LSAN_"))}
    return {**kept, **tool.env(folder)}


class Workload:
    """`only` names the tools it runs under (None: all), `leave_out` those that it would take minutes under."""

    rounds = 1_000  # at most; what does not vary needs one

    def __init__(self, name, group, about, metrics, only=None, leave_out=(), why_not=None):
        self.name, self.group, self.about, self.metrics = name, group, about, metrics
        self.only, self.leave_out, self.why_not = only, frozenset(leave_out), why_not

    def fits(self, tool):
        if self.why_not or tool.missing or tool.name in self.leave_out:
            return False
        return (tool.only is None or self.name in tool.only) and (self.only is None or tool.name in self.only)

    def run(self, tool, folder, limit_s):
        """Figures by metric key."""
        raise NotImplementedError

    def derive(self, results):
        """Figures that follow from those of all tools; called once, at the end."""


class Process(Workload):
    """A program of the distribution, timed from outside. Started directly, never through sh or env: some tools trace
    only the first image of a process."""

    def __init__(self, name, about, command, extra_env=None, **more):
        super().__init__(name, "programs", about, [metric.SECONDS], **more)
        self.command, self.extra_env = command, extra_env or {}
        if not shutil.which(command[0]):
            self.why_not = f"{command[0]} is not installed"

    def fits(self, tool):
        return not tool.frame_pointers and super().fits(tool)

    def run(self, tool, folder, limit_s):
        env = {**environment(tool, folder), **self.extra_env}
        done = run_checked(tool.prefix(folder) + self.command, env, folder, limit_s, keep_output=False)
        return {"wall": done.wall, **done.cpu()}


class OwnProgram(Workload):
    """A program of tests/bench. It prints its figure, start-up left out; there is a build with frame pointers.

    `arguments` is a function of the amount of work."""

    def __init__(self, name, group, about, program, arguments, metrics, scale=1.0, **more):
        super().__init__(name, group, about, metrics, **more)
        self.program, self.arguments, self.scale = program, arguments, scale

    def command(self, tool, amount):
        program = f"{self.program}-fp" if tool.frame_pointers else str(self.program)
        return [program, *map(str, self.arguments(amount))]

    def run(self, tool, folder, limit_s):
        command = tool.prefix(folder) + self.command(tool, tool.effort)
        done = run_checked(command, environment(tool, folder), folder, limit_s)
        return {self.metrics[0].key: printed_numbers(done.output)[0] * self.scale, "wall": done.wall, **done.cpu()}


def printed_numbers(output):
    """Of the last line that is nothing but numbers: tools print lines of their own around it."""
    lines = [line for line in output.splitlines() if re.fullmatch(r"[0-9]+[0-9. ]*", line)]
    if not lines:
        raise Failed("printed no figure")
    return [float(word) for word in lines[-1].split()]


class LiveBlocks(OwnProgram):
    """Memory: what many live blocks add, how large the trace is and how long `dregs top` takes over it.

    Processes that a tool starts beside the program count, too: heaptrack's state is in its interpreter."""

    def __init__(self, name, about, program, count, analyzer, sizes=(16, 112), fixed=False, **more):
        own = [metric.FIXED] if fixed else [metric.RESIDENT, metric.ADDED, metric.TRACE, metric.TRACE_DISK, metric.TOP,
                                            metric.TOP_PEAK]
        super().__init__(name, "live blocks", about, program, lambda effort: (count, *sizes), own, **more)
        self.count, self.analyzer, self.fixed = count, analyzer, fixed

    def run(self, tool, folder, limit_s):
        command = tool.prefix(folder) + self.command(tool, 1.0)
        done = run_checked(command, environment(tool, folder), folder, limit_s)
        resident, _, beside = printed_numbers(done.output)
        figures = {"rss": (resident + beside) / 1024, "wall": done.wall, **done.cpu()}
        traces = [t for t in pathlib.Path(folder).glob("*.dregs") if t.name.startswith("live_blocks")]
        if traces and not self.fixed:
            figures.update(self.read_trace(traces[0], folder, limit_s))
        return figures

    def read_trace(self, trace, folder, limit_s):
        """Symbols are left out by an empty sysroot: no module is found there."""
        size = trace.stat()
        nothing = pathlib.Path(folder, "no-modules")
        nothing.mkdir()
        done = run_checked([self.analyzer, "top", "--json", "--sysroot", nothing, trace], dict(os.environ), folder, limit_s)
        seen = json.loads(done.output)["totals"]["live_blocks"]
        if seen < self.count:
            raise Failed(f"the trace has {seen} live blocks, not {self.count}")
        return {"trace": size.st_size / 2**20, "trace_disk": size.st_blocks * 512 / 2**20, "top": done.wall,
                "top_peak": done.peak_kib / 1024}

    def derive(self, results):
        bare = results.median(self.name, "rss", "bare")
        for tool in results.tools(self.name, "rss"):
            if tool == "bare" or bare is None:
                continue
            for rss in results.all(self.name, "rss", tool):
                added = rss - bare
                share = {"added": added * 2**20 / self.count, "share": added / bare}
                results.add(self.name, tool, {"fixed": added} if self.fixed else share)


class Counted(OwnProgram):
    """Instructions of one operation, by callgrind: a long run minus a short one, so that start-up cancels out."""

    rounds = 1

    def __init__(self, name, about, program, arguments, counted, operations=1.0, **more):
        super().__init__(name, "instructions", about, program, arguments, [metric.INSTRUCTIONS], **more)
        self.counted, self.operations = counted, operations
        if not shutil.which("valgrind"):
            self.why_not = "valgrind is not installed"

    def run(self, tool, folder, limit_s):
        short, long = (self.count(tool, folder, limit_s, iterations) for iterations in self.counted)
        return {"instructions": (long - short) / (self.operations * (self.counted[1] - self.counted[0]))}

    def count(self, tool, folder, limit_s, iterations):
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={folder}/callgrind",
                   *self.command(tool, iterations)]
        run_checked(command, environment(tool, folder), folder, limit_s)
        total = re.search(r"Collected : (\d+)", pathlib.Path(folder, "callgrind").read_text(errors="replace"))
        if not total:
            raise Failed("callgrind gave no total")
        return int(total[1])

"""Runs every workload under every tool, round after round, so that a machine that slows down slows all of them down.

A pair of workload and tool that failed once is not tried again; the report says why.
"""
import sys
import tempfile

from .child import Failed
from .results import Results


def progress(text):
    if sys.stderr.isatty():
        print(f"\r{text:<60}", end="", file=sys.stderr, flush=True)


def measure(workloads, tools, rounds, limit_s):
    results = Results()
    for number in range(rounds):
        for workload in workloads:
            # Another tool goes first each time: none always runs after the same neighbour.
            for tool in tools[number % len(tools):] + tools[:number % len(tools)]:
                if due(workload, tool, number) and (workload.name, tool.name) not in results.failures:
                    progress(f"round {number + 1} of {rounds}: {workload.name}, {tool.name}")
                    run_one(workload, tool, limit_s, results)
    progress("")
    progress("\r")
    for workload in workloads:
        workload.derive(results)
    return results


def due(workload, tool, number):
    return workload.fits(tool) and (tool.rounds is None or number < tool.rounds) and number < workload.rounds


def run_one(workload, tool, limit_s, results):
    with tempfile.TemporaryDirectory(prefix="dregs-bench-", ignore_cleanup_errors=True) as folder:
        try:
            results.add(workload.name, tool.name, workload.run(tool, folder, limit_s))
        except (Failed, OSError, ValueError) as error:
            results.failures[workload.name, tool.name] = str(error)
            print(f"\nbench: {workload.name} under {tool.name}: {error}", file=sys.stderr)

"""All figures of a run by workload, metric and tool, and what is said of them: medians, minima, ratios to bare.

Knows nothing of how they were measured or how they are shown.
"""
import statistics


class Results:
    def __init__(self):
        self.values = {}  # (workload, metric key, tool) -> one value a round
        self.failures = {}  # (workload, tool) -> why

    def add(self, workload, tool, figures):
        for key, value in figures.items():
            self.values.setdefault((workload, key, tool), []).append(value)

    def all(self, workload, key, tool):
        return self.values.get((workload, key, tool), [])

    def median(self, workload, key, tool):
        values = self.all(workload, key, tool)
        return statistics.median(values) if values else None

    def least(self, workload, key, tool):
        return min(self.all(workload, key, tool), default=None)

    def tools(self, workload, key):
        return [tool for (w, k, tool) in self.values if (w, k) == (workload, key)]

    def slowdown(self, workload, metric, tool):
        """How many times slower (larger) than bare; None where one of the two is missing."""
        bare, value = self.median(workload, metric.key, "bare"), self.median(workload, metric.key, tool)
        if not bare or not value:
            return None
        return bare / value if metric.more_is_better else value / bare

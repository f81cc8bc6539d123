#!/usr/bin/env python3
"""python_results.py FILE NAME...: runs tests of Python's own suite by their names, and writes each one's result to FILE."""
import sys
import unittest


class Results(unittest.TextTestResult):
    """A line a test: what became of it, without times and tracebacks."""

    lines: dict = {}

    def stopTest(self, test):
        super().stopTest(test)
        self.lines.setdefault(test.id(), "ok")

    def addError(self, test, err):
        super().addError(test, err)
        self.lines[test.id()] = f"error {err[0].__name__}"

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.lines[test.id()] = "failure"

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.lines[test.id()] = "skipped"


def main():
    suite = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[2:])
    unittest.TextTestRunner(resultclass=Results, verbosity=2).run(suite)
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        for name, result in sorted(Results.lines.items()):
            print(name, result, file=file)


if __name__ == "__main__":
    main()

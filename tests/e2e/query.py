#!/usr/bin/env python3
"""query.py FILE EXPRESSION: evaluates a Python expression on the analyzer's JSON (`d`) and prints the result.

For the end-to-end tests. The functions below are what expressions may use beside Python's own. Must not repair or guess:
a key that is missing is an error.
"""
import json
import math
import re
import sys

LOSS = ("unrecorded_allocs", "truncated_stacks", "unknown_frees")


def is_named(frame, name):
    """Whether the frame's function is `name`, whatever its namespace and parameters."""
    return re.search(r"(^|::)" + re.escape(name) + r"(\(|\[|$)", frame["function"]) is not None


def sites(name):
    """Sites in the function `name`."""
    return [s for s in d["sites"] if s["frames"] and is_named(s["frames"][0], name)]


def total(name, key="live_blocks"):
    """Sum of `key` over the sites in the function `name`."""
    return sum(s[key] for s in sites(name))


def kind(name):
    """The scope kind `name` of `dregs scopes`."""
    found = [k for k in d["kinds"] if k["name"] == name]
    if len(found) != 1:
        sys.exit(f"{len(found)} kinds named {name}: {[k['name'] for k in d['kinds']]}")
    return found[0]


def functions(site):
    """Names of a site's frames, innermost first."""
    return [f["function"] for f in site["frames"]]


def text(values):
    """One line of words."""
    return " ".join(str(v) for v in values)


def problems(allow=(), inherited=False):
    """What is wrong with the output of `top`: sums that do not agree, losses that are not in `allow`."""
    totals, found = d["totals"], []
    # Estimates are rounded each by itself.
    rounding = len(d["sites"]) + 1 if d["sample_bytes"] else 0
    recorded = totals["alloc_calls"] - totals["free_calls"] + totals.get("pool_blocks", 0)
    if abs(totals["live_blocks"] - recorded) > rounding and not inherited:
        found.append(f"live_blocks {totals['live_blocks']}, alloc_calls - free_calls {recorded} ({totals}, {d['loss']})")
    for key in ("live_blocks", "live_bytes"):
        summed = sum(s[key] for s in d["sites"])
        if abs(summed - totals[key]) > rounding:
            found.append(f"{key} {totals[key]}, sum of the sites {summed}")
    found += [f"loss: {key} {d['loss'][key]}" for key in LOSS if d["loss"][key] and key not in allow]
    return "; ".join(found)


def sampling_problem(name, blocks, size):
    """What is wrong with the estimate for `name`, which keeps `blocks` blocks of `size` bytes; nothing: within five
    standard deviations of the truth (one run in a million is outside), and its error is the one that theory says."""
    recorded = 1 - math.exp(-size / d["sample_bytes"])
    deviation = math.sqrt(blocks * (1 - recorded) / recorded)
    found = []
    for key, error_key, unit in (("live_blocks", "count_error", 1), ("live_bytes", "bytes_error", size)):
        estimate, shown = total(name, key), total(name, error_key)
        if abs(estimate - blocks * unit) > 5 * deviation * unit + 0.5:
            found.append(f"{key} of {name} {estimate}, truth {blocks * unit}, deviation {deviation * unit:.1f}")
        if abs(shown - 1.96 * deviation * unit) > 0.3 * 1.96 * deviation * unit + 1:
            found.append(f"{error_key} of {name} {shown}, theory {1.96 * deviation * unit:.1f}")
    return "; ".join(found)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        d = json.load(file)
    print(eval(sys.argv[2]))  # our own tests' expressions

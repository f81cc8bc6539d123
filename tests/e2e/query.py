#!/usr/bin/env python3
"""query.py FILE EXPRESSION: evaluates a Python expression on the analyzer's JSON (`d`) and prints the result.

For the end-to-end tests. The functions below are what expressions may use beside Python's own. Must not repair or guess:
a key that is missing is an error.
"""
import json
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
    recorded = totals["alloc_calls"] - totals["free_calls"] + totals.get("pool_blocks", 0)
    if totals["live_blocks"] != recorded and not inherited:
        found.append(f"live_blocks {totals['live_blocks']}, alloc_calls - free_calls {recorded}")
    for key in ("live_blocks", "live_bytes"):
        summed = sum(s[key] for s in d["sites"])
        if summed != totals[key]:
            found.append(f"{key} {totals[key]}, sum of the sites {summed}")
    found += [f"loss: {key} {d['loss'][key]}" for key in LOSS if d["loss"][key] and key not in allow]
    return "; ".join(found)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        d = json.load(file)
    print(eval(sys.argv[2]))  # our own tests' expressions

#!/usr/bin/env python3
"""exports.py FORMAT FILE TOP-JSON: checks an export on its own terms and against `dregs top --json` of the same trace.
exports.py FORMAT FILE --sum blocks|bytes: prints what all its sites hold; of a file with one measure that one.

Prints what is wrong, nothing when all is well. Each format is read here by code that shares nothing with dregs: sites
are compared by function, blocks and bytes.
"""
import collections
import gzip
import json
import re
import sqlite3
import sys


def expected(top):
    """(blocks, bytes) by function of the site, and the same of blocks that outlived their scope."""
    live, outlived = collections.Counter(), collections.Counter()
    for site in top["sites"]:
        frame = site["frames"][0]
        name = frame["function"] or f"{frame['module'].split('/')[-1]}+0x{frame['offset']:x}"
        live[name, "blocks"] += site["live_blocks"]
        live[name, "bytes"] += site["live_bytes"]
        outlived[name, "blocks"] += site["outlived_blocks"]
        outlived[name, "bytes"] += site["outlived_bytes"]
    return live, outlived


def folded_sites(path):
    sites = collections.Counter()
    for line in open(path, encoding="utf-8"):
        stack, count = re.fullmatch(r"(.+) (\d+)\n", line).groups()
        sites[stack.split(";")[-1], "blocks"] += int(count)
    return sites


def speedscope_sites(path):
    data = json.load(open(path, encoding="ascii"))
    names = [f["name"] for f in data["shared"]["frames"]]
    sites = collections.Counter()
    for profile, measure in zip(data["profiles"], ("blocks", "bytes"), strict=True):
        assert profile["type"] == "sampled" and len(profile["samples"]) == len(profile["weights"])
        assert profile["startValue"] == 0 and profile["endValue"] == sum(profile["weights"])
        for stack, weight in zip(profile["samples"], profile["weights"]):
            sites[names[stack[-1]], measure] += weight
    for frame in data["shared"]["frames"]:
        assert isinstance(frame["name"], str) and set(frame) <= {"name", "file", "line", "col"}, frame
    return sites


def json_sites(path):
    data = json.load(open(path, encoding="ascii"))
    sites = collections.Counter()
    for stack in data["stacks"]:
        frame = data["frames"][stack["frames"][0]]
        name = frame["function"] or f"{frame['module'].split('/')[-1]}+0x{frame['offset']:x}"
        for share in stack["shares"]:
            sites[name, "blocks"] += share["live_blocks"]
            sites[name, "bytes"] += share["live_bytes"]
        assert stack["live_blocks"] == sum(s["live_blocks"] for s in stack["shares"])
    return sites


def sqlite_sites(path):
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    sites = collections.Counter()
    for function, module, offset, blocks, size in base.execute(
        "SELECT function, module, offset, live_blocks, live_bytes FROM (SELECT top.*, offset FROM top JOIN sites ON "
        "sites.id = site_id JOIN frames ON frames.id = frame_id)"):
        name = function or f"{module.split('/')[-1]}+0x{offset:x}"
        sites[name, "blocks"] += blocks
        sites[name, "bytes"] += size
    return sites


def massif_sites(path):
    """Of a tree without threshold."""
    sites = collections.Counter()
    for line in open(path, encoding="utf-8"):
        found = re.fullmatch(r" n\d+: (\d+) 0x[0-9a-f]+: (.*?)(?: \((?:in .*|[^()]*:\d+)\))?\n", line)
        if found:
            sites[found[2], "bytes"] += int(found[1])
    return sites


def varints(data):
    at = 0
    while at < len(data):
        value, shift = 0, 0
        while True:
            value |= (data[at] & 127) << shift
            at, shift = at + 1, shift + 7
            if data[at - 1] < 128:
                break
        yield value, at


def fields(data):
    """(number, value) of a protocol buffer's message."""
    at = 0
    while at < len(data):
        key, used = next(varints(data[at:at + 10]))
        at += used
        value, used = next(varints(data[at:at + 10]))
        at += used
        if key & 7 == 2:
            value, at = data[at:at + value], at + value
        yield key >> 3, value


def message(data):
    parts = collections.defaultdict(list)
    for number, value in fields(data):
        parts[number].append(value)
    return parts


def pprof_samples(path):
    """Names of the types, and of each sample its values, function names and labels."""
    profile = message(gzip.open(path).read())
    strings = [s.decode() for s in profile[6]]
    assert strings[0] == ""
    types = [strings[message(t)[1][0]] for t in profile[1]]
    functions = {f[1][0]: strings[f[2][0]] for f in map(message, profile[5])}
    locations = {}
    for location in map(message, profile[4]):
        locations[location[1][0]] = [functions[message(line)[1][0]] for line in location[4]]
    samples = []
    for sample in map(message, profile[2]):
        names = [n for number, _ in varints(sample[1][0]) for n in locations[number]]
        values = dict(zip(types, [v for v, _ in varints(sample[2][0])], strict=True))
        labels = {strings[m[1][0]]: strings[m[2][0]] if m[2] else m[3][0] for m in map(message, sample[3])}
        samples.append((values, names, labels))
    return types, samples


def pprof_sites(path):
    sites = collections.Counter()
    for values, names, _ in pprof_samples(path)[1]:
        sites[names[0], "blocks"] += values["inuse_objects"]
        sites[names[0], "bytes"] += values["inuse_space"]
    return sites


READERS = {"folded": folded_sites, "speedscope": speedscope_sites, "json": json_sites, "sqlite": sqlite_sites,
           "massif": massif_sites, "pprof": pprof_sites}


def main():
    form, path, top = sys.argv[1:4]
    found = READERS[form](path)
    told = {measure for _, measure in found}
    if top == "--sum":
        print(sum(value for (_, measure), value in found.items() if measure == sys.argv[4] or len(told) == 1))
        return
    live, _ = expected(json.load(open(top, encoding="utf-8")))
    for key, value in sorted(live.items()):
        if key[1] in told and found[key] != value:
            print(f"{form}: {key[1]} of {key[0]}: {found[key]}, top says {value}")
    extra = {key for key in found if found[key] and key not in live}
    print("".join(f"{form}: {key} is not in top\n" for key in extra), end="")
    assert told, "nothing was found"


if __name__ == "__main__":
    main()

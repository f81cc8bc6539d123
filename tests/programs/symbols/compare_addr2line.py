#!/usr/bin/env python3
"""Compares dregs' symbolizer with addr2line on many addresses of one ELF file, and says how often they agree.

usage: compare_addr2line.py SYMBOLIZE_TOOL ELF-FILE [COUNT] [--addr2line=PROGRAM] [--show=N]

Addresses are spread evenly over the code of .text, with a fixed seed. Function names are compared without parameters
and return types, files after taking out `..`. Exit status 1 when fewer than 99 % of them agree.
"""
import os
import random
import re
import subprocess
import sys


def text_section(path):
    for line in subprocess.check_output(["readelf", "-SW", path], text=True).splitlines():
        fields = line.replace("[ ", "[").split()
        if len(fields) > 6 and fields[1] == ".text":
            return int(fields[3], 16), int(fields[5], 16)
    sys.exit(f"{path} has no .text")


def addresses(path, count):
    begin, size = text_section(path)
    random.seed(1337)
    return sorted({begin + random.randrange(size) for _ in range(count)})


def bare(name):
    """The last plain part of a function's name: what every demangler agrees on."""
    name = re.sub(r" [\[(](clone|\.).*", "", name)
    name = re.sub(r"\.(cold|part|constprop|isra|lto_priv|llvm)\b.*", "", name)
    depth, out = 0, ""
    for c in name.replace("operator<<", "operator-shl").replace("operator>>", "operator-shr").replace(
            "operator->", "operator-arrow").replace("operator<", "operator-lt").replace("operator>", "operator-gt"):
        depth += c in "(<{"
        if depth == 0:
            out += c
        depth -= c in ")>}"
    return out.replace(" const", "").split("::")[-1].split(" ")[-1].strip("_").removeprefix("GI_").strip("_")


def frame(function, place):
    file, _, line = place.split(" (discriminator")[0].rpartition(":")
    line = line if line.isdigit() else "0"
    return bare(function), os.path.basename(file) if line != "0" else "", int(line)


def ours(tool, path, wanted):
    lines = subprocess.run([tool, path], input="\n".join(map(hex, wanted)), stdout=subprocess.PIPE, text=True,
                           check=True).stdout.splitlines()
    frames = {}
    for line in lines:
        if line.startswith("0x") and "\t" not in line:
            current = frames.setdefault(int(line, 16), [])
        else:
            current.append(frame(*line.split("\t")))
    return frames


def theirs(program, path, wanted):
    lines = subprocess.run([program, "-a", "-i", "-f", "-C", "-e", path], input="\n".join(map(hex, wanted)),
                           stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    frames = {}
    i = 0
    while i < len(lines):
        if re.fullmatch(r"0x[0-9a-f]+", lines[i]):
            current = frames.setdefault(int(lines[i], 16), [])
            i += 1
        current.append(frame(lines[i].replace(" inlined at", ""), lines[i + 1]))
        i += 2
    return frames


def main():
    options = dict(a[2:].split("=") for a in sys.argv[1:] if a.startswith("--"))
    args = [a for a in sys.argv[1:] if not a.startswith("--")]
    tool, path = args[:2]
    wanted = addresses(path, int(args[2]) if len(args) > 2 else 5000)
    mine, other = ours(tool, path, wanted), theirs(options.get("addr2line", "addr2line"), path, wanted)
    differing = [a for a in wanted if mine[a] != other[a]]
    for address in differing[:int(options.get("show", 10))]:
        print(f"{address:#x}\n  dregs     {mine[address]}\n  addr2line {other[address]}")
    functions = sum(mine[a][-1][0] == other[a][-1][0] for a in wanted)
    innermost = sum(mine[a][0][1:] == other[a][0][1:] for a in wanted)
    whole = len(wanted) - len(differing)
    print(f"{os.path.basename(path)}: {len(wanted)} addresses, agree: compiled function {functions / len(wanted):.2%}, "
          f"innermost file:line {innermost / len(wanted):.2%}, the whole chain {whole / len(wanted):.2%}")
    return 0 if whole >= 0.99 * len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main())

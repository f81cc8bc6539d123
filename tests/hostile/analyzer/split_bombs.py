#!/usr/bin/env python3
"""split_bombs.py DWO KIND: puts what takes a reader as long as it lets it into DWO, the other half of a program's
unit as -gsplit-dwarf -gdwarf-5 leaves it. KIND is a function below; `split_bombs.py --kinds` lists them.
"""
import struct
import subprocess
import sys

from elf_bombs import COMPILE_UNIT, NAME, NAMESPACE, RANGES, STRING, SUBPROGRAM, leb
from elf_bombs import abbreviation, mark_as_packed, packed_zeroes, section_headers

SPLIT_UNIT, RNGLISTX, FLAG_PRESENT, DECLARED = 5, 0x23, 0x19, 0x3C
UNIT = abbreviation(1, COMPILE_UNIT, 1, (NAME, STRING))


def unit(identity, entries):
    body = b"\1a.c\0" + entries + b"\0"
    return struct.pack("<IHBBI", 16 + len(body), 5, SPLIT_UNIT, 8, 0) + identity + body


def make_ranges(identity):
    """A list of a million ranges that two thousand functions share."""
    table = UNIT + abbreviation(2, SUBPROGRAM, 0, (RANGES, RNGLISTX)) + b"\0"
    ranges = b"\4" + leb(16) + leb(32)
    lists = struct.pack("<HBBII", 5, 8, 0, 1, 4) + ranges * (1 << 20) + b"\0"
    lists = struct.pack("<I", len(lists)) + lists
    return {".debug_abbrev": table, ".debug_info": unit(identity, b"\2\0" * 2000), ".debug_rnglists": lists}


def make_attributes(identity):
    """Two million entries of one byte and a million attributes each."""
    table = UNIT + leb(3) + leb(NAMESPACE) + b"\0" + bytes([DECLARED, FLAG_PRESENT]) * 1_000_000 + b"\0\0\0"
    return {".debug_abbrev": table, ".debug_info": unit(identity, b"\3" * 2_000_000)}


def make_deep(identity):
    """A tree so deep and broad that passing it once for each level takes a minute."""
    table = UNIT + abbreviation(2, NAMESPACE, 1) + abbreviation(3, NAMESPACE, 0) + b"\0"
    tree = b"\2" * 1000 + b"\3" * 2_000_000 + b"\0" * 1000
    return {".debug_abbrev": table, ".debug_info": unit(identity, tree)}


def make_packed(identity):
    """Names of a megabyte that unpack to a gigabyte."""
    names = struct.pack("<IIQQ", 1, 0, 1000 << 20, 1) + packed_zeroes(1000)
    return {".debug_abbrev": UNIT + b"\0", ".debug_info": unit(identity, b""), "packed .debug_str": names}


# Of the unit, by which the program's half knows this one: behind the header, if nothing else is.
def identity_of(dwo):
    contents = open(dwo, "rb").read()
    at = next(header for header, name in section_headers(contents) if name == ".debug_info.dwo")
    (begin,) = struct.unpack_from("<Q", contents, at + 24)
    return contents[begin + 12 : begin + 20]


def build(dwo, make):
    sections = make(identity_of(dwo))
    known = {name for _, name in section_headers(open(dwo, "rb").read())}
    command = ["objcopy"]
    parts = []
    for key, contents in sections.items():
        name = key.removeprefix("packed ") + ".dwo"
        parts.append(dwo + name)
        open(parts[-1], "wb").write(contents)
        command.append(f"--{'update' if name in known else 'add'}-section={name}={parts[-1]}")
    subprocess.check_call([*command, dwo])
    mark_as_packed(dwo, {key.removeprefix("packed ") + ".dwo" for key in sections if key.startswith("packed ")})
    subprocess.check_call(["rm", *parts])


KINDS = {name.removeprefix("make_"): value for name, value in globals().items() if name.startswith("make_")}

if __name__ == "__main__":
    if sys.argv[1:] == ["--kinds"]:
        print(*KINDS, sep="\n")
    else:
        build(sys.argv[1], KINDS[sys.argv[2]])

#!/usr/bin/env python3
"""elf_bombs.py PROGRAM OUT KIND [TIMES]: a copy of PROGRAM with symbols that take a reader as long as it lets them.

KIND is a function below whose name begins with `make_`; TIMES makes it that much larger. `elf_bombs.py --kinds` lists them.
Each covers `main` of PROGRAM, or `keep_here` of a library, so that whoever names a frame there has to read it.
"""
import lzma
import struct
import subprocess
import sys
import zlib

COMPILE_UNIT, SUBPROGRAM, INLINED, NAMESPACE = 0x11, 0x2E, 0x1D, 0x39
LOW_PC, HIGH_PC, NAME, RANGES, STMT_LIST, LINKAGE_NAME, COMP_DIR = 0x11, 0x12, 0x03, 0x55, 0x10, 0x6E, 0x1B
ADDR, DATA8, STRING, STRP, SEC_OFFSET, FLAG_PRESENT = 0x01, 0x07, 0x08, 0x0E, 0x17, 0x19
CODE = 64  # bytes of main that are claimed
TEXT = 0  # number of the section with main, once a program is known


def leb(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def abbreviation(code, tag, children, *attributes):
    out = leb(code) + leb(tag) + bytes([children])
    for name, form in attributes:
        out += leb(name) + leb(form)
    return out + b"\0\0"


UNIT = abbreviation(1, COMPILE_UNIT, 1, (LOW_PC, ADDR), (HIGH_PC, DATA8), (STMT_LIST, SEC_OFFSET))


def code(main):
    return struct.pack("<QQ", main, CODE)


def unit(main, entries, first=None):
    body = (first or b"\1" + code(main) + struct.pack("<I", 0)) + entries + b"\0"
    return struct.pack("<IHIB", 7 + len(body), 4, 0, 8) + body


def packed(contents):
    return struct.pack("<IIQQ", 1, 0, len(contents), 1) + zlib.compress(contents, 9)


# A mebibyte that refers to nothing before it can be put down as often as one likes.
def packed_zeroes(mebibytes):
    packer = zlib.compressobj(9, wbits=-15)
    one = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = struct.pack(">HH", (mebibytes << 20) % 65521, 1)
    return b"\x78\xda" + one * mebibytes + b"\3\0" + checksum


def make_deep(main, times):
    """A tree so deep and broad that passing it once for each level takes a minute."""
    depth, leaves = 1000, 2_000_000 * times
    table = UNIT + abbreviation(2, NAMESPACE, 1) + abbreviation(3, NAMESPACE, 0) + b"\0"
    return {".debug_abbrev": table, ".debug_info": unit(main, b"\2" * depth + b"\3" * leaves + b"\0" * depth)}


def make_inlined(main, times):
    """The same of functions that are inlined into main."""
    depth, leaves = 1000, 2_000_000 * times
    table = UNIT + abbreviation(2, SUBPROGRAM, 1, (NAME, STRING), (LOW_PC, ADDR), (HIGH_PC, DATA8))
    table += abbreviation(3, INLINED, 1) + abbreviation(4, INLINED, 0) + b"\0"
    tree = b"\2main\0" + code(main) + b"\3" * depth + b"\4" * leaves + b"\0" * (depth + 1)
    return {".debug_abbrev": table, ".debug_info": unit(main, tree)}


def make_chain(main, times):
    """A thousand functions inlined into each other, with names of 60 KB."""
    table = UNIT + abbreviation(2, SUBPROGRAM, 1, (NAME, STRP), (LOW_PC, ADDR), (HIGH_PC, DATA8))
    table += abbreviation(3, INLINED, 1, (NAME, STRP), (LOW_PC, ADDR), (HIGH_PC, DATA8)) + b"\0"
    names = b"long_" * 100_000 * times + b"\0"
    tree = b"\2" + struct.pack("<I", 0) + code(main)
    tree += b"".join(b"\3" + struct.pack("<I", i) + code(main) for i in range(1000)) + b"\0" * 1001
    return {".debug_abbrev": table, ".debug_info": unit(main, tree), ".debug_str": names}


def make_ranges(main, times):
    """A list of a million ranges that two thousand functions share."""
    table = UNIT + abbreviation(2, SUBPROGRAM, 0, (RANGES, SEC_OFFSET)) + b"\0"
    ranges = struct.pack("<QQ", 16, 32) * (1 << 20) + bytes(16)
    entry = b"\2" + struct.pack("<I", 0)
    return {".debug_abbrev": table, ".debug_info": unit(main, entry * 2000 * times), ".debug_ranges": ranges}


def make_units(main, times):
    """Two million units."""
    table = UNIT + abbreviation(2, COMPILE_UNIT, 0) + b"\0"
    small = struct.pack("<IHIB", 8, 4, 0, 8) + b"\2"
    return {".debug_abbrev": table, ".debug_info": unit(main, b"") + small * 2_000_000 * times}


def make_abbreviations(main, times):
    """A hundred thousand units, each of which reads a million abbreviations before it finds its own."""
    count = 1_000_000 * times
    table = b"".join(abbreviation(10 + i, NAMESPACE, 0) for i in range(count)) + UNIT
    table += abbreviation(2, COMPILE_UNIT, 0) + b"\0"
    small = struct.pack("<IHIB", 8, 4, 0, 8) + b"\2"
    return {".debug_abbrev": table, ".debug_info": small * 100_000 + unit(main, b"")}


def make_attributes(main, times):
    """Two million entries of one byte and a million attributes each."""
    table = UNIT + abbreviation(2, NAMESPACE, 1)
    table += leb(3) + leb(NAMESPACE) + b"\0" + bytes([0x34, FLAG_PRESENT]) * 1_000_000 * times + b"\0\0\0"
    return {".debug_abbrev": table, ".debug_info": unit(main, b"\2" + b"\3" * 2_000_000 + b"\0")}


def line_header(size, folders=b"", files=b"a.c\0\0\0\0"):
    tables = folders + b"\0" + files + b"\0"
    fixed = struct.pack("<BBBbBB", 1, 1, 1, -5, 14, 13) + bytes([0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]) + tables
    return struct.pack("<IHI", 6 + len(fixed) + size, 4, len(fixed)) + fixed


def make_lines(main, times):
    """Sixty million rows, packed."""
    rows = 60_000_000 * times
    program = b"\0\x09\2" + struct.pack("<Q", main) + b"\x14" * rows
    table = UNIT + b"\0"
    lines = line_header(len(program)) + program
    return {".debug_abbrev": table, ".debug_info": unit(main, b""), "packed .debug_line": packed(lines)}


def make_files(main, times):
    """A million files in a folder whose name is a million bytes long."""
    count = 1_000_000 * times
    header = line_header(0, b"/" + b"f" * 1_000_000 + b"\0", b"a\0\1\0\0" * count)
    return {".debug_abbrev": UNIT + b"\0", ".debug_info": unit(main, b""), ".debug_line": header}


def make_demangled(main, times):
    """Names that are short for the linker and endless for the reader, on five thousand functions inlined into main."""
    doubled = b"_Z1fI" + b"".join(b"St4pairIi%b" % (b"S" + bytes([48 + i % 10]) + b"_") for i in range(200))
    name = doubled + b"E" * 201 + b"v\0"
    table = UNIT + abbreviation(2, SUBPROGRAM, 1, (NAME, STRP), (LOW_PC, ADDR), (HIGH_PC, DATA8))
    table += abbreviation(3, INLINED, 1, (LINKAGE_NAME, STRP), (LOW_PC, ADDR), (HIGH_PC, DATA8)) + b"\0"
    heavy = b"_Z1fI" + b"i" * 32_000 + b"Ev" + b"T3000_" * 5_000 + b"\0"
    names = name + heavy
    tree = b"\2" + struct.pack("<I", 0) + code(main)
    for i in range(1000):
        tree += b"\3" + struct.pack("<I", len(name)) + code(main)
    return {".debug_abbrev": table, ".debug_info": unit(main, tree + b"\0" * 1001), ".debug_str": names}


def of_zeroes(section, gnu=False):
    def make(main, times):
        size = 1000 * times
        header = b"ZLIB" + struct.pack(">Q", size << 20) if gnu else struct.pack("<IIQQ", 1, 0, size << 20, 1)
        sections = {".debug_abbrev": UNIT + b"\0", ".debug_info": unit(main, b"")}
        if section in sections:
            del sections[section]
        sections[section if gnu else "packed " + section] = header + packed_zeroes(size)
        return sections

    make.__doc__ = f"{section} of a megabyte that unpacks to a gigabyte."
    return make


make_packed_strings = of_zeroes(".debug_str")
make_packed_entries = of_zeroes(".debug_info")
make_packed_abbreviations = of_zeroes(".debug_abbrev")
make_packed_unknown = of_zeroes(".debug_names_of_nothing")
make_packed_gnu = of_zeroes(".zdebug_str", gnu=True)


def make_packed_names(main, times):
    """The names of all symbols."""
    size = 1000 * times
    return {"moved packed .strtab": struct.pack("<IIQQ", 1, 0, size << 20, 1) + packed_zeroes(size)}


def make_zstd(main, times):
    """The same by zstd, without end: a block of 128 KiB is four bytes there."""
    block = struct.pack("<I", (0x20000 << 3) | 2)[:3] + b"\0"
    blocks = 16_000 * times
    frame = struct.pack("<I", 0xFD2FB528) + b"\xc0\x58" + struct.pack("<Q", blocks << 17) + block * (blocks - 1)
    frame += struct.pack("<I", (0x20000 << 3) | 3)[:3] + b"\0"
    sections = {".debug_abbrev": UNIT + b"\0", ".debug_info": unit(main, b"")}
    sections["packed .debug_str"] = struct.pack("<IIQQ", 2, 0, blocks << 17, 1) + frame
    return sections


def make_mini(main, times):
    """.gnu_debugdata of 150 KB that unpacks to a gigabyte. Only stripped programs' is read."""
    return {".gnu_debugdata": lzma.compress(bytes(times << 30), preset=1)}


def make_symbols(main, times):
    """Three hundred thousand symbols at one place, with a name of 60 KB for all."""
    names = b"\0" + b"_" * 60_000 + b"\0main\0"
    symbol = struct.pack("<IBBHQQ", 1, 0x12, 0, TEXT, main, CODE)
    plain = struct.pack("<IBBHQQ", 60_002, 0x12, 0, TEXT, main, CODE)
    return {"moved .symtab": bytes(24) + plain + symbol * 300_000 * times, "moved .strtab": names}


def make_notes(main, times):
    """Sixty thousand sections that all hold the same ten megabytes of notes."""
    note = struct.pack("<III", 4, 0, 7) + b"GNU\0"
    return {"moved .note.gnu.build-id": note * 600_000 * times, "copies .note.gnu.build-id": b""}


ENDLESS = b"x" * 20_000_000  # names without a zero behind the last


def make_endless_names(main, times):
    """A million symbols whose names have no end, so that each is looked for through all of them."""
    symbol = struct.pack("<IBBHQQ", 1, 0x12, 0, TEXT, main, CODE)
    return {"moved .symtab": bytes(24) + symbol * 1_000_000 * times, "moved .strtab": b"\0" + ENDLESS}


def make_endless_sections(main, times):
    """The same of the names of sixty thousand sections."""
    return {"longer .shstrtab": ENDLESS * times, "copies .note.gnu.build-id": b""}


def section_headers(program):
    (at,), (count, names) = struct.unpack_from("<Q", program, 40), struct.unpack_from("<HH", program, 60)
    (strings,) = struct.unpack_from("<Q", program, at + 64 * names + 24)
    for header in range(at, at + 64 * count, 64):
        (name,) = struct.unpack_from("<I", program, header)
        end = program.index(b"\0", strings + name)
        yield header, program[strings + name : end].decode()


def mark_as_packed(path, names):
    program = bytearray(open(path, "rb").read())
    for header, name in section_headers(program):
        if name in names:
            (flags,) = struct.unpack_from("<Q", program, header + 8)
            struct.pack_into("<Q", program, header + 8, flags | 0x800)
    open(path, "wb").write(program)


def move_section(path, wanted, contents):
    program = bytearray(open(path, "rb").read())
    program += bytes(-len(program) % 16)
    for header, name in list(section_headers(program)):
        if name == wanted:
            struct.pack_into("<QQ", program, header + 24, len(program), len(contents))
    open(path, "wb").write(program + contents)


def lengthen_section(path, wanted, more):
    program = open(path, "rb").read()
    header = next(header for header, name in section_headers(program) if name == wanted)
    begin, size = struct.unpack_from("<QQ", program, header + 24)
    move_section(path, wanted, program[begin : begin + size] + more)


# The section headers anew, with copies of one before the others.
def copy_header(path, wanted, copies=60_000):
    program = bytearray(open(path, "rb").read())
    headers = list(section_headers(program))
    (names,) = struct.unpack_from("<H", program, 62)
    copied = next(header for header, name in headers if name == wanted)
    table = b"".join(bytes(program[header : header + 64]) for header, _ in headers)
    table += bytes(program[copied : copied + 64]) * copies
    struct.pack_into("<Q", program, 40, len(program))
    struct.pack_into("<HH", program, 60, len(headers) + copies, names)
    open(path, "wb").write(program + table)


def address_of_main(program):
    for line in subprocess.check_output(["nm", program], text=True).splitlines():
        if line.endswith((" T main", " T keep_here")):
            return int(line.split()[0], 16)
    raise SystemExit(f"{program} has neither main nor keep_here")


def build(program, out, make, times):
    global TEXT
    names = [name for _, name in section_headers(open(program, "rb").read())]
    TEXT = names.index(".text")
    command = ["objcopy"]
    sections = make(address_of_main(program), times)
    for number, (name, contents) in enumerate(sections.items()):
        part = f"{out}.{number}"
        open(part, "wb").write(contents)
        if not name.startswith(("moved ", "longer ", "copies ")):
            command += [f"--add-section={name.removeprefix('packed ')}={part}"]
    if ".gnu_debugdata" in sections:
        command += ["--strip-all"]
    subprocess.check_call([*command, program, out])
    mark_as_packed(out, {name.rpartition("packed ")[2] for name in sections if "packed " in name})
    for name, contents in sections.items():
        if name.startswith("moved "):
            move_section(out, name.removeprefix("moved ").removeprefix("packed "), contents)
        if name.startswith("longer "):
            lengthen_section(out, name.removeprefix("longer "), contents)
        if name.startswith("copies "):
            copy_header(out, name.removeprefix("copies "))
    subprocess.check_call(["rm", *[f"{out}.{number}" for number in range(len(sections))]])


KINDS = {name.removeprefix("make_"): value for name, value in globals().items() if name.startswith("make_")}

if __name__ == "__main__":
    if sys.argv[1:] == ["--kinds"]:
        print(*KINDS, sep="\n")
    else:
        build(sys.argv[1], sys.argv[2], KINDS[sys.argv[3]], int(sys.argv[4]) if len(sys.argv) > 4 else 1)

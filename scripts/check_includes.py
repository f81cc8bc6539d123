#!/usr/bin/env python3
"""Enforces the include law: who may include whom. Called by scripts/check; exit status 1 names each offence.

1. preload/, adapters/ and analyzer/ never include each other; all may include include/, which includes only itself.
2. Inside each of them the rooms (sub-folders) stand in layers, LAW below: a file may include its own room and those of
   lower layers; rooms of the same layer do not know each other; the files of preload/ or analyzer/ itself are on top.
3. Headers included with quotes must exist in the project, or be made by CMake from NAME.in.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAW = {
    "preload": {"system": 1, "unwind": 2, "file": 2, "scopes": 3, "blocks": 4, "": 5},
    "adapters": {"": 1},
    "analyzer": {"files": 0, "trace": 1, "symbols": 1, "import": 2, "spans": 2, "analysis": 2, "watch": 3, "output": 3, "live": 4, "export": 4, "report": 4,
                 "manual": 4, "commands": 5, "": 6},
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SUFFIXES = {".h", ".c", ".cpp", ".inc"}


def sources(top):
    return sorted(p for p in (ROOT / top).rglob("*") if p.suffix in SUFFIXES)


def resolve(source, name, quoted):
    """The project's file that an include means, or None: a system header."""
    places = [source.parent, ROOT, ROOT / "include"] if quoted else [ROOT / "include"]
    return next((p / name for p in places if (p / name).is_file()), None)


def is_made_by_cmake(source, name):
    return name.endswith(".inc") or (source.parent / f"{name}.in").is_file()


def top(path):
    return path.relative_to(ROOT).parts[0]


def room(path):
    parts = path.relative_to(ROOT).parts
    return parts[1] if len(parts) > 2 else ""


def offence(source, target):
    if top(target) == "include":
        return None
    if top(source) != top(target):
        return f"{top(source)}/ may not include {top(target)}/"
    law, own, other = LAW[top(source)], room(source), room(target)
    if own != other and law.get(other, 0) >= law.get(own, 0):
        return f"'{own or top(source)}' may not include '{other or top(source)}'"
    return None


def offences_of(source):
    if room(source) not in LAW.get(top(source), {room(source): 0}):
        yield f"{source.relative_to(ROOT)}: no place in the law for this folder"
    for bracket, name in INCLUDE.findall(source.read_text(encoding="utf-8")):
        target = resolve(source, name, bracket == '"')
        if target is None:
            if bracket == '"' and not is_made_by_cmake(source, name):
                yield f"{source.relative_to(ROOT)}: no such file: {name}"
            continue
        reason = offence(source, target.resolve())
        if reason:
            yield f"{source.relative_to(ROOT)} includes {name}: {reason}"


def main():
    found = [o for folder in ("include", "preload", "adapters", "analyzer") for s in sources(folder) for o in offences_of(s)]
    print("\n".join(found) if found else "include law: kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Enforces the include law: who may include whom. Called by scripts/check; exit status 1 names each offence.

1. preload/ and analyzer/ never include each other; both may include include/; include/ includes only itself.
2. Inside preload/: the fenced block ```include-law in preload/README.md lists the files' stems from the bottom up. A file
   may include what stands above it or on its own line. Each file of preload/ must be listed.
3. Inside analyzer/: trace and symbols lie side by side at the bottom, then analysis, output, commands, and the files of
   analyzer/ itself on top. A file may include its own folder and those below.
4. Headers included with quotes must exist in the project.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ANALYZER_RANK = {"trace": 1, "symbols": 1, "analysis": 2, "output": 3, "commands": 4, "": 5}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SUFFIXES = {".h", ".c", ".cpp", ".inc"}


def sources(top):
    return sorted(p for p in (ROOT / top).rglob("*") if p.suffix in SUFFIXES)


def resolve(source, name, quoted):
    """The project's file that an include means, or None: a system header."""
    places = [source.parent, ROOT, ROOT / "include"] if quoted else [ROOT / "include"]
    return next((p / name for p in places if (p / name).is_file()), None)


def read_preload_law():
    """Stem or file name -> line of the law."""
    readme = ROOT / "preload" / "README.md"
    if not readme.is_file():
        sys.exit("check_includes: no preload/README.md, so no law")
    block = re.search(r"^```include-law\n(.*?)^```", readme.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    if not block:
        sys.exit("check_includes: no ```include-law block in preload/README.md")
    law = {}
    for rank, line in enumerate(block.group(1).splitlines()):
        for name in line.split("#")[0].split():
            law[name] = rank
    return law


def preload_rank(law, path):
    name = path.relative_to(ROOT / "preload").as_posix()
    stem = name.rsplit(".", 1)[0]
    return law.get(name, law.get(stem))


def analyzer_folder(path):
    parts = path.relative_to(ROOT / "analyzer").parts
    return parts[0] if len(parts) > 1 else ""


def preload_offence(law, source, target):
    own, other = preload_rank(law, source), preload_rank(law, target)
    if own is not None and other is not None and other > own:
        return "it stands below in the law of preload/README.md"
    return None


def analyzer_offence(source, target):
    own, other = analyzer_folder(source), analyzer_folder(target)
    if own != other and ANALYZER_RANK.get(other, 0) >= ANALYZER_RANK.get(own, 0):
        return f"'{own or 'analyzer'}' may not include '{other or 'analyzer'}'"
    return None


def top(path):
    return path.relative_to(ROOT).parts[0]


def offence(law, source, target):
    if top(target) == "include":
        return None
    if top(source) != top(target):
        return f"{top(source)}/ may not include {top(target)}/"
    return preload_offence(law, source, target) if top(source) == "preload" else analyzer_offence(source, target)


def offences_of(law, source):
    for bracket, name in INCLUDE.findall(source.read_text(encoding="utf-8")):
        target = resolve(source, name, bracket == '"')
        if target is None:
            if bracket == '"' and not name.endswith(".inc"):
                yield f"{source.relative_to(ROOT)}: no such file: {name}"
            continue
        reason = offence(law, source, target.resolve())
        if reason:
            yield f"{source.relative_to(ROOT)} includes {name}: {reason}"


def main():
    law = read_preload_law()
    found = [o for folder in ("include", "preload", "analyzer") for s in sources(folder) for o in offences_of(law, s)]
    found += [f"{s.relative_to(ROOT)} is not in the law of preload/README.md"
              for s in sources("preload") if preload_rank(law, s) is None]
    found += [f"{s.relative_to(ROOT)}: no place in the law for this folder"
              for s in sources("analyzer") if analyzer_folder(s) not in ANALYZER_RANK]
    print("\n".join(found) if found else "include law: kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

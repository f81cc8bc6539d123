#!/usr/bin/env python3
"""Puts real output into README.md and docs/walk: run scripts/demo, or scripts/walk, first.

A fenced block that follows a line <!-- output: NAME --> becomes the content of build/demo/NAME.txt, in docs/walk of
build/walk/NAME.txt. A document whose outputs are not there is left as it is. Changes nothing else.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(<!-- output: ([a-z0-9-]+) -->\n```text\n).*?(^```$)", re.MULTILINE | re.DOTALL)
DOCUMENTS = {"README.md": "build/demo", "docs/walk/README.md": "build/walk"}


def fill(document, folder):
    def output_of(match):
        path = folder / f"{match.group(2)}.txt"
        if not path.is_file():
            sys.exit(f"regen_readme: no {path.relative_to(ROOT)}: run its script again")
        return match.group(1) + path.read_text(encoding="utf-8").rstrip("\n") + "\n" + match.group(3)

    text, blocks = BLOCK.subn(output_of, document.read_text(encoding="utf-8"))
    document.write_text(text, encoding="utf-8")
    print(f"{document.relative_to(ROOT)}: {blocks} outputs")


for name, source in DOCUMENTS.items():
    if (ROOT / source).is_dir():
        fill(ROOT / name, ROOT / source)

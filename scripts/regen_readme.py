#!/usr/bin/env python3
"""Puts the demo's real output into README.md: run scripts/demo first.

A fenced block that follows a line <!-- output: NAME --> becomes the content of build/demo/NAME.txt. Changes nothing else.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(<!-- output: ([a-z-]+) -->\n```text\n).*?(^```$)", re.MULTILINE | re.DOTALL)


def output_of(match):
    path = ROOT / "build" / "demo" / f"{match.group(2)}.txt"
    if not path.is_file():
        sys.exit(f"regen_readme: no {path.relative_to(ROOT)}; run scripts/demo first")
    return match.group(1) + path.read_text(encoding="utf-8").rstrip("\n") + "\n" + match.group(3)


readme = ROOT / "README.md"
text, blocks = BLOCK.subn(output_of, readme.read_text(encoding="utf-8"))
readme.write_text(text, encoding="utf-8")
print(f"README.md: {blocks} outputs")

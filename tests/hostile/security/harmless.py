#!/usr/bin/env python3
"""harmless.py FILE...: whether a terminal would only show these outputs of dregs, and obey nothing in them.

Prints what is not plain text. Colours are allowed in files named *.colour; all else is in none. Lines may be indented
with tabs in UMDH's format only (*.umdh).
"""
import re
import sys
import unicodedata

DIRECTIONS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def is_obeyed(c):
    """Controls, ends of lines, and what changes the direction of writing."""
    marks = c in "\u061c\u200e\u200f"
    return marks or unicodedata.category(c) in ("Cc", "Zl", "Zp") or unicodedata.bidirectional(c) in DIRECTIONS


for name in sys.argv[1:]:
    with open(name, "rb") as file:
        raw = file.read()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        print(f"{name}: {error}")
        continue
    if name.endswith(".colour"):
        text = re.sub("\x1b\\[[0-9]+m|\x1b\\[0m|\r\n", "", text)
    if name.endswith(".umdh"):
        text = text.replace("\t", "")
    found = {repr(c) for c in text if c != "\n" and is_obeyed(c)}
    if name.endswith(".json"):
        found |= {repr(c) for c in text if ord(c) > 126}
    if found:
        print(f"{name}: {', '.join(sorted(found))}")

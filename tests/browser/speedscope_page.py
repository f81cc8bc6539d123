#!/usr/bin/env python3
"""speedscope_page.py INDEX EXPORT: what speedscope's own page shows of an export, as it stands in its tables.

INDEX is the page that npm's package `speedscope` ships, which is given the file as the package's own command does. Prints
"profile<tab>NAME<tab>TOTAL" for each profile that it found, then "NAME<tab>self<tab>FUNCTION" of those with something of
their own, functions of one name together.
"""
import base64
import collections
import json
import os
import sys

from chromium import Chromium


def rows(page):
    """The cells of all rows but the headings: of three columns both the list of profiles and that of functions."""
    return page.evaluate("[...document.querySelectorAll('tr')].map(r => [...r.cells].map(c => c.innerText.trim()))")


def profiles(page):
    found = rows(page)
    end = next(i for i, row in enumerate(found) if row[-1] == "Symbol Name")
    return [(name, total) for number, name, total in found[1:end]]


def own_weights(page):
    found = rows(page)
    begin = next(i for i, row in enumerate(found) if row[-1] == "Symbol Name") + 1
    own = collections.Counter()
    for total, self, name in found[begin:]:
        own[name] += float(self.split()[0].replace(",", ""))
    return {name: weight for name, weight in own.items() if weight}


def main():
    index, export = sys.argv[1:]
    data = base64.b64encode(open(export, "rb").read()).decode()
    loader = os.path.abspath("loader.js")
    with open(loader, "w", encoding="ascii") as file:
        file.write(f"speedscope.loadFileFromBase64({json.dumps(os.path.basename(export))}, {json.dumps(data)})")
    with Chromium() as page:
        page.look(1600, 4000)  # rows out of sight are not there
        page.open(f"{index}#view=sandwich&localProfilePath={loader}")
        page.wait_for("[...document.querySelectorAll('th, td')].some(c => c.innerText.trim() === 'Symbol Name')")
        found = profiles(page)
        for name, total in found:
            print("profile", name, total, sep="\t")
        print("title", page.evaluate("document.title"), sep="\t")
        for name, unused in found:
            page.wait_for(f"document.body.innerText.includes({json.dumps(name + ' (')})")
            for function, weight in own_weights(page).items():
                print(name, f"{weight:g}", function, sep="\t")
            page.press("n", 78, "n")


main()

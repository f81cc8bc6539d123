#!/usr/bin/env python3
"""screenshots.py PAGE FOLDER [CLICK...]: pictures of a report's page as a window and a phone show it, in light and dark, of what is
seen at once and of the whole page; after clicks on these selectors. To be looked at by people after a change of the page."""
import pathlib
import sys

from chromium import Chromium

with Chromium() as page:
    for size, (width, height, phone) in {"window": (1000, 700, False), "phone": (390, 844, True)}.items():
        for theme in ("light", "dark"):
            page.look(width, height, theme == "dark", phone)
            page.open(sys.argv[1])
            page.wait_for("document.documentElement.dataset.ready")
            for selector in sys.argv[3:]:
                page.click(selector)
            name = f"{pathlib.Path(sys.argv[1]).stem}-{size}-{theme}"
            page.screenshot(f"{sys.argv[2]}/{name}.png")
            page.screenshot(f"{sys.argv[2]}/{name}-whole.png", whole=True)
    print("\n".join(page.complaints))

#!/usr/bin/env python3
"""report_page.py CASE PAGE [JSON]: opens a page of `dregs report` in a browser and uses it as a person would.

DREGS_BROWSER=firefox takes Firefox in place of Chromium.

Each case is a function below. JSON is what `top --json`, `diff --json` or `ledger --json` say of the same traces: the
program's own output in another form, which the page must agree with to the block.
"""
import json
import os
import sys

from chromium import Chromium
from firefox import Firefox

ROWS = "#ranking-body > tr:not(.opened)"
SIZES = ((1000, 700, False), (390, 844, True))


def expect(what, expected, actual):
    if expected != actual:
        sys.exit(f"FAIL: {what}: expected {expected!r}, got {actual!r}")


def open_page(page, path):
    page.open(path)
    page.wait_for("document.documentElement.dataset.ready")
    expect("nothing is broken", True, page.evaluate("document.getElementById('broken').hidden"))


def expect_quiet(page, path):
    """The page has loaded nothing but itself and had nothing to complain of."""
    expect("complaints", [], page.complaints)
    expect("requests", [], [url for url in page.requests if not url.endswith("/" + path.rsplit("/")[-1])])


def number(text):
    return int(text.replace(",", "").replace("\u2212", "-").replace("+", "").split()[0])


def numbers(page, selector, column):
    """Column `column` of the rows, as the exact numbers behind the text."""
    return page.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map(r => +r.cells[{column}].dataset.value)")


def show_all_rows(page):
    while page.evaluate("(() => { const b = document.querySelector('#explore .more'); if (b.hidden) return false; b.click(); return true; })()"):
        pass


def numbers_case(page, path, top):
    """Headline, ranking and losses are those of `top --json`."""
    totals = top["totals"]
    expect("live blocks", totals["live_blocks"], number(page.text("#live-blocks")))
    expect("live bytes", f"{totals['live_bytes']:,} B", page.evaluate("document.getElementById('live-bytes').title"))
    expect("allocations", totals["alloc_calls"], number(page.text("#alloc-calls")))
    expect("frees", totals["free_calls"], number(page.text("#free-calls")))
    show_all_rows(page)
    expect("blocks by site", [s["live_blocks"] for s in top["sites"]], numbers(page, ROWS, 1))
    expect("bytes by site", [s["live_bytes"] for s in top["sites"]], numbers(page, ROWS, 2))
    expect("outlived by site", [s["outlived_blocks"] for s in top["sites"]], numbers(page, ROWS, 4))
    expect("scopes", [s["scope"] or "\u2013" for s in top["sites"]],
           page.evaluate(f"[...document.querySelectorAll('{ROWS}')].map(r => r.cells[6].innerText)"))
    for site, words in list(zip(top["sites"], page.texts(f"{ROWS} > th")))[:200]:
        frame = site["frames"][0]
        name = frame["function"].replace("std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string")
        expect("a site's name", True, (name or f"0x{frame['offset']:x}") in words)
        if frame["line"]:
            expect("its place", True, f"{frame['file'].rsplit('/')[-1]}:{frame['line']}" in words)
    nothing = page.evaluate("document.getElementById('losses').innerText.startsWith('nothing ')")
    expect("what was lost is said", True, nothing == (not any(top["loss"][k] for k in ("unrecorded_allocs", "truncated_stacks", "unknown_frees"))))


def sampled_case(page, path, top):
    """Errors beside the estimates."""
    expect("of all", f"\u00b1{top['totals']['count_error']:,}", page.text("#live-blocks").split()[1])
    show_all_rows(page)
    for site, words in zip(top["sites"], page.texts(f"{ROWS} > td:nth-child(2)")):
        expect("of a site", f"{site['live_blocks']:,} \u00b1{site['count_error']:,}", words)
    expect("what the numbers are is said", True, "figures are estimates" in page.text("#about"))


def use_case(page, path, top):
    """Sort, search, filter, measure, zoom, keyboard, themes."""
    sites = top["sites"]
    # sort
    page.click("#ranking-head [data-key=bytes] button")
    expect("sorted by bytes", sorted((s["live_bytes"] for s in sites), reverse=True), numbers(page, ROWS, 2))
    expect("it says so", "descending", page.evaluate("document.querySelector('[data-key=bytes]').getAttribute('aria-sort')"))
    page.click("#ranking-head [data-key=bytes] button")
    expect("and the other way", sorted(s["live_bytes"] for s in sites), numbers(page, ROWS, 2))
    # search: sites with the word in a stack; the graph says how much they hold
    page.type("#search", "remember_client")
    page.wait_for(f"document.querySelectorAll('{ROWS}').length === 1")
    expect("the one found", sites[0]["live_blocks"], numbers(page, ROWS, 1)[0])
    expect("in the graph, too", f"In stacks of {sites[0]['live_blocks']} blocks", page.text("#search-result").split(",")[0])
    page.type("#search", "no such function")
    page.wait_for("document.getElementById('ranking-count').innerText.startsWith('No site')")
    page.click("#clear")
    page.wait_for(f"document.querySelectorAll('{ROWS}').length === {len(sites)}")
    # filter
    page.choose("#filter-kind", page.evaluate("[...document.querySelectorAll('#filter-kind option')].find(o => o.text === 'request').value"))
    expect("only requests' blocks", [s["live_blocks"] for s in sites if s["scope"] == "request"], numbers(page, ROWS, 1))
    expect("in the graph", f"{sites[0]['live_blocks']} blocks", page.text("#flame-amount").split(" \u00b7 ")[0])
    page.click("#clear")
    # measure
    page.click("#measure [data-value=bytes]")
    expect("the graph in bytes", True, "KiB" in page.text("#flame-amount"))
    page.click("#measure [data-value=blocks]")
    # zoom by mouse: the widest frame of the second row
    page.click("#flame-canvas", 0.3, 30 / page.rectangle("#flame-canvas")["height"])
    expect("zoomed", False, page.evaluate("document.getElementById('flame-reset').disabled"))
    deeper = page.text("#flame-panel .what")
    page.click("#flame-reset")
    expect("and out again", True, page.evaluate("document.getElementById('flame-reset').disabled"))
    # the same by keyboard, and what a screen reader is told
    page.evaluate("document.getElementById('flame').focus()")
    spoken = "document.getElementById(document.getElementById('flame').getAttribute('aria-activedescendant')).textContent"
    page.press("Home")
    expect("the whole is spoken", True, page.evaluate(spoken).startswith(f"All stacks, {top['totals']['live_blocks']} blocks"))
    page.press("ArrowDown")
    expect("the same frame", deeper.split()[0], page.evaluate(spoken).split(",")[0].split()[0])
    page.press("Enter")
    expect("zoomed by Enter", False, page.evaluate("document.getElementById('flame-reset').disabled"))
    page.press("Escape")
    expect("out by Escape", True, page.evaluate("document.getElementById('flame-reset').disabled"))
    for start, layout in (("site", "flame"), ("site", "icicle"), ("main", "flame")):
        page.click(f"#flame-controls [data-value={start}]")
        page.click(f"#flame-controls [data-value={layout}]")
        page.evaluate("document.getElementById('flame').focus()")
        page.press("Home")
        expect(f"{layout} from {start}", True, f" {top['totals']['live_blocks']} blocks" in page.evaluate(spoken))
    page.click("#flame-controls [data-value=site]")
    page.evaluate("document.getElementById('flame').focus()")
    page.press("Home")
    first = page.texts("#flame-panel tbody tr td:first-child")[0]
    expect("from sites: the first is the ranking's", True, "remember_client" in first)
    # details by keyboard, and the graph of one site
    page.evaluate(f"document.querySelector('{ROWS} button.open').focus()")
    page.press("Enter")
    expect("details", True, "handle_request" in page.text("#ranking-body > .opened"))
    page.click("#ranking-body > .opened .action")
    expect("one site in the graph", f"{sites[0]['live_blocks']} blocks", page.text("#flame-amount").split(" \u00b7 ")[0])
    # colours
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.click("#theme")
    expect("dark", True, page.evaluate(paper) != light)
    expect("the verdict", True, "remember_client leaves 1 block behind in 1% of request scopes" in page.text("#verdict"))


def growth_case(page, path, diff):
    """Growth is that of `diff --json`."""
    rows = "#growth-body > tr:not(.opened)"
    sites = diff["sites"]
    judged = len(diff["traces"]) > 2
    column = 2 if judged else 1
    expect("changes", [s["delta_blocks"] for s in sites[:25]], numbers(page, rows, column))
    if judged:
        expect("trends", [s["trend"] for s in sites[:25]], page.texts(f"{rows} .badge"))
        expect("the verdict", True, page.text("#verdict").startswith("leak keeps growing"))
    moments = page.evaluate("[...document.querySelectorAll('#timeline-numbers tbody tr')].map(r => r.cells[1].textContent)")
    expect("all moments", [t["totals"]["live_blocks"] for t in diff["traces"]], [number(m) for m in moments])
    expect("a chart is drawn", 1, page.evaluate("document.querySelectorAll('#timeline canvas').length"))
    page.click("#flame-controls [data-value=change]")
    old, new = (t["totals"]["live_blocks"] for t in (diff["traces"][0], diff["traces"][-1]))
    expect("the graph of changes", f"{old:,} \u2192 {new:,} blocks (+{new - old:,})", page.text("#flame-amount").split(" \u00b7 ")[0])


def ledger_case(page, path, ledger):
    """The ledger is that of `ledger --json`."""
    rows = "#ledger-body > tr:not(.opened)"
    left = [s for s in ledger["sites"] if not s["clean"]]
    expect("what is left", [s["live_blocks"] for s in left], numbers(page, rows, 0))
    page.click(f"{rows} button.open")
    freed = left[0]["freed_at"][0]
    words = page.text("#ledger-body > .opened")
    expect("where the siblings went", True,
           f"{freed['frees']:,} of {left[0]['allocs']:,} freed in" in words and freed["frames"][0]["function"] in words)
    page.click("#ledger-choice [data-value=all]")
    expect("all sites", len(ledger["sites"]), page.evaluate(f"document.querySelectorAll('{rows}').length"))


def unknown_frees_case(page, path, ledger):
    """Frees that no allocation goes with are in the ledger's section."""
    places = ledger["unknown_frees_at"]
    expect("there are some", True, len(places) > 0)
    for place, words in zip(places, page.texts("#ledger-unknown li")):
        expect("a place", True, words.startswith(f"{place['frees']:,} free") and place["frames"][0]["function"] in words)


def long_lists_case(page, path, scopes):
    """What the page leaves out of a long list or a deep stack is said."""
    kinds = {kind["name"]: kind for kind in scopes["kinds"]}
    for row in page.evaluate("[...document.querySelectorAll('#scopes tbody > tr:not(.opened)')].length") * [0]:
        page.evaluate("[...document.querySelectorAll('#scopes button.open[aria-expanded=false]')].find(b => b.offsetParent)?.click()")
    words = page.text("#scopes tbody")
    left_out = len(kinds["arena"]["open_sites"]) - 100
    expect("some are left out", True, left_out > 0)
    expect("places left out", True, f"Made in {left_out} more places" in words)
    expect("callers left out", True, "and its callers" in words)


def many_case(page, path, top):
    """Both directions of the graph have all of a hundred thousand stacks, down to the last block."""
    page.type("#search", "site<7>")
    page.wait_for("document.getElementById('search-result').innerText !== ''")
    expect("found", f"In stacks of {top['totals']['live_blocks'] // 16:,} blocks, 6.3%", page.text("#search-result"))
    page.click("#clear")
    expect("callees", 1, len(page.texts("#flame-panel tbody tr")))
    page.click("#flame-controls [data-value=site]")
    callers = page.texts("#flame-panel tbody tr td:nth-child(3)")
    expect("sites", [f"{top['totals']['live_blocks'] // 16:,} blocks"] * 6, callers[:6])
    page.evaluate("document.getElementById('flame').focus()")
    for unused in range(20):  # site<n>, descend and again
        page.press("ArrowDown")
    words = page.text("#flame-amount")
    expect("a narrow frame", True, words.split()[0].isdigit() and int(words.split()[0]) <= 4)


def layout_case(page, path, unused):
    """At both sizes, in both themes: nothing sticks out, names and controls have words, ids are unique."""
    for width, height, phone in SIZES:
        for dark in (False, True):
            page.look(width, height, dark, phone)
            open_page(page, path)
            expect("no sideways scrolling", width, page.evaluate("document.documentElement.scrollWidth"))
            for row in page.evaluate("[...document.querySelectorAll('tr > * > button.open')].slice(0, 3).length") * [0]:
                page.evaluate("[...document.querySelectorAll('button.open[aria-expanded=false]')].find(b => b.offsetParent)?.click()")
            expect("nor with details open", width, page.evaluate("document.documentElement.scrollWidth"))
    expect("controls without a name", [], page.evaluate(
        "[...document.querySelectorAll('button, select, input')].filter(e => !(e.getAttribute('aria-label') || e.innerText || "
        "e.closest('label')?.textContent.trim())).map(e => e.outerHTML)"))
    expect("ids used twice", [], page.evaluate(
        "(ids => ids.filter((id, i) => ids.indexOf(id) !== i))([...document.querySelectorAll('[id]')].map(e => e.id))"))
    expect("cells without a row's role", 0, page.evaluate("document.querySelectorAll('.rows tbody tr:not([role])').length"))
    expect("buttons that do not say whose details they open", 0, page.evaluate(
        "[...document.querySelectorAll('button.open')].filter(e => !/^Details of .+/.test(e.getAttribute('aria-label'))).length"))


def hostile_case(page, path, top):
    """Whatever functions, files, modules, threads, scopes and labels are called: it is text."""
    numbers_case(page, path, top)
    for button in range(page.evaluate("document.querySelectorAll('button.open').length")):
        page.evaluate(f"document.querySelectorAll('button.open')[{button}].click()")
    expect("nothing was run", "undefined", page.evaluate("typeof window.injected"))
    expect("no element but ours", 0, page.evaluate("document.querySelectorAll('img, iframe, object, b, svg script').length"))
    expect("one style, two scripts", [1, 2], page.evaluate(
        "['style', 'script'].map(t => document.querySelectorAll(t).length)"))
    expect("the name as it is", True, "</script><img src=x onerror=injected=1>" in page.text("#ranking-body"))


def main():
    case, path = sys.argv[1:3]
    said = json.load(open(sys.argv[3], encoding="utf-8")) if len(sys.argv) > 3 else None
    browser = Firefox if os.environ.get("DREGS_BROWSER") == "firefox" else Chromium
    with browser() as page:
        page.look(1000, 700)
        open_page(page, path)
        globals()[case + "_case"](page, path, said)
        expect_quiet(page, path)


main()

#!/usr/bin/env python3
"""assemble_page.py OUTPUT: the report's page without its data, as a C++ source that defines page_shell().

One HTML file: report.html with one style element (vendor/*.css, page/*.css) and one script element, a module
(vendor/*.js, then page/*.js in the order of ORDER, which share one scope). A content security policy allows these two by
their hashes and nothing else: no other script, no request, no inline handler.
"""
import base64
import hashlib
import pathlib
import sys

ROOM = pathlib.Path(__file__).resolve().parent
ORDER = ("format", "report_data", "dom", "selection", "flame_layout", "flame_view", "ranking", "details", "scopes", "growth",
         "ledger", "header", "main")
POLICY = ("default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; base-uri 'none'; "
          "form-action 'none'; img-src data:")


def read(path):
    return path.read_text(encoding="utf-8")


def digest(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def style():
    return "\n" + "\n".join(read(p).strip() for p in sorted(ROOM.glob("vendor/*.css")) + sorted(ROOM.glob("page/*.css"))) + "\n"


def script():
    names = {p.stem for p in ROOM.glob("page/*.js")}
    if names != set(ORDER):
        sys.exit(f"assemble_page: ORDER and page/*.js differ: {sorted(names ^ set(ORDER))}")
    parts = sorted(ROOM.glob("vendor/*.js")) + [ROOM / "page" / f"{name}.js" for name in ORDER]
    return "\n" + "\n".join(read(p).strip() for p in parts) + "\n"


def page():
    css, js = style(), script()
    for text, end in ((css, "</style"), (js, "</script"), (js, "<!--")):
        if end in text:
            sys.exit(f"assemble_page: {end} in a part")
    policy = POLICY.format(script=digest(js), style=digest(css))
    licences = "\n".join(read(p).strip() for p in sorted(ROOM.glob("vendor/*LICENSE*")))
    if "--" in licences:
        sys.exit("assemble_page: -- in a licence")
    return (read(ROOM / "page" / "report.html").replace("@POLICY@", policy).replace("@LICENCES@", licences)
            .replace("@STYLE@", css).replace("@SCRIPT@", js))


def source(text):
    data = text.encode()
    rows = [",".join(map(str, data[i:i + 64])) for i in range(0, len(data), 64)]
    return ("// Made by assemble_page.py.\n#include \"analyzer/report/page_file.h\"\n\nnamespace dregs {\n"
            "namespace {\nconstexpr unsigned char kShell[] = {\n" + ",\n".join(rows) + "};\n}  // namespace\n\n"
            "std::string_view page_shell() { return {reinterpret_cast<const char*>(kShell), sizeof kShell}; }\n\n"
            "}  // namespace dregs\n")


pathlib.Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
pathlib.Path(sys.argv[1]).write_text(source(page()), encoding="utf-8")

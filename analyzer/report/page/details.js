// What opens below a row: a stack with its source, and what else is known of a site.

function make_excerpt(report, frame) {
    const source = report.data.sources[frame];
    if (!source) return null;
    const here = report.frames.line[frame];
    const lines = source.lines.map((line, i) => {
        const number = source.first + i;
        return make("span", { class: number === here ? "line here" : "line" },
            make("span", { class: "line-number" }, String(number)), make("span", { class: "code" }, line || " "));
    });
    const began = report.trace.start_realtime_ns / 1e9;
    const changed = source.changed_s > began && began > 0;
    return make("figure", { class: "source" },
        make("figcaption", {}, report.file_of(frame), changed ? make("em", {}, " changed since the program ran") : ""),
        make("pre", { tabindex: "0", "aria-label": `Source around line ${here}` }, lines));
}

// `frames`: null at the end where the report has no more of them.
function make_stack(report, frames, caption) {
    const most = 40;
    const known = frames.filter((frame) => frame !== null);
    const items = known.slice(0, most).map((frame, i) => {
        const before = i > 0 ? report.module_of(frames[i - 1]) : null;
        return make("li", {}, make("div", {}, frame_words(report, frame, { module: report.module_of(frame) !== before })),
            i < 4 ? make_excerpt(report, frame) : null);
    });
    if (known.length > most) items.push(make("li", { class: "place" }, `and ${count_text(known.length - most)} more frames`));
    if (known.length < frames.length) items.push(make("li", { class: "place" }, "and its callers, which the text reports show: --frames=0"));
    return make("div", { class: "stack" }, make("h4", {}, caption), make("ol", {}, items));
}

function make_facts(pairs) {
    return make("dl", { class: "facts" }, pairs.filter(Boolean).flatMap(([name, value]) =>
        [make("dt", {}, name), make("dd", {}, value)]));
}

// "3 min 20 s" before the moment of the trace.
function age_text(report, since_cs) {
    return duration_text(Math.max(0, report.trace.age_cs - since_cs));
}

function make_site_details(report, row, show_in_graph) {
    const { sites } = report;
    const site = row.site;
    const facts = make_facts([
        ["Scopes", row.kinds.slice(0, 6).map((share) => `${report.kind_name(share.kind)} ${count_text(Math.round(share.blocks))}`).join(", ")],
        row.outlived > 0 && ["Outlived", `${plural(row.outlived, "block", "blocks")}, ${bytes_text(row.outlived_bytes)}`],
        sites.labels[site] && ["Such as", sites.labels[site].join(", ")],
        ["Stacks", count_text(sites.stacks[site])],
        ["Age", `oldest ${age_text(report, sites.oldest_cs[site])}, newest ${age_text(report, sites.newest_cs[site])}`],
        sites.cuts[site] && ["Note", sites.cuts[site]],
    ]);
    const caption = sites.stacks[site] > 1 ? "The stack that holds most of it" : "Allocated in";
    return make("div", { class: "details" }, facts,
        make("button", { type: "button", class: "action", click: () => show_in_graph(site) }, "Show only this site in the graph"),
        make_stack(report, report.stack_of(sites.leaf[site]), caption));
}

// A table row that another one, its details, can follow. `button` opens and closes it. Roles are said in words: on a phone
// rows are no table rows for the style sheet, but they stay so for readers.
function make_opening_row(cells_of, columns, make_content) {
    const button = make("button", { type: "button", class: "open", "aria-expanded": "false", "aria-label": "Details" });
    const row = make("tr", { role: "row" }, cells_of(button).filter(Boolean));
    const about = row.querySelector("th");
    if (about) button.setAttribute("aria-label", `Details of ${(about.querySelector("div") ?? about).textContent.trim().slice(0, 120)}`);
    for (const cell of row.cells) cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
    let opened = null;
    const toggle = () => {
        if (opened) {
            opened.remove();
            opened = null;
        } else {
            opened = make("tr", { class: "opened", role: "row" }, make("td", { colspan: columns, role: "cell" }, make_content()));
            row.after(opened);
        }
        button.setAttribute("aria-expanded", String(opened !== null));
        row.classList.toggle("is-open", opened !== null);
    };
    button.addEventListener("click", toggle);
    row.addEventListener("click", (event) => {
        if (!event.target.closest("button, a") && String(getSelection()) === "") toggle();
    });
    return row;
}

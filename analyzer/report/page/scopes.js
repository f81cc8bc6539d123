// The tree of scope kinds with what outlived them, and the pools that are still open.

function show_scopes(report) {
    const { kinds, unscoped_blocks, unscoped_bytes } = report.data.scopes;
    const section = by_id("scopes");
    if (kinds.length === 0) {
        by_id("scopes-table").hidden = true;
        by_id("scopes-note").textContent = "No scopes were entered. Marked scopes (a request, a packet, a file) say which unit of work each block outlived.";
        return;
    }
    const at_least = report.sampled ? "at least " : "";
    by_id("scopes-note").textContent = `${plural(unscoped_blocks, "live block", "live blocks")} in no scope, ${bytes_text(unscoped_bytes)}.`;
    const body = section.querySelector("tbody");
    for (const kind of kinds) body.append(make_kind_row(report, kind, at_least));
    if (kinds.filter((kind) => kind.sites.length + kind.open_sites.length > 0).length === 1) {
        [...body.querySelectorAll("tr")].find((row) => row.querySelector("button.open")?.hidden === false)?.querySelector("button.open").click();
    }
}

function make_kind_row(report, kind, at_least) {
    const cells = (button) => {
        button.hidden = kind.sites.length + kind.open_sites.length === 0;
        const name = make("th", { scope: "row", class: "kind" }, button, make("span", {}, kind.name), kind.pool ? make("span", { class: "remark" }, " pool") : "");
        name.style.setProperty("--depth", kind.depth);
        const some = kind.survivor_blocks > 0;
        return [
            name,
            make("td", { class: "number" }, count_text(kind.entered)),
            make("td", { class: "number wide" }, count_text(kind.left)),
            make("td", { class: "number" }, count_text(kind.open)),
            make("td", { class: some ? "number bad" : "number zero" }, count_text(kind.survivor_blocks)),
            make("td", { class: "number wide" }, bytes_text(kind.survivor_bytes)),
            make("td", { class: "number" }, some ? `${at_least}${count_text(kind.survivor_instances)}` : "–"),
            make("td", { class: "number wide" }, count_text(kind.live_blocks)),
        ];
    };
    const row = make_opening_row(cells, 8, () => make_kind_details(report, kind));
    row.setAttribute("aria-level", String(kind.depth + 1));
    return row;
}

function make_kind_details(report, kind) {
    const survivors = kind.sites.slice(0, 100).map((site) => make("li", {},
        make("p", { class: "what" }, make("strong", { class: "bad" }, plural(site.blocks, "block", "blocks")),
            ` (${bytes_text(site.bytes)}) in ${count_text(site.instances)} of ${plural(kind.entered, "instance", "instances")}`,
            site.labels.length > 0 ? `, such as ${site.labels.join(", ")}` : ""),
        make_stack(report, site.frames, "Allocated in")));
    const open = kind.open_sites.slice(0, 100).map((site) => make("li", {},
        make("p", { class: "what" }, make("strong", {}, `${count_text(site.open)} still open`),
            ` with ${plural(site.blocks, "block", "blocks")} (${bytes_text(site.bytes)})`,
            site.orphans > 0 ? `; of these ${count_text(site.orphans)} were made in scopes that have ended` : ""),
        make_stack(report, site.frames, "Made in")));
    const left_out = kind.sites.length - survivors.length;
    const open_left_out = kind.open_sites.length - open.length;
    const notes = [
        kind.missed_leaves > 0 && `${count_text(kind.missed_leaves)} ended by an outer scope's leave: their own was missing.`,
        kind.abandoned > 0 && `${count_text(kind.abandoned)} ended because their thread did.`,
        kind.open_on_gone_threads > 0 && `${count_text(kind.open_on_gone_threads)} are open on threads that are gone.`,
        left_out > 0 && `${plural(left_out, "more site", "more sites")}: dregs scopes -n 0 shows all.`,
        open_left_out > 0 && `Made in ${plural(open_left_out, "more place", "more places")}: dregs scopes -n 0 shows all.`,
    ].filter(Boolean);
    return make("div", { class: "details" }, make("ul", { class: "survivors" }, survivors, open), notes.map((note) => make("p", {}, note)));
}

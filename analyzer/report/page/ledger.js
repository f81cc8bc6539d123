// The ledger: allocation sites against the places that release their blocks; what is above suspicion is folded away.

const verdict_words = { // in short, in full, how bad
    suspect: ["partly released", "some are released, the others are overdue", "bad"],
    never_released: ["never released", "none was ever released", "watch"],
    in_flight: ["in flight", "what is live is no older than its blocks get", ""],
    kept: ["kept", "made early on, none since: a cache, a table", ""],
    released_where_others_are: ["released", "all released, at a place that takes blocks of other sites, too", ""],
    released: ["released", "all released", ""],
};

const release_words = { freed: "freed in", moved: "moved by realloc in", with_pool: "released with their pool, made in" };

function show_ledger(report) {
    const { ledger } = report.data;
    by_id("ledger-note").textContent = `${plural(ledger.rows.length, "allocation site", "allocation sites")}, ` +
        `${plural(ledger.release_sites, "place of release", "places of release")}: ${count_text(ledger.live + ledger.released)} allocated = ` +
        `${count_text(ledger.released)} released + ${count_text(ledger.live)} live. ${plural(ledger.clean_sites, "site is", "sites are")} above suspicion.`;
    const table = new LongTable(by_id("ledger-body"), 50, (row) => [make_ledger_row(report, row)]);
    const is_clean = (row) => row.verdict !== "suspect" && row.verdict !== "never_released";
    const show = (all) => table.show(all ? ledger.rows : ledger.rows.filter((row) => !is_clean(row)));
    by_id("ledger-choice").append(make_choice("Sites", [["left", "What is left"], ["all", "All sites"]], "left", (what) => show(what === "all")));
    show(false);
    by_id("ledger-unknown").append(...ledger.unknown_frees_at.slice(0, 100).map((place) => make("li", {},
        `${plural(place.blocks, "free", "frees")} of blocks the trace does not know, in `, frame_words(report, place.frames[0]))));
    const left_out = ledger.unknown_frees_at.length - 100;
    if (left_out > 0) by_id("ledger-unknown").append(make("li", {}, `and in ${plural(left_out, "more place", "more places")}`));
}

function make_ledger_row(report, row) {
    const [words, meaning, tone] = verdict_words[row.verdict];
    const cells = (button) => [
        make("td", { class: "number", "data-value": row.live_blocks }, button, count_text(row.live_blocks)),
        make("td", { class: "number wide" }, bytes_text(row.live_bytes)),
        make("td", { class: "number" }, count_text(row.allocated)),
        make("td", { class: "number" }, count_text(row.released)),
        make("td", { class: "number wide" }, count_text(row.overdue)),
        make("td", {}, make("span", { class: `badge ${tone}`, title: meaning }, words)),
        make("th", { scope: "row", class: "site" }, frame_words(report, row.frames[0])),
    ];
    return make_opening_row(cells, 7, () => make_ledger_details(report, row));
}

function make_ledger_details(report, row) {
    const places = row.places.map((place) => make("li", {},
        `${count_text(place.blocks)} of ${count_text(row.allocated)} `,
        place.how === "unseen" ? "replaced by another block: the free was not seen"
            : [`${release_words[place.how]} `, frame_words(report, place.frames[0])]));
    if (row.places_left_out > 0) places.push(make("li", {}, `and in ${plural(row.places_left_out, "more place", "more places")}`));
    if (row.live_blocks > 0) places.push(make("li", {}, make("strong", {}, `${count_text(row.live_blocks)} ${row.live_blocks === 1 ? "is" : "are"} not`)));
    return make("div", { class: "details" },
        make_facts([["Verdict", verdict_words[row.verdict][1]],
            row.usual_cs > 0 && ["Lifetime", `99% were live for at most ${duration_text(row.usual_cs)}`]]),
        make("div", { class: "stack" }, make("h4", {}, "Where they went"), make("ul", {}, places)),
        make_stack(report, row.frames, "Allocated in"));
}

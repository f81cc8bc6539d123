// The ranking: one row a site, sorted by any column, of what the filters leave and the search finds.

const ranking_columns = [
    { key: "rank", title: "", class: "rank" },
    { key: "blocks", title: "Live blocks", class: "number", sort: true },
    { key: "bytes", title: "Bytes", class: "number", sort: true },
    { key: "share", title: "Share", class: "share" },
    { key: "outlived", title: "Outlived", class: "number", sort: true },
    { key: "age", title: "Oldest", class: "number age", sort: true },
    { key: "scope", title: "Scope", class: "scope" },
    { key: "site", title: "Site", class: "site" },
];

class Ranking {
    constructor(report, selection) {
        this.report = report;
        this.selection = selection;
        this.sort = "blocks";
        this.descending = true;
        this.make_head();
        this.table = new LongTable(by_id("ranking-body"), 50, (row, index) => [this.make_row(row, index)]);
        selection.listen((changed) => {
            if (changed.measure) (this.sort = changed.measure), (this.descending = true);
            this.update();
        });
        this.update();
    }

    make_head() {
        this.heads = ranking_columns.map((column) => {
            if (!column.sort) return make("th", { scope: "col", role: "columnheader", class: column.class }, column.title || make("span", { class: "unseen" }, "Rank"));
            return make("th", { scope: "col", role: "columnheader", class: column.class, "data-key": column.key },
                make("button", { type: "button", click: () => this.sort_by(column.key) }, column.title));
        });
        by_id("ranking-head").append(...this.heads);
    }

    sort_by(key) {
        this.descending = this.sort === key ? !this.descending : true;
        this.sort = key;
        this.update();
    }

    // As `top` ranks: what is equal goes by blocks, bytes, and then as the program has it.
    compare(a, b) {
        const { oldest_cs } = this.report.sites;
        const value = { blocks: (row) => row.blocks, bytes: (row) => row.bytes, outlived: (row) => row.outlived,
            age: (row) => -oldest_cs[row.site] }[this.sort];
        const first = value(b) - value(a);
        return (this.descending ? first : -first) || b.blocks - a.blocks || b.bytes - a.bytes || a.site - b.site;
    }

    update() {
        const { report, selection } = this;
        const passing = selection.pass(report.newest, false);
        const rows = sum_sites(report, report.newest, passing);
        const found = this.sites_found(passing);
        this.all = rows.reduce((sum, row) => ({ blocks: sum.blocks + row.blocks, bytes: sum.bytes + row.bytes }), { blocks: 0, bytes: 0 });
        const shown = rows.filter((row) => !found || found.has(row.site)).sort((a, b) => this.compare(a, b));
        for (const head of this.heads) {
            const sorted = head.dataset.key === this.sort;
            if (head.dataset.key) head.setAttribute("aria-sort", sorted ? (this.descending ? "descending" : "ascending") : "none");
        }
        this.table.show(shown);
        const sum = shown.reduce((total, row) => total + row.blocks, 0);
        by_id("ranking-count").textContent = shown.length === 0 ? "No site fits the search and the filters."
            : `${plural(shown.length, "site", "sites")}, ${plural(sum, "block", "blocks")}`;
    }

    sites_found(passing) {
        const found = this.selection.matching_frames();
        if (!found) return null;
        const matching = this.selection.matching_nodes(found);
        const sites = new Set();
        const { newest } = this.report;
        for (let i = 0; i < newest.size; ++i) if (passing[i] && matching[newest.leaf[i]]) sites.add(newest.site[i]);
        return sites;
    }

    error_text(variance) {
        return this.report.sampled ? ` ±${count_text(Math.round(1.959964 * Math.sqrt(variance)))}` : "";
    }

    make_row(row, index) {
        const { report, selection } = this;
        const frame = report.site_frame(row.site);
        const caller = report.stack_of(report.sites.leaf[row.site])[1];
        const { measure } = selection;
        const error = report.sampled ? make("small", {}, this.error_text(row.blocks_variance)) : "";
        const cells = (button) => [
            make("td", { class: "rank" }, button, String(index + 1)),
            make("td", { class: "number", "data-value": row.blocks }, count_text(row.blocks), error),
            make("td", { class: "number", "data-value": row.bytes, title: `${count_text(row.bytes)} B` }, bytes_text(row.bytes)),
            make("td", { class: "share" }, make_share_bar(row[measure] / this.all[measure]), share_text(row[measure], this.all[measure])),
            make("td", { class: row.outlived > 0 ? "number bad" : "number zero", "data-value": row.outlived }, count_text(row.outlived)),
            make("td", { class: "number age" }, age_text(report, report.sites.oldest_cs[row.site])),
            make("td", { class: "scope" }, report.data.kinds[row.kinds[0].kind] || "–"),
            make("th", { class: "site", scope: "row" }, make("div", {}, frame_words(report, frame)),
                caller === undefined ? "" : make("div", { class: "caller" }, "in ", report.short_name(caller), ` ${report.place_of(caller)}`)),
        ];
        const show_in_graph = (site) => {
            selection.change({ site });
            by_id("explore").scrollIntoView();
        };
        return make_opening_row(cells, ranking_columns.length, () => make_site_details(report, row, show_in_graph));
    }
}

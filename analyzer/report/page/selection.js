// What the reader has asked for: the measure, the filters, the search; and which cells that leaves.
//
// The one place that is changed by controls and asked by views. Views listen; each is told once a change.

class Selection {
    constructor(report) {
        this.report = report;
        this.measure = "blocks";
        this.kind = ""; // numbers as text, "" is all
        this.thread = "";
        this.module = ""; // a path
        this.site = null;
        this.search = "";
        this.listeners = [];
    }

    listen(listener) {
        this.listeners.push(listener);
    }

    change(values) {
        Object.assign(this, values);
        for (const listener of this.listeners) listener(values);
    }

    get is_filtered() {
        return this.kind !== "" || this.thread !== "" || this.module !== "" || this.site !== null;
    }

    // One byte a cell. `with_site`: whether the chosen site counts as a filter.
    pass(cells, with_site = true) {
        const passing = new Uint8Array(cells.size).fill(1);
        const kind = this.kind === "" ? -1 : Number(this.kind);
        const thread = this.thread === "" ? -1 : Number(this.thread);
        const { tree, frames, texts } = this.report;
        const module = this.module === "" ? -1 : texts.indexOf(this.module);
        const site = with_site && this.site !== null ? this.site : -1;
        if (kind < 0 && thread < 0 && module < 0 && site < 0) return passing;
        for (let i = 0; i < cells.size; ++i) {
            const fits = (kind < 0 || cells.kind[i] === kind) && (thread < 0 || cells.thread[i] === thread) &&
                (site < 0 || cells.site[i] === site) &&
                (module < 0 || frames.module[tree.frame[cells.leaf[i]]] === module);
            passing[i] = fits ? 1 : 0;
        }
        return passing;
    }

    // One byte a frame: whether the search finds it; null without a search.
    matching_frames() {
        const wanted = this.search.trim().toLowerCase();
        if (wanted === "") return null;
        const { report } = this;
        const text_found = report.texts.map((text) => text.toLowerCase().includes(wanted));
        const { frames } = report;
        return Uint8Array.from(frames.function, (name, frame) =>
            text_found[name] || text_found[frames.file[frame]] || text_found[frames.module[frame]] ||
            report.place_of(frame).toLowerCase().includes(wanted) ||
            report.function_of(frame).toLowerCase().includes(wanted) ? 1 : 0);
    }

    // One byte a node of the tree: whether it or one of its callers is found.
    matching_nodes(found) {
        const { parent, frame, size } = this.report.tree;
        const matching = new Uint8Array(size);
        for (let node = 1; node < size; ++node) matching[node] = matching[parent[node]] || found[frame[node]];
        return matching;
    }
}

// Sums of the passing cells for each site.
function sum_sites(report, cells, passing) {
    const sums = Array.from({ length: report.ranked }, () => null);
    for (let i = 0; i < cells.size; ++i) {
        if (!passing[i]) continue;
        const site = cells.site[i];
        if (site >= report.ranked) continue;
        const sum = (sums[site] ??= { site, blocks: 0, bytes: 0, outlived: 0, outlived_bytes: 0, blocks_variance: 0,
            bytes_variance: 0, kinds: new Map() });
        sum.blocks += cells.blocks[i];
        sum.bytes += cells.bytes[i];
        if (cells.outlived[i]) sum.outlived += cells.blocks[i], sum.outlived_bytes += cells.bytes[i];
        if (cells.blocks_variance) {
            sum.blocks_variance += cells.blocks_variance[i];
            sum.bytes_variance += cells.bytes_variance[i];
        }
        let share = sum.kinds.get(cells.kind[i]);
        if (!share) sum.kinds.set(cells.kind[i], (share = { kind: cells.kind[i], blocks: 0, bytes: 0 }));
        share.blocks += cells.blocks[i];
        share.bytes += cells.bytes[i];
    }
    return sums.filter(Boolean).map((sum) => finish_sum(report, sum));
}

// Rounded when it is whole, as the program does; its kinds of scopes with the one that holds most first.
function finish_sum(report, sum) {
    for (const key of ["blocks", "bytes", "outlived", "outlived_bytes"]) sum[key] = Math.round(sum[key]);
    const name = (share) => report.data.kinds[share.kind];
    sum.kinds = [...sum.kinds.values()].sort((a, b) =>
        b.blocks - a.blocks || b.bytes - a.bytes || (name(a) < name(b) ? -1 : 1));
    return sum;
}

// The top of the page: what was traced, what is wrong, the numbers, the filters; and its end: what was lost.

function show_header(report) {
    const { trace, data } = report;
    const program = last_part(trace.program) || "a program without a name";
    document.title = `${program} – dregs`;
    by_id("program").textContent = program;
    const is_snapshot = trace.snapshot_realtime_ns > 0; // its title says when
    by_id("what").textContent = [
        trace.title.slice(trace.title.indexOf(",") + 1).trim(),
        trace.start_realtime_ns > 0 && !is_snapshot ? `started ${time_text(trace.start_realtime_ns / 1e6)}` : "",
        trace.host ? `on ${trace.host}` : "",
        data.traces.length > 1 ? `newest of ${data.traces.length} traces` : "",
    ].filter(Boolean).join(" · ");
    show_findings(report);
    show_figures(report);
}

function show_findings(report) {
    const [first, ...others] = report.data.findings;
    const verdict = by_id("verdict");
    verdict.textContent = first.text;
    verdict.dataset.tone = first.tone;
    by_id("findings").append(...others.map((finding) => make("li", { "data-tone": finding.tone }, finding.text)));
}

function show_figures(report) {
    const { totals, loss } = report.trace;
    const error = (value) => (report.sampled && value !== undefined ? make("small", {}, ` ±${count_text(value)}`) : "");
    const outlived = report.data.scopes.survivor_blocks;
    const lost = ["unrecorded_allocs", "truncated_stacks", "unknown_frees", "lost_frees", "unseen_frees", "lost_markers",
        "unrecorded_releases", "damaged_blocks"].reduce((sum, key) => sum + loss[key], 0);
    const figure = (id, name, value, tone = "", ...more) =>
        make("div", { class: "figure", "data-tone": tone }, make("dt", {}, name), make("dd", { id }, value, ...more));
    by_id("figures").append(
        figure("live-blocks", "Live blocks", count_text(totals.live_blocks), "", error(totals.count_error)),
        figure("live-bytes", "Live bytes", bytes_text(totals.live_bytes), ""),
        figure("outlived-blocks", "Outlived their scope", count_text(outlived), outlived > 0 ? "bad" : ""),
        figure("alloc-calls", "Allocations", count_text(totals.alloc_calls)),
        figure("free-calls", report.sampled ? "Frees, about" : "Frees", count_text(totals.free_calls)),
        figure("lost", "Lost", lost === 0 ? "nothing" : count_text(lost), lost === 0 ? "" : "bad"));
    by_id("live-bytes").title = `${count_text(totals.live_bytes)} B`;
}

function make_option(value, text) {
    return make("option", { value }, text);
}

function show_filters(report, selection) {
    const { data, newest, tree, frames, texts } = report;
    const sum_by = (key_of) => {
        const sums = new Map();
        for (let i = 0; i < newest.size; ++i) sums.set(key_of(i), (sums.get(key_of(i)) ?? 0) + newest.blocks[i]);
        return [...sums.keys()].sort((a, b) => sums.get(b) - sums.get(a));
    };
    const fill = (id, name, keys, text_of) => {
        const select = by_id(id);
        select.append(make_option("", `All ${name}`), ...keys.map((key) => make_option(String(key), text_of(key))));
        select.addEventListener("change", () => selection.change({ [select.name]: select.value }));
        select.parentElement.hidden = keys.length < 2;
    };
    fill("filter-kind", "scopes", sum_by((i) => newest.kind[i]), (kind) => report.kind_name(kind));
    fill("filter-thread", "threads", sum_by((i) => newest.thread[i]), (thread) => data.threads[thread]);
    fill("filter-module", "modules", sum_by((i) => texts[frames.module[tree.frame[newest.leaf[i]]]]), (path) => last_part(path) || "unknown module");
    const search = by_id("search");
    let waiting = 0;
    search.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => selection.change({ search: search.value }), 80);
    });
    by_id("measure").append(make_choice("Count in", [["blocks", "Blocks"], ["bytes", "Bytes"]], "blocks", (measure) => selection.change({ measure })));
    by_id("clear").addEventListener("click", () => {
        for (const id of ["filter-kind", "filter-thread", "filter-module", "search"]) by_id(id).value = "";
        selection.change({ kind: "", thread: "", module: "", site: null, search: "" });
    });
    selection.listen(() => show_filter_state(report, selection));
    show_filter_state(report, selection);
}

function show_filter_state(report, selection) {
    by_id("clear").hidden = !selection.is_filtered && selection.search === "";
    by_id("only-site").textContent = selection.site === null ? "" : `The graph shows only ${report.short_name(report.site_frame(selection.site))}.`;
}

function trace_names(traces) {
    const names = traces.map((each) => last_part(each.file));
    return names.length <= 4 ? names.join(", ") : `${names[0]}, ${names[1]} … ${names[names.length - 1]} (${names.length})`;
}

function show_end(report) {
    const { trace, data } = report;
    by_id("losses").append(...trace.losses.map((line) => make("li", {}, line)));
    by_id("warnings").append(...data.warnings.map((line) => make("li", {}, line)));
    by_id("warnings").hidden = data.warnings.length === 0;
    by_id("about").append(make_facts([
        ["Trace", trace.file],
        trace.command.length > 0 && ["Command", trace.command.join(" ")],
        trace.allocator && ["Allocator", trace.allocator],
        data.traces.length > 1 && ["All traces", trace_names(data.traces)],
        trace.sample_bytes > 0 && ["Sampled", `one block every ${count_text(trace.sample_bytes)} bytes on average; figures are estimates, ± is 95%`],
        ["Made", `${time_text(data.made_s * 1000)} by dregs ${data.version}`],
    ]));
}

// The numbers of the page are sums of cells: they must be those of the headline.
function check_sums(report) {
    const { newest, trace } = report;
    const sum = (values) => Math.round(values.reduce((total, value) => total + value, 0));
    const found = [sum(newest.blocks), sum(newest.bytes)];
    const wanted = [trace.totals.live_blocks, trace.totals.live_bytes];
    if (found.some((value, i) => Math.abs(value - wanted[i]) > 1e-9 * wanted[i])) {
        by_id("broken").hidden = false;
        by_id("broken").textContent = `This page is damaged: its parts add up to ${count_text(found[0])} blocks, ${count_text(found[1])} B.`;
    }
}

// System, light, dark.
function make_theme_button(redraw) {
    const button = by_id("theme");
    const root = document.documentElement;
    const system = matchMedia("(prefers-color-scheme: dark)");
    const is_dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
    const show = () => {
        button.textContent = is_dark() ? "Light" : "Dark";
        button.setAttribute("aria-label", is_dark() ? "Light colours" : "Dark colours");
        redraw();
    };
    button.addEventListener("click", () => {
        root.dataset.theme = is_dark() ? "light" : "dark";
        show();
    });
    system.addEventListener("change", show);
    show();
}

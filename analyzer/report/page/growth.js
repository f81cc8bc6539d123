// Several moments: what is live by kind of scope over time, and how each site went on.

const trend_tones = { grows: "bad", unclear: "watch" };

const powers_of_two = Array.from({ length: 60 }, (unused, i) => 2 ** i); // ticks at whole KiB and MiB

class Growth {
    constructor(report, selection) {
        this.report = report;
        this.selection = selection;
        this.growth = report.data.growth;
        this.judged = this.growth.rows.length > 0 && this.growth.rows[0].trend !== undefined;
        this.show_note();
        this.show_numbers();
        this.table = new LongTable(by_id("growth-body"), 25, (row) => [this.make_row(row)]);
        this.table.show(this.growth.rows);
        by_id("growth-first").textContent = this.judged ? "Trend" : "";
        for (const cell of document.querySelectorAll("#growth .trend-only")) cell.hidden = !this.judged;
        selection.listen((changed) => changed.measure && this.draw());
        new ResizeObserver(() => this.draw()).observe(by_id("timeline"));
    }

    show_note() {
        const { growth } = this;
        const moments = growth.at.length;
        const time = growth.timed ? `in ${duration_text(Math.round((growth.at[moments - 1] - growth.at[0]) * 100))}` : "of different processes or imported, in the order given";
        const left_out = growth.judged.filter((judged) => !judged).length;
        by_id("growth-note").textContent = `${plural(moments, "moment", "moments")} ${time}. ` +
            `${plural(growth.rows.length + growth.rows_left_out, "site", "sites")} changed, ${count_text(growth.new_rows)} new, ${count_text(growth.gone_rows)} gone.` +
            (this.judged && left_out > 0 ? " What is live after the exit is no part of the trends." : "") +
            (growth.rows_left_out > 0 ? ` The last ${count_text(growth.rows_left_out)} are left out here: dregs diff shows all.` : "");
    }

    // Kinds with the most at their peak; what is left is one band.
    bands(measure) {
        const { growth, report } = this;
        const series = growth.kinds.map((kind, i) => ({ name: report.kind_name(i), values: kind[measure] }));
        const peak = (one) => Math.max(...one.values);
        series.sort((a, b) => peak(b) - peak(a));
        const shown = series.slice(0, 6), rest = series.slice(6).filter((one) => peak(one) > 0);
        if (rest.length > 0) {
            shown.push({ name: `${rest.length} others`, values: growth.at.map((unused, i) => rest.reduce((sum, one) => sum + one.values[i], 0)) });
        }
        return shown.filter((one) => peak(one) > 0);
    }

    draw() {
        const box = by_id("timeline");
        const width = box.clientWidth;
        if (width === 0) return;
        this.chart?.destroy();
        const bands = this.bands(this.selection.measure);
        const { growth, selection } = this;
        const style = getComputedStyle(box);
        const colour = (name) => style.getPropertyValue(`--${name}`).trim();
        const stacked = [];
        for (const band of [...bands].reverse()) {
            const below = stacked[stacked.length - 1];
            stacked.push(band.values.map((value, i) => value + (below ? below[i] : 0)));
        }
        stacked.reverse(); // the outline of each band; the largest kind on top
        const axis = { stroke: colour("muted"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 },
            font: `12px ${style.fontFamily}` };
        const amount = (value) => amount_text(value, selection.measure);
        const when = (seconds) => (growth.timed ? (seconds < 120 ? `${+seconds.toFixed(2)} s` : duration_text(Math.round(seconds * 100))) : `${seconds + 1}`);
        this.chart = new uPlot({
            width,
            height: Math.min(300, Math.max(200, width * 0.35)),
            legend: { show: false },
            cursor: { drag: { x: false, y: false }, points: { show: false } },
            scales: { x: { time: false }, y: { range: (unused, least, most) => [0, (most || 1) * 1.08] } },
            axes: [{ ...axis, size: 36, values: (unused, ticks) => ticks.map(when) },
                { ...axis, size: 76, incrs: selection.measure === "bytes" ? powers_of_two : undefined, values: (unused, ticks) => ticks.map(amount) }],
            series: [{}, ...bands.map((band, i) => ({ label: band.name, stroke: colour(`line-${i}`), fill: colour(`module-${i}`), width: 1.5,
                points: { show: growth.at.length < 40, size: 4, fill: colour(`line-${i}`) } }))],
            hooks: { setCursor: [(chart) => this.say_moment(chart.cursor.idx, bands, when)] },
        }, [growth.at, ...stacked], box);
        by_id("timeline-legend").replaceChildren(...bands.map((band, i) => {
            const swatch = make("span", { class: "swatch" });
            swatch.style.background = colour(`module-${i}`);
            swatch.style.borderColor = colour(`line-${i}`);
            return make("li", {}, swatch, band.name);
        }));
        this.say_moment(null, bands, when);
    }

    say_moment(index, bands, when) {
        const at = index ?? this.growth.at.length - 1;
        const { measure } = this.selection;
        const parts = bands.map((band) => `${band.name} ${amount_text(band.values[at], measure)}`);
        by_id("timeline-words").textContent =
            `${this.growth.timed ? `After ${when(this.growth.at[at])}` : `Trace ${at + 1}`}: ${amount_with_unit(this.growth[measure][at], measure)}` +
            (parts.length > 1 ? ` – ${parts.join(", ")}` : "");
    }

    show_numbers() {
        const { growth } = this;
        const bands = this.bands("blocks");
        const head = [growth.timed ? "Seconds" : "Trace", "Live blocks", "Bytes", ...bands.map((band) => `${band.name}, blocks`)];
        by_id("timeline-numbers").append(
            make("thead", {}, make("tr", {}, head.map((text) => make("th", { scope: "col" }, text)))),
            make("tbody", {}, growth.at.map((at, i) => make("tr", {},
                make("th", { scope: "row", class: "number" }, growth.timed ? at.toFixed(2) : String(i + 1)),
                [growth.blocks, growth.bytes, ...bands.map((band) => band.values)].map((values) =>
                    make("td", { class: "number" }, count_text(values[i])))))));
    }

    sparkline(values) {
        const width = 84, height = 22;
        const { at } = this.growth;
        const span = at[at.length - 1] - at[0] || 1, most = Math.max(...values) || 1;
        const points = values.map((value, i) => [2 + ((at[i] - at[0]) / span) * (width - 4), height - 2 - (value / most) * (height - 4)]);
        const line = points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
        return make_svg("svg", { class: "sparkline", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
            make_svg("path", { class: "area", d: `${line}L${points[points.length - 1][0].toFixed(1)} ${height - 2}L${points[0][0].toFixed(1)} ${height - 2}Z` }),
            make_svg("path", { class: "stroke", d: line }));
    }

    make_row(row) {
        const { report, growth } = this;
        const last = growth.at.length - 1;
        const cells = (button) => [
            make("td", { class: "trend" }, button, this.judged ? make("span", { class: `badge ${trend_tones[row.trend] ?? ""}` }, row.trend) : ""),
            this.judged && make("td", { class: "number" }, `${rate_text(row.blocks_rate)}/${growth.unit}`),
            make("td", { class: "number", "data-value": row.delta_blocks }, signed(row.delta_blocks, count_text), row.within_error ? make("small", {}, " within error") : ""),
            make("td", { class: "number" }, signed(row.delta_bytes, bytes_text)),
            make("td", { class: "number wide" }, `${count_text(row.blocks[0])} → ${count_text(row.blocks[last])}`),
            make("td", { class: "line-cell" }, this.sparkline(row.blocks)),
            make("th", { scope: "row", class: "site" }, make("div", {}, frame_words(report, row.frames[0])),
                row.frames.length > 1 ? make("div", { class: "caller" }, "in ", report.short_name(row.frames[1]), ` ${report.place_of(row.frames[1])}`) : ""),
        ];
        return make_opening_row(cells, this.judged ? 7 : 6, () => make("div", { class: "details" },
            make_facts([["Blocks", row.blocks.map(count_text).join(", ")], ["Bytes", row.bytes.map(bytes_text).join(", ")]]),
            make_stack(report, row.frames, "Allocated in")));
    }
}

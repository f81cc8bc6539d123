// The flame graph: a canvas that shows what is visible of a tree, with mouse, touch, keyboard and a reader's words.
//
// For screen readers it is a tree of which one item, the current frame, is spoken; the panel below says the same in text
// and goes to callers and callees by buttons. Colours come from the style sheet, so that both themes have theirs.

const row_height = 20;
const most_rows = 26; // seen at once; the rest is scrolled to

class FlameView {
    constructor(report, selection) {
        this.report = report;
        this.selection = selection;
        this.mode = "live"; // or "change"
        this.layout = "icicle"; // or "flame"
        this.start = "main"; // or "site"
        this.colour = report.data.scopes.survivor_blocks > 0 ? "outlived" : "module";
        this.trees = {};
        this.root = 0;
        this.current = 0;
        this.box = by_id("flame");
        this.canvas = by_id("flame-canvas");
        this.items = [by_id("flame-item-0"), by_id("flame-item-1")];
        this.tip = by_id("flame-tip");
        this.make_controls();
        this.listen();
        selection.listen((changed) => this.selection_changed(changed));
        new ResizeObserver(() => this.draw()).observe(this.box);
        this.update();
    }

    get tree() {
        return (this.trees[this.start] ??= this.start === "main" ? tree_from_main(this.report) : tree_from_sites(this.report));
    }

    make_controls() {
        const controls = [
            make_choice("Direction", [["icicle", "Icicle"], ["flame", "Flame"]], this.layout, (layout) => {
                this.layout = layout;
                this.draw(true);
            }),
            make_choice("Begin with", [["main", "From main"], ["site", "From sites"]], this.start, (start) => {
                this.start = start;
                this.root = this.current = 0;
                this.update();
            }),
        ];
        if (this.report.oldest) {
            controls.unshift(make_choice("What is shown", [["live", "Live"], ["change", "Change"]], this.mode, (mode) => {
                this.mode = mode;
                this.update();
            }));
        }
        this.colours = make("select", { id: "flame-colour", change: () => {
            this.colour = this.colours.value;
            this.draw();
        } }, make("option", { value: "outlived" }, "by what outlived its scope"), make("option", { value: "module" }, "by module"));
        this.colours.value = this.colour;
        this.reset = make("button", { type: "button", id: "flame-reset", click: () => this.zoom(0) }, "Show all");
        by_id("flame-controls").append(...controls,
            make("label", { class: "field" }, "Colours ", this.colours), this.reset);
    }

    // The numbers behind the picture.
    update() {
        const { report, selection, tree } = this;
        const { measure } = selection;
        const passing = selection.pass(report.newest);
        const own = own_values(tree, report.newest, passing, measure);
        this.outlived = sum_up(tree, own_values(tree, report.newest, passing, measure, true));
        if (this.mode === "change") {
            const old_own = own_values(tree, report.oldest, selection.pass(report.oldest), measure);
            this.widths = sum_up(tree, own.map((value, node) => Math.max(value, old_own[node])));
            this.old_values = sum_up(tree, old_own);
        } else {
            this.widths = null;
            this.old_values = null;
        }
        this.values = sum_up(tree, own);
        this.widths ??= this.values;
        this.update_search();
        if (!(this.widths[this.root] > 0)) this.root = 0;
        if (!(this.widths[this.current] > 0)) this.current = this.root;
        this.modules = this.rank_modules(own);
        this.draw(true);
    }

    update_search() {
        const found = this.selection.matching_frames();
        this.found = found;
        const words = by_id("search-result");
        if (!found) {
            words.textContent = "";
            return;
        }
        const matching = this.selection.matching_nodes(found);
        const { newest } = this.report;
        const passing = this.selection.pass(newest);
        let sum = 0, all = 0;
        for (let i = 0; i < newest.size; ++i) {
            if (!passing[i]) continue;
            const value = newest[this.selection.measure][i];
            all += value;
            if (matching[newest.leaf[i]]) sum += value;
        }
        words.textContent = sum === 0 ? "No stack has it." : `In stacks of ${amount_with_unit(Math.round(sum), this.selection.measure)}, ${share_text(sum, all)}`;
    }

    // The modules of frames, those with the most in them first: they get colours.
    rank_modules() {
        const { frames } = this.report;
        const { tree } = this;
        const sums = new Map();
        for (let node = 1; node < tree.size; ++node) {
            const here = frames.module[tree.frame[node]];
            const above = tree.parent[node] === 0 ? -1 : frames.module[tree.frame[tree.parent[node]]];
            if (here !== above && this.widths[node] > 0) sums.set(here, (sums.get(here) ?? 0) + this.widths[node]);
        }
        return [...sums.keys()].sort((a, b) => sums.get(b) - sums.get(a) || a - b);
    }

    selection_changed(changed) {
        if ("search" in changed && Object.keys(changed).length === 1) {
            this.update_search();
            this.draw();
        } else {
            this.update();
        }
    }

    // Drawing.

    draw(with_focus = false) {
        const pixels = this.box.clientWidth;
        if (pixels === 0) return;
        this.places = lay_out(this.tree, this.widths, this.root, pixels);
        this.by_node = new Map(this.places.map((place) => [place.node, place]));
        this.rows = this.places.reduce((most, place) => Math.max(most, place.depth), 0) + 1;
        const seen = Math.min(this.rows, most_rows);
        this.box.style.height = `${seen * row_height}px`;
        by_id("flame-space").style.height = `${(this.rows - seen) * row_height}px`;
        this.size_canvas(pixels, seen * row_height);
        if (with_focus) this.scroll_to_current();
        this.paint();
        this.reset.disabled = this.root === 0;
        this.show_legend();
        this.say_current();
    }

    size_canvas(width, height) {
        const density = window.devicePixelRatio || 1;
        this.canvas.width = Math.round(width * density);
        this.canvas.height = Math.round(height * density);
        this.canvas.style.width = `${width}px`;
        this.canvas.style.height = `${height}px`;
        this.pen = this.canvas.getContext("2d");
        this.pen.setTransform(density, 0, 0, density, 0, 0);
    }

    y_of(depth) {
        const row = this.layout === "icicle" ? depth : this.rows - 1 - depth;
        return row * row_height - this.box.scrollTop;
    }

    paint() {
        const { pen } = this;
        const style = getComputedStyle(this.box);
        this.look = Object.fromEntries(["ink", "muted", "surface", "accent", "quiet", "bad", "grown", "shrunk", "found"]
            .map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
        this.look.modules = Array.from({ length: 7 }, (unused, i) => style.getPropertyValue(`--module-${i}`).trim());
        pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
        pen.font = `12px ${style.fontFamily}`;
        pen.textBaseline = "middle";
        const height = this.box.clientHeight;
        for (const place of this.places) {
            const y = this.y_of(place.depth);
            if (y > -row_height && y < height) this.paint_place(place, y);
        }
    }

    paint_place(place, y) {
        const { pen, look } = this;
        const width = Math.max(0.5, place.width - (place.width > 3 ? 1 : 0));
        pen.globalAlpha = place.above ? 0.45 : 1;
        pen.fillStyle = this.colour_of(place.node);
        pen.fillRect(place.x, y, width, row_height - 1);
        if (this.found && place.node !== 0 && this.found[this.tree.frame[place.node]]) {
            pen.fillStyle = look.found;
            pen.fillRect(place.x, y, width, row_height - 1);
        }
        if (place.node === this.current && (place.node !== 0 || document.activeElement === this.box)) {
            pen.strokeStyle = look.accent;
            pen.lineWidth = 2;
            pen.strokeRect(place.x + 1, y + 1, Math.max(0, width - 2), row_height - 3);
        }
        if (width > 28) this.paint_name(place, y, width);
        pen.globalAlpha = 1;
    }

    paint_name(place, y, width) {
        const { pen } = this;
        pen.save();
        pen.beginPath();
        pen.rect(place.x, y, width - 3, row_height);
        pen.clip();
        if (place.above) pen.globalAlpha = 0.8;
        pen.fillStyle = this.look.ink;
        pen.fillText(this.label_of(place.node), place.x + 5, y + row_height / 2);
        pen.restore();
    }

    label_of(node) {
        if (node === 0) return `All: ${this.amount_of(0)}`;
        return this.report.short_name(this.tree.frame[node]);
    }

    colour_of(node) {
        const { look } = this;
        if (this.mode === "change") {
            const change = this.values[node] - this.old_values[node];
            const part = Math.min(1, Math.abs(change) / Math.max(1, this.values[0], this.old_values[0]) * 4);
            if (change === 0) return look.quiet;
            return `color-mix(in oklab, ${change > 0 ? look.grown : look.shrunk} ${20 + 80 * part}%, ${look.quiet})`;
        }
        if (node === 0) return look.quiet;
        if (this.colour === "module") {
            const rank = this.modules.indexOf(this.report.frames.module[this.tree.frame[node]]);
            return look.modules[rank] ?? look.quiet;
        }
        const part = this.values[node] > 0 ? this.outlived[node] / this.values[node] : 0;
        return `color-mix(in oklab, ${look.bad} ${Math.round(part * 100)}%, ${look.quiet})`;
    }

    show_legend() {
        const sample = (colour, text) => {
            const swatch = make("span", { class: "swatch" });
            swatch.style.background = colour;
            return make("li", {}, swatch, text);
        };
        const { look } = this;
        const legend = by_id("flame-legend");
        this.colours.disabled = this.mode === "change";
        if (this.mode === "change") {
            legend.replaceChildren(sample(look.grown, "more than before"), sample(look.shrunk, "less"),
                sample(look.quiet, "the same"));
        } else if (this.colour === "outlived") {
            legend.replaceChildren(sample(look.bad, "outlived its scope"), sample(look.quiet, "did not"));
        } else {
            legend.replaceChildren(...this.modules.slice(0, 7).map((module, i) =>
                sample(look.modules[i], last_part(this.report.texts[module]) || "unknown module")));
        }
    }

    // Words.

    amount_of(node) {
        const { measure } = this.selection;
        const now = Math.round(this.values[node]);
        if (this.mode !== "change") return amount_with_unit(now, measure);
        const before = Math.round(this.old_values[node]);
        return `${amount_text(before, measure)} → ${amount_with_unit(now, measure)} (${signed(now - before, (v) => amount_text(v, measure))})`;
    }

    name_of(node) {
        if (node === 0) return this.start === "main" ? "All stacks" : "All sites";
        return this.report.function_of(this.tree.frame[node]);
    }

    words_of(node) {
        const place = node === 0 ? "" : this.report.place_of(this.tree.frame[node]);
        return [this.name_of(node), place, this.amount_of(node), share_text(this.values[node], this.values[0])]
            .filter(Boolean).join(", ");
    }

    say_current() {
        const node = this.current;
        this.items.reverse(); // another item each time: readers speak what becomes active
        const [item, other] = this.items;
        item.hidden = false;
        other.hidden = true;
        item.textContent = this.words_of(node);
        item.setAttribute("aria-level", String(path_to(this.tree, node).length));
        item.setAttribute("aria-selected", "true");
        this.box.setAttribute("aria-activedescendant", item.id);
        this.show_panel(node);
    }

    show_panel(node) {
        const { report, tree } = this;
        const panel = by_id("flame-panel");
        const go = (to, text) => make("button", { type: "button", class: "link", click: () => this.go_to(to) }, text);
        const callees = children_of(tree, node, this.widths);
        const rows = callees.slice(0, 6).map((child) => make("tr", {},
            make("td", {}, go(child, breakable(report.function_of(tree.frame[child])))),
            make("td", { class: "place" }, report.place_of(tree.frame[child])),
            make("td", { class: "number" }, this.amount_of(child)),
            make("td", { class: "number" }, share_text(this.values[child], this.values[0]))));
        if (callees.length > 6) {
            rows.push(make("tr", {}, make("td", { colspan: 4, class: "place" }, `and ${plural(callees.length - 6, "more", "more")}`)));
        }
        const next = this.start === "main" ? "Calls" : "Called by";
        panel.replaceChildren(...[
            make("p", { class: "what" }, node === 0 ? this.name_of(0) : frame_words(report, tree.frame[node])),
            make("p", { class: "how-much", id: "flame-amount" }, `${this.amount_of(node)} · ${share_text(this.values[node], this.values[0])}`,
                this.mode === "live" && this.outlived[node] > 0
                    ? ` · ${amount_text(Math.round(this.outlived[node]), this.selection.measure)} outlived their scope` : "",
                node !== 0 ? [" · ", go(tree.parent[node], this.start === "main" ? "caller" : "callee")] : "",
                node !== this.root ? [" · ", make("button", { type: "button", class: "link", click: () => this.zoom(node) }, "zoom in")] : ""),
            node !== 0 && make_excerpt(report, tree.frame[node]),
            rows.length > 0 && make("table", { class: "plain" },
                make("caption", {}, next),
                make("thead", { class: "unseen" }, make("tr", {}, ["Function", "Place", "Live", "Share"].map((text) => make("th", { scope: "col" }, text)))),
                make("tbody", {}, rows)),
        ].filter(Boolean));
    }

    // Going about.

    zoom(node) {
        this.root = node;
        this.current = node;
        this.draw(true);
    }

    go_to(node) {
        this.current = node;
        const inside = path_to(this.tree, node).includes(this.root) || path_to(this.tree, this.root).includes(node);
        if (!inside || !this.by_node.has(node)) this.root = this.tree.parent[node];
        this.draw(true);
    }

    scroll_to_current() {
        const place = this.by_node.get(this.current) ?? this.by_node.get(this.root);
        if (!place) return;
        const row = this.layout === "icicle" ? place.depth : this.rows - 1 - place.depth;
        const top = this.box.scrollTop, height = this.box.clientHeight;
        if (row * row_height < top) this.box.scrollTop = (row - 1) * row_height;
        if ((row + 1) * row_height > top + height) this.box.scrollTop = (row + 2) * row_height - height;
    }

    place_at(event) {
        const area = this.canvas.getBoundingClientRect();
        const x = event.clientX - area.left, y = event.clientY - area.top;
        return this.places.find((place) => {
            const top = this.y_of(place.depth);
            return y >= top && y < top + row_height && x >= place.x && x < place.x + place.width;
        });
    }

    listen() {
        for (const event of ["focus", "blur"]) this.box.addEventListener(event, () => this.paint());
        this.box.addEventListener("scroll", () => this.paint());
        this.box.addEventListener("keydown", (event) => this.key(event));
        this.canvas.addEventListener("mousemove", (event) => this.show_tip(event));
        this.canvas.addEventListener("mouseleave", () => (this.tip.hidden = true));
        this.canvas.addEventListener("click", (event) => {
            const place = this.place_at(event);
            this.tip.hidden = true;
            if (place) this.zoom(place.node);
        });
    }

    show_tip(event) {
        const place = this.place_at(event);
        this.tip.hidden = !place;
        this.canvas.style.cursor = place ? "pointer" : "";
        if (!place) return;
        this.tip.replaceChildren(make("strong", {}, this.name_of(place.node)),
            make("span", {}, [place.node === 0 ? "" : this.report.place_of(this.tree.frame[place.node]), this.amount_of(place.node),
                share_text(this.values[place.node], this.values[0])].filter(Boolean).join(" · ")));
        const x = Math.min(event.clientX + 14, document.documentElement.clientWidth - this.tip.offsetWidth - 8);
        const below = event.clientY + 18;
        const fits = below + this.tip.offsetHeight < window.innerHeight;
        this.tip.style.left = `${Math.max(8, x)}px`;
        this.tip.style.top = `${fits ? below : event.clientY - this.tip.offsetHeight - 12}px`;
    }

    key(event) {
        const { tree, current } = this;
        const inwards = this.layout === "icicle" ? "ArrowDown" : "ArrowUp";
        const outwards = this.layout === "icicle" ? "ArrowUp" : "ArrowDown";
        const siblings = current === 0 ? [0] : children_of(tree, tree.parent[current], this.widths);
        const at = siblings.indexOf(current);
        const to = {
            [inwards]: () => children_of(tree, current, this.widths)[0],
            [outwards]: () => tree.parent[current],
            ArrowLeft: () => siblings[at - 1],
            ArrowRight: () => siblings[at + 1],
            Home: () => 0,
        }[event.key];
        if (to) {
            const node = to();
            if (node !== undefined) this.go_to(node);
        } else if (event.key === "Enter" || event.key === " ") {
            this.zoom(current);
        } else if (event.key === "Escape") {
            this.root = 0;
            this.draw(true);
        } else {
            return;
        }
        event.preventDefault();
    }
}

// Elements without HTML: names from traces can only become text.

// make("td", { class: "number" }, "text", element, ...)
function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (value === undefined || value === null || value === false) continue;
        if (typeof value === "function") element.addEventListener(name, value);
        else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
    return element;
}

function make_svg(tag, attributes = {}, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
}

function by_id(id) {
    return document.getElementById(id);
}

// Long names may break where people would break them.
function breakable(text) {
    const parts = text.split(/(?<=::|[(,<_/.])/);
    return parts.flatMap((part, i) => (i === 0 ? [part] : [make("wbr"), part]));
}

// A row of buttons of which one is pressed. `options`: [[value, text], ...]
function make_choice(label, options, value, choose) {
    const buttons = options.map(([option, text]) =>
        make("button", {
            type: "button",
            "data-value": option,
            "aria-pressed": String(option === value),
            click: () => {
                for (const other of buttons) other.setAttribute("aria-pressed", String(other.dataset.value === option));
                choose(option);
            },
        }, text));
    return make("div", { class: "choice", role: "group", "aria-label": label }, buttons);
}

// A frame in words: function, place, module.
function frame_words(report, frame, { module = true } = {}) {
    const place = report.place_of(frame);
    const remarks = report.remarks_of(frame);
    const named = report.texts[report.frames.function[frame]] !== ""; // else its name is of the module
    const path = named ? report.module_of(frame) : "";
    return [
        make("span", { class: "function" }, breakable(report.function_of(frame))),
        place && make("span", { class: "place", title: report.file_of(frame) }, ` ${place}`),
        remarks && make("span", { class: "remark" }, ` ${remarks}`),
        module && path && make("span", { class: "module", title: path }, ` ${last_part(path)}`),
    ].filter(Boolean);
}

function make_share_bar(part) {
    const bar = make("span", { class: "bar", "aria-hidden": "true" }, make("span"));
    bar.firstChild.style.width = `${Math.max(0, Math.min(1, part)) * 100}%`;
    return bar;
}

// Rows of a long table, some at a time: `show_more` is a button below it.
class LongTable {
    constructor(body, step, make_rows) {
        this.body = body;
        this.step = step;
        this.make_rows = make_rows;
        this.more = make("button", { type: "button", class: "more", click: () => this.add() });
        body.parentElement.after(this.more);
    }

    show(items) {
        this.items = items;
        this.shown = 0;
        this.body.replaceChildren();
        this.add();
    }

    add() {
        const until = Math.min(this.items.length, this.shown + this.step);
        for (; this.shown < until; ++this.shown) this.body.append(...this.make_rows(this.items[this.shown], this.shown));
        const left = this.items.length - this.shown;
        this.more.hidden = left === 0;
        this.more.textContent = `Show ${count_text(Math.min(left, this.step))} more of ${count_text(left)}`;
    }
}

// Numbers the way people read them: the same words as the program's own text. 2,707 · 1.2 MiB · 45.6% · 3 min 20 s

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

function count_text(count) {
    return grouped.format(count);
}

function bytes_text(bytes) {
    if (bytes < 10240) return `${count_text(bytes)} B`;
    const units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let value = bytes / 1024;
    let unit = 0;
    while (value >= 1023.95 && unit < units.length - 1) {
        value /= 1024;
        ++unit;
    }
    return `${value.toFixed(1)} ${units[unit]}`;
}

function share_text(part, whole) {
    return whole > 0 ? `${((100 * part) / whole).toFixed(1)}%` : "–";
}

function signed(value, text_of) {
    return (value > 0 ? "+" : value < 0 ? "−" : "") + text_of(Math.abs(value));
}

function plural(count, singular, plural_form) {
    return `${count_text(count)} ${count === 1 ? singular : plural_form}`;
}

function duration_text(centiseconds) {
    const seconds = Math.floor(centiseconds / 100);
    const two = (value) => String(value).padStart(2, "0");
    if (seconds < 10) return `${seconds}.${two(centiseconds % 100)} s`;
    if (seconds < 120) return `${seconds} s`;
    if (seconds < 7200) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
    if (seconds < 172800) return `${Math.floor(seconds / 3600)} h ${two(Math.floor(seconds / 60) % 60)} min`;
    return `${Math.floor(seconds / 86400)} days ${two(Math.floor(seconds / 3600) % 24)} h`;
}

function rate_text(rate) {
    if (Math.abs(rate) < 0.05) return "0";
    return signed(rate, (value) => (value < 10 ? value.toFixed(1) : count_text(value)));
}

function time_text(milliseconds) {
    return new Date(milliseconds).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

// "blocks" or "bytes" of something.
function amount_text(value, measure) {
    return measure === "bytes" ? bytes_text(value) : count_text(value);
}

function amount_with_unit(value, measure) {
    return measure === "bytes" ? bytes_text(value) : plural(value, "block", "blocks");
}

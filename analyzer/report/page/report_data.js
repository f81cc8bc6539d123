// What the program has put into the page, as tables of numbers: read once, never changed.
//
// Frames, nodes of the stack tree, sites and kinds are numbers here. Texts are whatever a traced program said: they go to
// the page as text, never as HTML.

async function read_document() {
    const element = document.getElementById("document");
    if (element.type === "application/json") return JSON.parse(element.textContent);
    const packed = Uint8Array.from(atob(element.textContent), (byte) => byte.charCodeAt(0));
    const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(unpacked).text());
}

// Numbers of cells are doubles: those of a sampled trace are not whole.
function make_cells(columns) {
    if (!columns) return null;
    return {
        size: columns.leaf.length,
        leaf: Uint32Array.from(columns.leaf),
        site: Uint32Array.from(columns.site),
        kind: Uint32Array.from(columns.kind),
        thread: Uint32Array.from(columns.thread),
        outlived: Uint8Array.from(columns.outlived),
        blocks: Float64Array.from(columns.blocks),
        bytes: Float64Array.from(columns.bytes),
        blocks_variance: columns.blocks_variance ? Float64Array.from(columns.blocks_variance) : null,
        bytes_variance: columns.bytes_variance ? Float64Array.from(columns.bytes_variance) : null,
    };
}

function make_tree(columns) {
    return {
        size: columns.up.length,
        parent: Uint32Array.from(columns.up, (up, node) => node - up),
        frame: Uint32Array.from(columns.frame),
    };
}

function last_part(path) {
    const name = path.replace(/ \(deleted\)$/, "");
    return name.slice(name.lastIndexOf("/") + 1);
}

const readable_names = [
    [/std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> ?>/g, "std::string"],
    [/std::basic_string_view<char, std::char_traits<char> ?>/g, "std::string_view"],
];

// "Server::handle(Request const&) const" -> "Server::handle"
function without_parameters(name) {
    let end = name.endsWith(" const") ? name.length - 6 : name.length;
    let depth = 0;
    for (let i = end - 1; i >= 0; --i) {
        if (name[i] === ")") ++depth;
        if (name[i] === "(" && --depth === 0) return i === 0 ? name : name.slice(0, i);
        if (depth === 0) return name;
    }
    return name;
}

class Report {
    constructor(data) {
        this.data = data;
        this.texts = data.texts;
        this.frames = data.frames;
        this.tree = make_tree(data.tree);
        this.newest = make_cells(data.newest);
        this.oldest = make_cells(data.oldest);
        this.sites = data.sites;
        this.ranked = data.sites.leaf.length; // sites beyond are of older traces only
        this.trace = data.traces[data.traces.length - 1];
        this.sampled = this.trace.sample_bytes !== 0;
        this.names = new Map();
    }

    function_of(frame) {
        const known = this.names.get(frame);
        if (known !== undefined) return known;
        let name = this.texts[this.frames.function[frame]];
        for (const [form, word] of readable_names) name = name.replace(form, word);
        if (name === "") {
            const module = this.module_of(frame);
            name = `${module ? `${last_part(module)}+` : ""}0x${this.frames.offset[frame].toString(16)}`;
        }
        this.names.set(frame, name);
        return name;
    }

    short_name(frame) {
        return without_parameters(this.function_of(frame)).replaceAll("(anonymous namespace)::", "");
    }

    module_of(frame) {
        return this.texts[this.frames.module[frame]];
    }

    file_of(frame) {
        return this.texts[this.frames.file[frame]];
    }

    // "server.cpp:42", "" where that is not known
    place_of(frame) {
        const file = this.file_of(frame);
        if (file === "") return "";
        const line = this.frames.line[frame];
        return line > 0 ? `${last_part(file)}:${line}` : last_part(file);
    }

    remarks_of(frame) {
        const flags = this.frames.flags[frame];
        return [flags & 1 ? "inlined" : "", flags & 2 ? "tail call" : ""].filter(Boolean).join(", ");
    }

    site_frame(site) {
        return this.tree.frame[this.sites.leaf[site]];
    }

    // Frames of a stack from the site outwards.
    stack_of(leaf) {
        const frames = [];
        for (let node = leaf; node !== 0; node = this.tree.parent[node]) frames.push(this.tree.frame[node]);
        return frames;
    }

    kind_name(kind) {
        return this.data.kinds[kind] === "" ? "no scope" : this.data.kinds[kind];
    }
}

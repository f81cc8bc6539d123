// Flame graphs as numbers: trees of frames with the sums of what is live below each node, and where each one stands.
//
// Everything is in typed arrays, and only what is wide enough to be seen is laid out: a tree of a million nodes takes no
// longer to draw than a small one. Knows nothing of canvases.

// The tree as it is: from where threads began to the sites.
function tree_from_main(report) {
    const { parent, frame, size } = report.tree;
    const home = Uint32Array.from({ length: size }, (unused, node) => node);
    return with_children({ parent, frame, size, home });
}

// Finds the child of a node by its frame, or makes one. Open addressing in typed arrays: a Map takes four times as long.
class GrowingTree {
    constructor() {
        this.size = 1; // the root
        this.parent = new Uint32Array(1024);
        this.frame = new Uint32Array(1024);
        this.slots = new Uint32Array(2048); // node, 0: free
    }

    child(parent, frame) {
        let slot = this.slot_of(parent, frame);
        if (this.slots[slot] !== 0) return this.slots[slot];
        if (this.size === this.parent.length) {
            this.grow();
            slot = this.slot_of(parent, frame);
        }
        this.parent[this.size] = parent;
        this.frame[this.size] = frame;
        return (this.slots[slot] = this.size++);
    }

    slot_of(parent, frame) {
        const mask = this.slots.length - 1;
        const mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(frame, 0x85ebca6b);
        let slot = (mixed ^ (mixed >>> 15)) & mask;
        for (let node = this.slots[slot]; node !== 0; node = this.slots[slot]) {
            if (this.parent[node] === parent && this.frame[node] === frame) break;
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    grow() {
        const larger = (old) => {
            const array = new Uint32Array(old.length * 2);
            array.set(old);
            return array;
        };
        this.parent = larger(this.parent);
        this.frame = larger(this.frame);
        this.slots = new Uint32Array(this.slots.length * 2);
        for (let node = 1; node < this.size; ++node) this.slots[this.slot_of(this.parent[node], this.frame[node])] = node;
    }
}

// The other way: from the sites to their callers. `home` is the node where a stack ends.
function tree_from_sites(report) {
    const { parent, frame, size } = report.tree;
    const used = new Uint8Array(size);
    for (const cells of [report.newest, report.oldest]) if (cells) for (const leaf of cells.leaf) used[leaf] = 1;
    const tree = new GrowingTree();
    const home = new Uint32Array(size);
    for (let leaf = 1; leaf < size; ++leaf) {
        if (!used[leaf]) continue;
        let at = 0;
        for (let node = leaf; node !== 0; node = parent[node]) at = tree.child(at, frame[node]);
        home[leaf] = at;
    }
    return with_children({ parent: tree.parent, frame: tree.frame, size: tree.size, home });
}

// Children of node n: child[first[n]] to child[first[n + 1] - 1].
function with_children(tree) {
    const first = new Uint32Array(tree.size + 1);
    for (let node = 1; node < tree.size; ++node) ++first[tree.parent[node] + 1];
    for (let node = 0; node < tree.size; ++node) first[node + 1] += first[node];
    const next = first.slice();
    const child = new Uint32Array(tree.size);
    for (let node = 1; node < tree.size; ++node) child[next[tree.parent[node]]++] = node;
    return { ...tree, first, child };
}

// What the passing cells have in each node itself.
function own_values(tree, cells, passing, measure, only_outlived = false) {
    const values = new Float64Array(tree.size);
    if (!cells) return values;
    const amounts = cells[measure];
    for (let i = 0; i < cells.size; ++i) {
        if (passing[i] && (!only_outlived || cells.outlived[i])) values[tree.home[cells.leaf[i]]] += amounts[i];
    }
    return values;
}

// From each node's own to that of all below it: children have higher numbers than their parents.
function sum_up(tree, values) {
    for (let node = tree.size - 1; node > 0; --node) values[tree.parent[node]] += values[node];
    return values;
}

// The path from the root to a node, the root first.
function path_to(tree, node) {
    const path = [node];
    while (path[0] !== 0) path.unshift(tree.parent[path[0]]);
    return path;
}

function children_of(tree, node, widths) {
    const children = [];
    for (let i = tree.first[node]; i < tree.first[node + 1]; ++i) {
        if (widths[tree.child[i]] > 0) children.push(tree.child[i]);
    }
    return children.sort((a, b) => widths[b] - widths[a] || a - b);
}

// What is visible when `root` takes the whole width: a list of { node, depth, x, width }, parents first. Its callers
// stand above it, as wide.
function lay_out(tree, widths, root, pixels, least = 0.6) {
    const path = path_to(tree, root);
    const places = path.slice(0, -1).map((node, depth) => ({ node, depth, x: 0, width: pixels, above: true }));
    if (!(widths[root] > 0)) return places;
    const scale = pixels / widths[root];
    const pending = [{ node: root, depth: path.length - 1, x: 0, width: pixels }];
    while (pending.length > 0) {
        const place = pending.pop();
        places.push(place);
        let x = place.x;
        const next = [];
        for (const child of visible_children(tree, place.node, widths, least / scale)) {
            const width = widths[child] * scale;
            next.push({ node: child, depth: place.depth + 1, x, width });
            x += width;
        }
        pending.push(...next.reverse());
    }
    return places;
}

function visible_children(tree, node, widths, least) {
    const children = [];
    for (let i = tree.first[node]; i < tree.first[node + 1]; ++i) {
        if (widths[tree.child[i]] >= least) children.push(tree.child[i]);
    }
    return children.sort((a, b) => widths[b] - widths[a] || a - b);
}

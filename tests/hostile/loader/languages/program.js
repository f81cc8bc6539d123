// A giant with its own allocator, compiler and threads: makes garbage, compresses, hashes, works in threads and a child.
const { Worker, isMainThread, parentPort } = require("worker_threads");
const { execFileSync } = require("child_process");
const crypto = require("crypto");
const zlib = require("zlib");

function work(seed) {
    const rows = [];
    for (let i = 0; i < 20000; i++) rows.push({ key: i * seed, text: "row " + i });
    const packed = zlib.gzipSync(JSON.stringify(rows));
    return crypto.createHash("sha256").update(zlib.gunzipSync(packed)).digest("hex");
}

if (isMainThread) {
    let left = 3;
    const found = [work(1)];
    for (let i = 0; i < left; i++) {
        new Worker(__filename).on("message", (text) => found.push(text)).on("exit", () => {
            if (--left > 0) return;
            console.log(found.join("\n"));
            console.log(execFileSync("echo", ["from a child"]).toString());
            process.exitCode = 6;
        });
    }
} else {
    parentPort.postMessage(work(7));
}

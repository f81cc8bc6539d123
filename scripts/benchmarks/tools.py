"""The tools that are measured: how each is found, and how a command is run under it.

Each is set to its exact mode: every allocation, stacks as deep as it keeps them. Knows no workload.
"""
import glob
import os
import pathlib
import shutil
import subprocess
import tempfile

SAMPLE_BYTES = 512 * 1024


class Tool:
    """How to run a command under a tool.

    `env` and `prefix` are functions of the folder that the run may write to. `effort` is the part of a self-timed loop's
    iterations that is enough: slow tools need fewer. `rounds` caps the number of rounds. `missing` says why it is left out.
    """

    def __init__(self, name, about, env=None, prefix=None, missing=None, effort=1.0, rounds=None, frame_pointers=False,
                 only=None):
        self.name, self.about, self.missing = name, about, missing
        self.env = env or (lambda folder: {})
        self.prefix = prefix or (lambda folder: [])
        self.effort, self.rounds, self.frame_pointers = effort, rounds, frame_pointers
        self.only = only  # names of workloads; None: all


def find_library(*patterns):
    found = sorted(path for pattern in patterns for path in glob.glob(pattern))
    return found[-1] if found else None


def on_path(name, package):
    return None if shutil.which(name) else f"not installed (package {package})"


def dregs_tools(build):
    shim = build / "lib" / "libdregs.so"
    missing = None if shim.exists() else f"{shim} is not built"

    def exact(folder):
        return {"LD_PRELOAD": str(shim), "DREGS_OUTPUT": f"{folder}/%n.%p.dregs"}

    def keeping_ledger(folder):
        return {**exact(folder), "DREGS_LEDGER": "1"}

    def adapted(folder):
        adapters = [shim.parent / "dregs" / f"libdregs-{name}.so" for name in ("apr", "talloc", "wmem")]
        return {**exact(folder), "LD_PRELOAD": " ".join(map(str, [shim, *adapters]))}

    def sampling(folder):
        return {**exact(folder), "DREGS_SAMPLE": str(SAMPLE_BYTES)}

    return [
        Tool("dregs", "libdregs.so preloaded: every allocation, whole stacks", env=exact, missing=missing),
        Tool("dregs-adapter", "the same with the adapter that the program needs", env=adapted, missing=missing,
             only={"adapter-tshark", "adapter-svn", "adapter-apr"}),
        Tool("dregs-sample", "the same, one allocation in 512 KiB on average", env=sampling,
             missing=missing or lacks_sampling(build / "bin" / "dregs", sampling),
             only={"pair30", "exchange", "tshark", "instr-pair30", "instr-exchange"}),
        Tool("dregs-ledger", "the same as dregs, and every free with its whole stack", env=keeping_ledger, missing=missing,
             only={"pair30", "exchange", "tshark", "redis", "bc", "instr-pair30", "instr-exchange"}),
    ]


def lacks_sampling(analyzer, sampling):
    """Why this shim does not sample: asked of a trace of the analyzer itself."""
    with tempfile.TemporaryDirectory(prefix="dregs-bench-") as folder:
        subprocess.run([analyzer, "--help"], env={**os.environ, **sampling(folder)}, capture_output=True)
        for trace in pathlib.Path(folder).iterdir():
            seen = subprocess.run([analyzer, "top", "--json", trace], capture_output=True, text=True).stdout
            if f'"sample_bytes": {SAMPLE_BYTES}' in seen:
                return None
    return "this shim does not sample"


def heaptrack_tools():
    missing = on_path("heaptrack", "heaptrack")
    library = find_library("/usr/lib/heaptrack/libheaptrack_preload.so", "/usr/lib/*/heaptrack/libheaptrack_preload.so")
    return [
        Tool("heaptrack", "heaptrack as one calls it: interpreter and compressor run beside the program",
             prefix=lambda folder: ["heaptrack", "-o", f"{folder}/heaptrack"], missing=missing, effort=0.25),
        Tool("heaptrack-raw", "its library alone, raw data to a file: neither interpreter nor compressor beside it",
             env=lambda folder: {"LD_PRELOAD": library or "", "DUMP_HEAPTRACK_OUTPUT": f"{folder}/heaptrack.%p"},
             missing=missing or (None if library else "libheaptrack_preload.so not found"), effort=0.25),
    ]


def lsan_tools():
    library = find_library("/usr/lib/gcc/x86_64-linux-gnu/*/liblsan.so", "/usr/lib/x86_64-linux-gnu/liblsan.so.*")
    # libstdc++ is there for its constructor, which allocates: a program that calls signal() before it ever calls malloc
    # jumps to address 0 in a LeakSanitizer that is preloaded and has not started.
    env = {"LD_PRELOAD": f"{library} libstdc++.so.6", "LSAN_OPTIONS": "malloc_context_size=64:exitcode=0:detect_leaks=0"}
    missing = None if library else "not installed (package libgcc-12-dev)"
    return [
        Tool("lsan", "LeakSanitizer preloaded; it follows frame pointers, so stacks are cut where there are none",
             env=lambda folder: env, missing=missing),
        Tool("lsan-fp", "the same on a build with frame pointers, 64 frames", env=lambda folder: env, missing=missing,
             frame_pointers=True),
    ]


def tcmalloc_tool():
    library = find_library("/usr/lib/x86_64-linux-gnu/libtcmalloc.so.4")
    rare = str(1 << 50)  # no dump on the way
    return Tool("tcmalloc", "tcmalloc's heap profiler, its own allocator; keeps 32 frames, by libunwind",
                env=lambda folder: {"LD_PRELOAD": library or "", "HEAPPROFILE": f"{folder}/heap",
                                    "HEAP_PROFILE_ALLOCATION_INTERVAL": rare, "HEAP_PROFILE_INUSE_INTERVAL": rare},
                missing=None if library else "not installed (package libgoogle-perftools4)", effort=0.05)


def jemalloc_tool():
    library = find_library("/usr/lib/x86_64-linux-gnu/libjemalloc.so.2")
    conf = "prof:true,prof_active:true,lg_prof_sample:0,prof_final:true"
    return Tool("jemalloc", "jemalloc's profiler at lg_prof_sample:0, its own allocator",
                env=lambda folder: {"LD_PRELOAD": library, "MALLOC_CONF": f"{conf},prof_prefix:{folder}/heap"},
                missing=lacks_profiling(library, conf), effort=0.05)


def lacks_profiling(library, conf):
    """Why this jemalloc cannot profile: a build without it complains about the option, on standard error."""
    if not library:
        return "not installed (package libjemalloc2)"
    probe = subprocess.run(["true"], env={**os.environ, "LD_PRELOAD": library, "MALLOC_CONF": f"{conf},prof_final:false"},
                           capture_output=True, text=True)
    complains = probe.returncode != 0 or "<jemalloc>" in probe.stderr
    return f"{library} is built without profiling" if complains else None


def valgrind_tool(rounds):
    return Tool("valgrind", "memcheck, full leak check, 64 frames",
                prefix=lambda folder: ["valgrind", "-q", "--leak-check=full", "--num-callers=64",
                                       f"--log-file={folder}/valgrind"],
                missing=on_path("valgrind", "valgrind") if rounds else "left out (--valgrind-rounds 0)",
                effort=0.02, rounds=rounds)


def all_tools(build, valgrind_rounds):
    return [Tool("bare", "the program alone"), *dregs_tools(build), *heaptrack_tools(), *lsan_tools(), tcmalloc_tool(),
            jemalloc_tool(), valgrind_tool(valgrind_rounds)]

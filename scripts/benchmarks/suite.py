"""Which workloads there are. Their kinds are in workloads.py and redis.py, their sizes in sizes.py."""
import shutil

from . import metric
from .redis import Redis
from .workloads import Counted, LiveBlocks, OwnProgram, Process


def pairs(programs, sizes):
    about = "malloc and free under {} frames, the innermost four change at every call{}"
    return [
        OwnProgram(f"pair{depth}{'x2' if threads == 2 else ''}", "pairs",
                   about.format(depth, ", two threads" if threads == 2 else ""), programs / "pair",
                   lambda effort, depth=depth, threads=threads: (depth, threads, round(sizes.pairs * effort)),
                   [metric.NANOSECONDS])
        for depth, threads in ((10, 1), (30, 1), (60, 1), (30, 2))
    ]


def real_programs(inputs, sizes):
    rows = sizes.rows
    python = shutil.which("python3", path="/usr/bin:/bin") or "python3"
    return [
        Process("tshark", f"tshark -V, {sizes.packets:,} packets", ["tshark", "-V", "-r", inputs / "packets"],
                leave_out={"valgrind"}),
        Process("sqlite3", f"a table of {rows:,} rows in memory, and an index",
                ["sqlite3", ":memory:", f".read {inputs}/rows.sql"]),
        Process("perl", f"a hash of {rows:,} keys", ["perl", "-e", f'my %h; $h{{$_}} = "v$_" for 1..{rows};']),
        Process("python3", f"PYTHONMALLOC=malloc, a dictionary of {rows:,} keys",
                [python, "-c", f"d = {{i: str(i) for i in range({rows})}}"], {"PYTHONMALLOC": "malloc"}),
        Process("compile", "clang++ -O1, <regex>, <map>, <iostream>",
                ["clang++", "-std=c++17", "-O1", "-c", inputs / "unit.cpp", "-o", "/dev/null"],
                leave_out={"tcmalloc", "valgrind"}),
        Redis(sizes.requests, leave_out={"valgrind"}),
        Process("bc", "GNU bc factors a number by Pollard's rho: an allocation in 40 ns, the allocation-bound run",
                ["bc", "-q", inputs / "rho.bc"]),
    ]


def adapters(build, inputs):
    """What an adapter adds: the same programs with and without, in one run."""
    tools = {"bare", "dregs", "dregs-adapter"}
    program = build / "tests" / "programs" / "apr_requests"
    return [
        Process("adapter-tshark", "tshark, each of wmem's allocations a pool's block",
                ["tshark", "-r", inputs / "packets"], only=tools),
        Process("adapter-svn", "svnadmin creates a repository", ["svnadmin", "create", "repository"], only=tools),
        Process("adapter-apr", "50,038 apr_pallocs in 2,004 pools; the program does nothing else", [str(program)],
                only=tools),
    ]


def live_blocks(programs, analyzer, sizes):
    program = programs / "live_blocks"
    slow = {"tcmalloc", "jemalloc", "valgrind"}
    # Not heaptrack-raw: it keeps no live blocks, it writes a log.
    tools = {"bare", "dregs", "heaptrack", "lsan", "lsan-fp", *slow}
    return [
        *(LiveBlocks(f"live{name}", f"{count:,} live blocks of 16 to 112 bytes", program, count, analyzer, only=tools,
                     leave_out=slow if count > 1_000_000 else ()) for name, count in sizes.live),
        LiveBlocks(f"small{sizes.live[0][0]}", f"{sizes.live[0][1]:,} live blocks of 16 to 24 bytes", program,
                   sizes.live[0][1], analyzer, sizes=(16, 24), only={"bare", "dregs", "heaptrack", "lsan"}),
        LiveBlocks("few", "1,000 live blocks: the fixed cost", program, 1000, analyzer, fixed=True, only=tools),
    ]


def counted(programs, sizes):
    """A pair's warm-up is a fiftieth of its iterations; each of exchange's two threads does all of its own."""
    tools = {"bare", "dregs", "dregs-sample", "dregs-ledger", "lsan-fp"}
    depths = (10, 30, 60)
    return [
        *(Counted(f"instr-pair{depth}", f"a pair under {depth} frames", programs / "pair",
                  lambda n, depth=depth: (depth, 1, n), sizes.counted, 1.02, only=tools) for depth in depths),
        Counted("instr-exchange", "an exchange operation", programs / "exchange", lambda n: (2, 1, n), sizes.counted, 2.0,
                only=tools),
        Counted("instr-scopes", "a scope's enter and leave", programs / "scope_pair", lambda n: (n,), sizes.counted,
                only={"bare", "dregs"}),
    ]


def all_workloads(build, inputs, sizes):
    programs = build / "tests" / "bench"
    return [
        *pairs(programs, sizes),
        *real_programs(inputs, sizes),
        *adapters(build, inputs),
        OwnProgram("exchange", "exchange", "two threads, each frees what the other allocated", programs / "exchange",
                   lambda effort: (2, sizes.exchange_s), [metric.OPERATIONS], scale=1e-6),
        *live_blocks(programs, build / "bin" / "dregs", sizes),
        OwnProgram("scopes", "scopes", "a scope's enter and leave; bare: the marker without the shim",
                   programs / "scope_pair", lambda effort: (sizes.scope_pairs,), [metric.MARKS], only={"bare", "dregs"}),
        *counted(programs, sizes),
    ]

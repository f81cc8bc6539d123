#!/usr/bin/env python3
"""calls.py PREFIX: what `strace -ff -o PREFIX` saw of a program after its mark (getppid, twice), without the shim's calls.

The shim's calls are those that preload/README.md names under "What can be seen of us"; nothing else is left out. Of each
process and thread one list of calls; numbers that differ from run to run (addresses, process ids) are made equal. Exit
status 1 if the shim left a descriptor open or signals blocked.
"""
import glob
import re
import sys

# What the shim does beside its file, whatever the result. A program that does the same must do it as often without us: the
# test's own uses none of these after its mark.
SHIM = [
    r'readlink\("/proc/self/exe"',
    r'(prctl\(PR_GET_NAME|getpid\(|getppid\(|gettid\(|uname\(|sched_yield\()',
    r'prlimit64\(0, RLIMIT_FSIZE, NULL',
    r'madvise\(0x[0-9a-f]+, \d+, (MADV_WIPEONFORK|MADV_DONTDUMP|MADV_POPULATE_WRITE)\)',
    r'mmap\(NULL, \d+, PROT_READ\|PROT_WRITE, MAP_PRIVATE\|MAP_ANONYMOUS\|MAP_NORESERVE, -1, 0\)',
    r'(tgkill\(\d+, \d+, 0\)|kill\(\d+, 0\))',
    r'get_robust_list\(0, ',
    r'fcntl\([012], F_GETFD\)',  # whether a file may be opened without getting one of these
    r'nanosleep\(\{tv_sec=0, tv_nsec=100000\}',  # waits while another thread's growth takes long
    r'getcwd\(',
    r'(newfstatat|stat)\((AT_FDCWD, )?"/',  # files of modules: their size and time
    r'rt_sigprocmask\(0xffffffff /\* SIG_\?\?\? \*/',  # looks whether a page of the stack is there
]
SHIM_FILES = re.compile(r'openat\(AT_FDCWD, "[^"]*(\.dregs|/proc/self/cmdline)"')
BLOCKED = re.compile(r"rt_sigprocmask\(SIG_BLOCK, ~\[ILL TRAP BUS FPE SEGV SYS\], (~?\[.*\]), 8\)")
# How a thread begins that opens the trace, with descriptors of its own.
HELPER = "close_range(0, 4294967295, CLOSE_RANGE_UNSHARE)"
CHANCE = re.compile(r"(futex|restart_syscall|set_robust_list|rseq)\(")


class Calls:
    """One process's or thread's calls; descriptors of the shim's are followed from open to close."""

    def __init__(self, helpers):
        self.kept, self.ours, self.masks, self.helpers = [], set(), [], helpers

    def is_mask(self, line):
        """Signals are blocked while something grows, and then the very same mask is restored."""
        if blocked := BLOCKED.match(line):
            self.masks.append(blocked[1])
            return True
        if self.masks and line.startswith(f"rt_sigprocmask(SIG_SETMASK, {self.masks[-1]}, NULL, 8)"):
            self.masks.pop()
            return True
        return False

    def is_ours(self, line):
        if SHIM_FILES.match(line):
            result = int(line.rsplit("= ", 1)[1].split()[0])
            if result >= 0:
                self.ours.add(result)
            return True
        used = re.match(r"(close|ftruncate|fallocate|fchmod|fstat|fstatfs|ioctl|newfstatat|read|pread64|pwrite64)\((\d+)", line) or re.match(
            r"(mmap)\(.*MAP_SHARED(?:_VALIDATE)?(?:\|MAP_\w+)*, (\d+),", line)
        if used and int(used[2]) in self.ours:
            if used[1] == "close":
                self.ours.remove(int(used[2]))
            return True
        return self.is_mask(line) or any(re.match(pattern, line) for pattern in SHIM)

    def add(self, line):
        if CHANCE.match(line) or self.is_ours(line):
            return
        if line.startswith("clone(") and line.rsplit("= ", 1)[1] in self.helpers:
            return
        line = re.sub(r'getrandom\(".*",', "getrandom(", line)
        line = re.sub(r"0x[0-9a-f]+", "ADDRESS", line)
        line = re.sub(r" +", " ", line)  # strace aligns results
        line = re.sub(r"(si_[us]time)=\d+( /\* .*? \*/)?", r"\1=TIME", line)
        line = re.sub(r"\b\d{3,}\b", "NUMBER", line)
        if not (line.startswith("munmap(") and self.kept[-1:] == [line]):  # an arena is cut to its alignment: one or two
            self.kept.append(line)


def number_of(path):
    return path.rsplit(".", 1)[1]


def is_helper(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.readline().startswith(HELPER)


def read(path, marked, helpers):
    """The calls in a file of strace's; `marked`: of the first process, only those behind the mark."""
    calls, seen = Calls(helpers), ""
    for line in open(path, encoding="utf-8", errors="replace"):
        if marked and not (seen.startswith("getppid(") and line.startswith("getppid(")):
            seen = line
            continue
        if marked:
            marked = False
            continue
        calls.add(line.rstrip("\n"))
    return calls


def main():
    files = sorted(glob.glob(sys.argv[1] + ".*"), key=lambda name: int(number_of(name)))
    helpers = {number_of(path) for path in files if is_helper(path)}
    found = [read(path, index == 0, helpers) for index, path in enumerate(files)]
    for index, calls in enumerate(calls for calls, path in zip(found, files) if number_of(path) not in helpers):
        print(f"-- {index}", *calls.kept, sep="\n")
    left = [text for calls in found for text in (*map(str, calls.ours), *calls.masks)]
    sys.exit(f"descriptors left open, or masks not restored: {left}" if left else 0)


if __name__ == "__main__":
    main()

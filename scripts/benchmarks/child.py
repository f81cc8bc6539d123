"""One child process, run to its end: what it printed, how long it took, what it used.

Ends only what it started itself: the child's own session, when the time is up.
"""
import os
import signal
import subprocess
import tempfile
import threading
import time


class Failed(Exception):
    """A run that gives no figure, and why."""


class Child:
    """The result of a run. cpu: user and system seconds of the process and the children it waited for.

    peak_kib has a floor of some 14 MiB: the kernel counts what this Python held when it forked.
    """

    def __init__(self, command, env, folder, limit_s, keep_output=True):
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as messages:
            self.status, usage, self.wall = run(command, env, folder, limit_s,
                                                output if keep_output else subprocess.DEVNULL, messages)
            self.output, self.messages = read_text(output), read_text(messages)
        self.user, self.system, self.peak_kib = usage.ru_utime, usage.ru_stime, usage.ru_maxrss

    def cpu(self):
        return {"cpu_user": self.user, "cpu_system": self.system}


def read_text(file):
    file.seek(0)
    return file.read().decode(errors="replace")


def run(command, env, folder, limit_s, output, messages):
    """Exit status, resource usage, seconds."""
    begin = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], env=env, cwd=folder, stdin=subprocess.DEVNULL,
                               stdout=output, stderr=messages, start_new_session=True)
    late = threading.Event()
    timer = threading.Timer(limit_s, end, (process.pid, late))
    timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        timer.cancel()
    took = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if late.is_set():
        raise Failed(f"took longer than {limit_s:.0f} s")
    return process.returncode, usage, took


def end(session, late):
    late.set()
    os.killpg(session, signal.SIGKILL)


def run_checked(command, env, folder, limit_s, keep_output=True):
    child = Child(command, env, folder, limit_s, keep_output)
    if child.status != 0:
        last = child.messages.strip().splitlines()[-1:] or ["no message"]
        raise Failed(f"exit status {child.status}: {last[0][:200]}")
    return child

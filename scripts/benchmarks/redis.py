"""redis-server under a tool, redis-benchmark beside it: requests a second.

The server listens on a socket in the run's own folder, so runs never meet another server.
"""
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import time

from . import metric
from .child import Failed
from .workloads import Workload, environment


class Redis(Workload):
    def __init__(self, requests, **more):
        super().__init__("redis", "programs", "redis-server under redis-benchmark, SET and LPUSH, 16 in a pipeline",
                         [metric.REQUESTS], **more)
        self.requests = requests
        missing = [name for name in ("redis-server", "redis-benchmark", "redis-cli") if not shutil.which(name)]
        if missing:
            self.why_not = f"{missing[0]} is not installed"

    def fits(self, tool):
        return not tool.frame_pointers and super().fits(tool)

    def run(self, tool, folder, limit_s):
        socket = pathlib.Path(folder, "redis.sock")
        command = [*tool.prefix(folder), "redis-server", "--port", "0", "--unixsocket", str(socket), "--save", ""]
        begin = time.perf_counter()
        server = subprocess.Popen(command, env=environment(tool, folder), cwd=folder, start_new_session=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until_it_answers(socket, server, limit_s)
            rate = self.load(socket, limit_s)
            subprocess.run(["redis-cli", "-s", socket, "shutdown", "nosave"], capture_output=True, timeout=limit_s)
            server.wait(limit_s)
        except subprocess.TimeoutExpired as error:
            raise Failed(f"took longer than {limit_s:.0f} s") from error
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()
        return {"requests": rate, "wall": time.perf_counter() - begin}

    def load(self, socket, limit_s):
        done = subprocess.run(["redis-benchmark", "-s", socket, "-t", "set,lpush", "-n", str(self.requests), "-r", "100000",
                               "-d", "64", "-P", "16", "--csv"], capture_output=True, text=True, timeout=limit_s)
        rates = [float(rate) for rate in re.findall(r'^"(?:SET|LPUSH)[^"]*","([0-9.]+)"', done.stdout, re.MULTILINE)]
        if not rates:
            raise Failed("redis-benchmark gave no rate")
        return statistics.mean(rates)


def wait_until_it_answers(socket, server, limit_s):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if server.poll() is not None:
            raise Failed(f"redis-server ended with {server.returncode}")
        if socket.exists() and subprocess.run(["redis-cli", "-s", socket, "ping"], capture_output=True).returncode == 0:
            return
        time.sleep(0.05)
    raise Failed(f"redis-server did not answer within {limit_s:.0f} s")

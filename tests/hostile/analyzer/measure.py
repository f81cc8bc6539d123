#!/usr/bin/env python3
"""measure.py SECONDS COMMAND...: runs a command; prints its exit status, the seconds it took and its largest resident
set in MiB. A command that takes longer than SECONDS is killed and has status 124.
"""
import os
import signal
import subprocess
import sys
import time

begin = time.monotonic()
child = subprocess.Popen(sys.argv[2:])
late = []
signal.signal(signal.SIGALRM, lambda *_: (late.append(1), child.kill()))
signal.setitimer(signal.ITIMER_REAL, float(sys.argv[1]))
_, status, usage = os.wait4(child.pid, 0)
code = 124 if late else os.waitstatus_to_exitcode(status)
print(code, f"{time.monotonic() - begin:.1f}", usage.ru_maxrss // 1024, file=sys.stderr)

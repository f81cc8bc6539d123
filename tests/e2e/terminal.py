#!/usr/bin/env python3
"""terminal.py ROWS COLUMNS COMMAND...: runs a command on a terminal of that size; prints what it shows, ends as it ends."""
import fcntl
import os
import pty
import struct
import sys
import termios

pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = os.environ.get("TEST_TERM", "xterm")
    size = struct.pack("HHHH", int(sys.argv[1]), int(sys.argv[2]), 0, 0)
    fcntl.ioctl(0, termios.TIOCSWINSZ, size)
    os.execvp(sys.argv[3], sys.argv[3:])
shown = b""
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:  # EIO: nobody has it open any more
        break
    if not part:
        break
    shown += part
sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

#!/usr/bin/env python3
"""reports.py COUNT...: writes a capture to standard output: COUNT reports of meters, one in fifty of them damaged; then, for
each further COUNT, waits for a line on standard input and writes so many more.
"""
import struct
import sys


def ethernet(report):
    udp = struct.pack("!HHHH", 40000, 7777, 8 + len(report), 0) + report
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2)))
    return bytes((2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0)) + ip + udp


def packet(number):
    meter, watt_hours = 1000 + number % 7, number
    damage = number % 50 == 0
    frame = ethernet(struct.pack("!III", meter, watt_hours, meter + watt_hours + damage))
    return struct.pack("<IIII", 1700000000 + number, 0, len(frame), len(frame)) + frame


written = 0
sys.stdout.buffer.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
for turn, count in enumerate(map(int, sys.argv[1:])):
    if turn:
        sys.stdin.readline()
    for number in range(written + 1, written + count + 1):
        sys.stdout.buffer.write(packet(number))
    sys.stdout.buffer.flush()
    written += count

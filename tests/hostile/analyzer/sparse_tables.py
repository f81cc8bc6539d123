#!/usr/bin/env python3
"""sparse_tables.py FILE TABLE BYTES FIRST: a file that claims to be a trace whose table number TABLE, of records of
BYTES bytes and FIRST of them in the first segment, has 2^32 - 1 records. All of it but the header is a hole.
"""
import struct
import sys

RECORDS = 2**32 - 1
HEADER_BYTES, TABLES_AT, TABLE_BYTES, SEGMENTS = 8192, 208, 256, 30

path = sys.argv[1]
table, record_bytes, first = (int(word) for word in sys.argv[2:])
header = bytearray(HEADER_BYTES)
header[:8] = b"DREGSTR\x1a"
struct.pack_into("<IIIIII", header, 8, 1, HEADER_BYTES, 62, 32, 1, 1)
place = TABLES_AT + table * TABLE_BYTES
struct.pack_into("<IIQ", header, place, record_bytes, first, RECORDS)
end, begun, segment = HEADER_BYTES, 0, 0
while begun < RECORDS and segment < SEGMENTS:
    struct.pack_into("<Q", header, place + 16 + 8 * segment, end)
    end += (first << segment) * record_bytes
    begun += first << segment
    segment += 1
with open(path, "wb") as file:
    file.write(header)
    file.truncate(end)

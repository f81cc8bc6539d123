#!/usr/bin/env python3
"""unsteady.py GOOD FILE: cuts FILE short, writes it whole again, swaps it for another and takes it away, at random and
without end, so that whoever reads it meets all of that in the middle. Ends when its standard input does.
"""
import os
import random
import select
import sys

good, path = sys.argv[1:]
with open(good, "rb") as file:
    whole = file.read()
random.seed(4)


def write_whole(name):
    with open(name, "wb") as file:
        file.write(whole)


while not select.select([sys.stdin], [], [], 0)[0]:
    choice = random.randrange(6)
    if choice < 3:
        os.truncate(path, random.randrange(len(whole))) if os.path.exists(path) else write_whole(path)
    elif choice == 3:
        write_whole(path)
    elif choice == 4:
        write_whole(path + ".new")
        os.rename(path + ".new", path)
    elif os.path.exists(path):
        os.unlink(path)

"""Greenlets copy parts of the one stack away and back."""
import greenlet

kept = []


def work(levels):
    if levels > 0:
        return work(levels - 1)
    for number in range(100):
        kept.append("x" * (500 + number))
        main.switch()


main = greenlet.getcurrent()
lets = [greenlet.greenlet(work) for _ in range(20)]
for level, let in enumerate(lets):
    let.switch(level)
for _ in range(99):
    for let in lets:
        let.switch()
print(len(kept), sum(map(len, kept)))

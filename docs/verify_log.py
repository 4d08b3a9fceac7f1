"""A second opinion on the log: that it only grew, and that it holds nothing about a clip. Beside verify_offcut.py.

python3 verify_log.py KEYS.json ABSENCE.json        an answer of GET /api/v1/log/absence/clp_…
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from verify_offcut import Json, head, included, need, sha


def grew(first: int, second: int, roots: tuple[bytes, bytes], path: list[str]) -> None:
    """The log of the second size begins with all of the log of the first (RFC 9162, 2.1.4)."""
    need(0 < first < second, "two sizes, the smaller first")
    start, *steps = [*([roots[0].hex()] if first & (first - 1) == 0 else []), *path] or [""]
    place, last, old, new = first - 1, second - 1, bytes.fromhex(start), bytes.fromhex(start)
    while place % 2:
        place, last = place // 2, last // 2
    for step in map(bytes.fromhex, steps):
        need(last > 0, "the path is too long")
        if place % 2 or place == last:
            old, new = sha(b"\1" + step + old), sha(b"\1" + step + new)
            while place and place % 2 == 0:
                place, last = place // 2, last // 2
        else:
            new = sha(b"\1" + new + step)
        place, last = place // 2, last // 2
    need(last == 0 and (old, new) == roots, "the log was rewritten")


def position(name: str, proof: Json, map_root: bytes) -> int | None:
    """Where the latest entry about a thing is; None: the log holds nothing about it."""
    key, depth, leaf = sha(name.encode()), len(proof["siblings"]), proof["leaf"]
    bits, digest, other = f"{int.from_bytes(key, 'big'):0256b}"[:depth], bytes(32), b""
    if leaf is not None:
        other = bytes.fromhex(leaf["key"])
        need(f"{int.from_bytes(other, 'big'):0256b}"[:depth] == bits, "another place of the map")
        digest = sha(b"\2" + other + leaf["position"].to_bytes(8, "big"))
    for side, sibling in zip(reversed(bits), map(bytes.fromhex, reversed(proof["siblings"])), strict=True):
        digest = sha(b"\3" + (sibling + digest if side == "1" else digest + sibling))
    need(digest == map_root, "not the map of this head")
    return leaf["position"] if other == key and leaf is not None else None


if __name__ == "__main__":
    answer = json.loads(Path(sys.argv[2]).read_bytes())
    _, size, root, map_root = head(answer["head"]["text"], json.loads(Path(sys.argv[1]).read_bytes())["keys"])
    at = position(answer["id"], answer["proof"], map_root)
    if at is not None:
        need(answer["latest"]["index"] == at, "another entry")
        print(f"{answer['id']}: entry {at} is the latest: {included(answer['latest'], size, root)['event']}")
    else:
        print(f"{answer['id']}: never, as of a log of {size} entries")

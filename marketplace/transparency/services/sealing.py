"""Sealing: what waits becomes the next entries of the log, both trees grow, and a head is signed. All or nothing.

One writer at a time holds the tip's row. A process that dies leaves what waited where it was; nobody can see half of a
batch, skip a position or log an event twice (the key of an entry is unique).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from marketplace.transparency.adapters.keys import Keys, key_valid_at
from marketplace.transparency.adapters.notes import head_sign
from marketplace.transparency.domain import merkle, sparse
from marketplace.transparency.domain.checkpoint import Head
from marketplace.transparency.domain.entry import entry_read
from marketplace.transparency.models import LogEntry, LogHead, LogNode, LogPending, LogTip, MapNode
from marketplace.transparency.selectors.trees import frontier_at, map_nodes
from marketplace.transparency.services.keys import seconds_now, signing_key_ensure

BATCH: Final = 1000
FRESH_FOR: Final = timedelta(hours=24)
"""A head older than this is signed again, so that anybody can tell a quiet log from one that is kept from them."""
_TIP: Final = "licences"
_ROWS: Final = 500


def log_seal() -> LogHead:
    """Log everything that waits, and return the newest signed head, which is at most a day old."""
    while True:
        keys = signing_key_ensure()  # reads a file: before the transaction
        with transaction.atomic():
            head, sealed = _sealed(keys)
        if sealed < BATCH:
            return head


def _sealed(keys: Keys) -> tuple[LogHead, int]:
    """Seal one batch; the newest head and how many events were taken."""
    tip = _locked()
    last = LogHead.objects.order_by("-number").first()
    waiting = list(LogPending.objects.order_by("created_at", "id")[:BATCH])
    if not waiting and last is not None and seconds_now() - last.signed_at < FRESH_FOR.total_seconds():
        return last, 0
    known = set(LogEntry.objects.filter(key__in=[row.key for row in waiting]).values_list("key", flat=True))
    size = 0 if last is None else last.size
    entries = _entries([row for row in waiting if row.key not in known], size)
    frontier = _tree_grow(entries, size)
    map_root = _map_change(entries, sparse.EMPTY if last is None else bytes.fromhex(last.map_root))
    at = max(seconds_now(), 0 if last is None else last.signed_at)
    head = Head(tip.origin, frontier.size, frontier.root, map_root, at)
    LogPending.objects.filter(pk__in=[row.pk for row in waiting]).delete()
    return _head_keep(head, 0 if last is None else last.number + 1, keys), len(waiting)


def log_origin() -> str:
    """The log's name: the site's address when it was first asked for, kept for ever."""
    site = urlsplit(settings.OFFCUT.public_url)
    usual = f"{site.netloc}{site.path.rstrip('/')}/log"
    tip, _created = LogTip.objects.get_or_create(name=_TIP, defaults={"origin": usual})
    return tip.origin


def _locked() -> LogTip:
    log_origin()
    return LogTip.objects.select_for_update().get(name=_TIP)


def _entries(waiting: list[LogPending], size: int) -> list[LogEntry]:
    entries = [
        LogEntry(position=position, key=row.key, event=row.event, subject=row.subject, body=row.body, salt=row.salt)
        for position, row in enumerate(waiting, size)
    ]
    return LogEntry.objects.bulk_create(entries, batch_size=_ROWS)


def _tree_grow(entries: list[LogEntry], size: int) -> merkle.Frontier:
    leaves = (merkle.leaf_hash(entry.body.encode("ascii")) for entry in entries)
    frontier, made = merkle.grown(frontier_at(size), leaves)
    nodes = (LogNode(level=place.level, index=place.number, digest=digest.hex()) for place, digest in made.items())
    LogNode.objects.bulk_create(nodes, batch_size=_ROWS)
    return frontier


def _map_change(entries: list[LogEntry], root: bytes) -> bytes:
    changes = {
        bytes.fromhex(name): entry.position for entry in entries for name in entry_read(entry.body.encode()).about
    }
    root, made = sparse.changed(root, changes, map_nodes)
    MapNode.objects.bulk_create((_row(digest, node) for digest, node in made.items()), batch_size=_ROWS)
    return root


def _row(digest: bytes, node: sparse.Node) -> MapNode:
    match node:
        case sparse.Leaf(key, position):
            return MapNode(digest=digest.hex(), key=key.hex(), position=position)
        case sparse.Branch(left, right):
            return MapNode(digest=digest.hex(), left=left.hex(), right=right.hex())


def _head_keep(head: Head, number: int, keys: Keys) -> LogHead:
    key = key_valid_at(keys, head.signed_at)
    return LogHead.objects.create(
        number=number,
        size=head.size,
        root=head.root.hex(),
        map_root=head.map_root.hex(),
        signed_at=head.signed_at,
        kid=key.public.kid,
        text=head_sign(head, key),
    )

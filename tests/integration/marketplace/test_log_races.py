"""Many at once, and killed at any point: every event is in the log exactly once, and the log has no gap."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from marketplace.transparency.domain import merkle
from marketplace.transparency.domain.entry import LogEvent
from marketplace.transparency.models import LogEntry, LogHead, LogNode, LogPending
from marketplace.transparency.selectors.proofs import consistency_of
from marketplace.transparency.services.checking import log_check
from marketplace.transparency.services.recording import Happened, events_record
from marketplace.transparency.services.sealing import log_seal
from tests.victims import status_of

pytestmark = pytest.mark.django_db(transaction=True)

KILLED = """
import os, sys
from marketplace.transparency.services import sealing

def killing(function, before):
    def call(*args, **kwargs):
        if before:
            os.kill(os.getpid(), 9)
        function(*args, **kwargs)
        os.kill(os.getpid(), 9)
    return call

name, before = sys.argv[1], sys.argv[2] == "before"
setattr(sealing, name, killing(getattr(sealing, name), before))
sealing.log_seal()
"""


def happened(number: int) -> Happened:
    """Return an event of a made-up licence."""
    facts = {"licence": f"lic_{number}"}
    return Happened(LogEvent.ISSUED, f"lic_{number}", (f"clp_{number}", f"lic_{number}"), 1_795_310_000, facts=facts)


def noted(*numbers: int) -> None:
    """Note events in one transaction."""
    with transaction.atomic():
        events_record([happened(number) for number in numbers])


def at_once(jobs: list[Callable[[], object]]) -> list[str]:
    """Run all jobs at the same moment, each on its own connection; return what went wrong."""
    barrier = threading.Barrier(len(jobs))
    wrong: list[str] = []

    def run(job: Callable[[], object]) -> None:
        barrier.wait()
        try:
            job()
        except Exception as error:  # noqa: BLE001 - a thread's crash is an outcome of the race
            wrong.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def require_whole(events: int) -> None:
    """Every event once, without a gap, in trees that every head ever signed agrees with."""
    log_seal()
    entries = list(LogEntry.objects.order_by("position").values_list("position", "subject"))
    assert [position for position, _ in entries] == list(range(events))
    assert {subject for _, subject in entries} == {f"lic_{number}" for number in range(events)}
    assert LogPending.objects.count() == 0
    assert list(log_check()) == []
    heads = list(LogHead.objects.order_by("number"))
    assert [head.number for head in heads] == list(range(len(heads)))
    for head in heads:
        found = consistency_of(first=head.size)
        assert found.first_root.hex() == head.root
        assert merkle.consistency_holds(
            first=found.first,
            second=found.second,
            first_root=found.first_root,
            second_root=found.second_root,
            path=found.path,
        )


def test_events_are_noted_in_a_transaction_only() -> None:
    with pytest.raises(RuntimeError):
        events_record([happened(1)])


def test_many_note_and_seal_at_once_and_each_event_is_logged_once() -> None:
    def note_and_seal(start: int) -> None:
        for number in range(start, start + 10):
            noted(number, number)
            noted((number + 7) % 60)  # what somebody else notes, too
            log_seal()

    assert at_once([lambda start=start: note_and_seal(start) for start in range(0, 60, 10)]) == []  # type: ignore[misc]  # bound on purpose
    require_whole(60)


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer: nothing to race")
def test_without_the_lock_the_database_refuses_the_second_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above: the tip's lock is what lets writers wait instead of fail."""
    from marketplace.transparency.models import LogTip  # noqa: PLC0415 - only the control needs it
    from marketplace.transparency.services import sealing  # noqa: PLC0415 - the same

    noted(*range(50))
    sealing.log_origin()
    everybody_reads = threading.Barrier(4)

    def unlocked() -> LogTip:
        everybody_reads.wait(20)
        return LogTip.objects.get()

    monkeypatch.setattr(sealing, "_locked", unlocked)
    monkeypatch.setattr(sealing, "BATCH", 1000)
    wrong = at_once([sealing.log_seal] * 4)
    assert wrong, "four writers without a lock cannot all succeed"
    monkeypatch.undo()
    require_whole(50)


@pytest.mark.parametrize(
    ("step", "moment"),
    [
        ("_entries", "before"),
        ("_entries", "after"),
        ("_tree_grow", "after"),
        ("_map_change", "after"),
        ("_head_keep", "before"),
        ("_head_keep", "after"),
        ("_sealed", "after"),
    ],
)
def test_killed_while_sealing_nothing_is_lost_doubled_or_half_there(step: str, moment: str) -> None:
    noted(0, 1, 2)
    log_seal()
    noted(3, 4)
    assert status_of(KILLED, step, moment) == -9
    assert (LogEntry.objects.count(), LogNode.objects.filter(level=0).count()) == (3, 3)
    assert LogHead.objects.count() == 1
    assert LogPending.objects.count() == 2
    noted(5)
    require_whole(6)


def test_what_was_committed_while_a_batch_was_sealed_comes_in_the_next_one() -> None:
    """A transaction that began before a batch and ended after it is logged later, and leaves no gap."""
    begun, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            events_record([happened(0)])
            begun.set()
            may_end.wait(20)

    def quick() -> None:
        begun.wait(20)
        if connection.vendor == "postgresql":
            noted(1)
            assert log_seal().size == 1
        may_end.set()

    assert at_once([slow, quick]) == []
    if connection.vendor == "sqlite":
        noted(1)
    require_whole(2)

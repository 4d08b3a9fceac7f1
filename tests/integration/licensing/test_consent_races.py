"""A clip added to somebody's list while they take their consent back: the answer is that of both changes."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from licensing.domain.matching import Cleared
from licensing.models import ConsentNode, Declaration
from licensing.selectors.consent import weighed_of
from licensing.services.consent import Span, node_change
from licensing.services.consent_checks import consent_faults
from licensing.services.declarations import clip_declare
from licensing.services.releases import release_revoke
from tests.factories.consent import release_signed
from tests.factories.licensing import creator
from tests.factories.marketplace import NOBODYS, clip_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

PATIENCE_S = 2.0
"""How long one side waits for the other to overtake it."""


def at_once(*jobs: Callable[[], object]) -> list[BaseException]:
    """Run jobs side by side, each on its own connection; return what went wrong."""
    wrong: list[BaseException] = []

    def work(job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as error:  # noqa: BLE001 - told to the test, which fails on it
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return wrong


def test_a_clip_added_while_consent_is_taken_back_is_not_sold() -> None:
    studio = creator()
    first, second = clip_of(studio), clip_of(studio)
    for clip in (first, second):
        clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
    release = release_signed(studio, first).release
    node = ConsentNode.objects.get()
    added, revoked = threading.Event(), threading.Event()

    def add() -> None:
        with transaction.atomic():
            node_change(actor=studio, node_id=node.pk, spans=[Span(second.pk)])
            added.set()
            revoked.wait(PATIENCE_S)

    def revoke() -> None:
        added.wait(60)
        release_revoke(actor=studio, release_id=release.pk)
        revoked.set()

    assert at_once(add, revoke) == []
    assert weighed_of([second.pk])[second.pk].cleared is Cleared.NONE
    assert set(Declaration.objects.values_list("cleared", flat=True)) == {"none"}
    assert list(consent_faults()) == []

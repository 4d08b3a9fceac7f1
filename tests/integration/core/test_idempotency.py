"""T42: the same key happens once, whoever asks and however often."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from core.accounts.models import Organisation
from core.accounts.policy import Actor
from core.errors import DomainError
from core.idempotency.services import Answer, fingerprint_of, run_durably, run_once
from tests.factories.core import OrganisationFactory, actor_as

Run = Callable[..., Answer]
PRINT = fingerprint_of("POST", "/api/v1/things", b"{}")


def creates(name: str) -> Answer:
    """A visible effect and an answer that differs each time it really runs."""
    made = OrganisationFactory.create(name=name)
    return Answer(201, json.dumps({"id": str(made.pk)}))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [run_once, run_durably])
def test_a_repeat_gets_the_first_answer_byte_for_byte(run: Run) -> None:
    actor = actor_as()
    first = run(actor=actor, key="k", fingerprint=PRINT, do=lambda: creates("x"))
    again = run(actor=actor, key="k", fingerprint=PRINT, do=lambda: creates("x"))
    assert (again.status, again.body, again.replayed) == (first.status, first.body, True)
    assert Organisation.objects.filter(name="x").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [run_once, run_durably])
def test_the_same_key_with_another_request_is_refused(run: Run) -> None:
    actor = actor_as()
    run(actor=actor, key="k", fingerprint=PRINT, do=lambda: creates("x"))
    with pytest.raises(DomainError) as refusal:
        run(actor=actor, key="k", fingerprint=fingerprint_of("POST", "/other", b"{}"), do=lambda: creates("y"))
    assert refusal.value.code == "idempotency_mismatch"
    assert not Organisation.objects.filter(name="y").exists()


@pytest.mark.django_db(transaction=True)
def test_a_key_belongs_to_one_actor() -> None:
    run_once(actor=actor_as(), key="k", fingerprint=PRINT, do=lambda: creates("x"))
    run_once(actor=actor_as(), key="k", fingerprint=PRINT, do=lambda: creates("x"))
    assert Organisation.objects.filter(name="x").count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [run_once, run_durably])
def test_a_refused_first_try_leaves_nothing_and_frees_the_key(run: Run) -> None:
    actor = actor_as()

    def fails() -> Answer:
        if run is run_once:
            creates("half done")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        run(actor=actor, key="k", fingerprint=PRINT, do=fails)
    assert not Organisation.objects.filter(name="half done").exists()
    assert not run(actor=actor, key="k", fingerprint=PRINT, do=lambda: creates("x")).replayed


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "k" * 256, "with\nnewline"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(DomainError) as refusal:
        run_once(actor=Actor.system(), key=key, fingerprint=PRINT, do=lambda: creates("x"))
    assert refusal.value.code == "idempotency_key_needed"


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_execute_once_and_replay_nine_times() -> None:
    actor = actor_as()
    barrier, answers = threading.Barrier(10), list[Answer]()

    def ask() -> None:
        barrier.wait()
        try:
            answers.append(run_once(actor=actor, key="k", fingerprint=PRINT, do=lambda: creates("x")))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 10
    assert len({answer.body for answer in answers}) == 1
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 9
    assert Organisation.objects.filter(name="x").count() == 1

"""Room is reserved before a byte comes: never more than was granted, whoever declares at once (T58)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F

from core.accounts.actions import OrganisationKind, Role
from core.accounts.models import Organisation
from core.accounts.policy import Actor
from core.clock import now
from core.errors import DomainError
from core.ids import Prefix, public_id, uuid7
from media_ingest.domain.states import UploadState
from media_ingest.domain.upload_errors import QUOTA_EXCEEDED
from media_ingest.models import Asset, Quota, Upload
from media_ingest.services.expiring import uploads_expire
from media_ingest.services.quotas import counted, quota_limit_set, quota_recount, quota_reserve, quota_room
from media_ingest.services.uploads import upload_cancel, upload_create
from tests.factories.checked import breaches
from tests.factories.core import actor_as
from tests.factories.media_ingest import upload_of
from tests.factories.uploads import CONTENT, SIZE, declared, sent

SENDERS = 10


def home(actor: Actor) -> UUID:
    assert actor.organisation_id is not None
    return actor.organisation_id


def granted(limit: int) -> Actor:
    """An owner whose studio may keep so many bytes."""
    actor = actor_as()
    quota_limit_set(actor=Actor.system(), organisation_id=home(actor), limit_bytes=limit)
    return actor


def sums(actor: Actor) -> tuple[int, int]:
    room = quota_room(home(actor))
    return room.used_bytes, room.reserved_bytes


def test_room_is_reserved_when_declared_and_used_when_stored(db: None) -> None:
    actor = granted(10 * SIZE)
    upload = declared(actor)
    assert sums(actor) == (0, SIZE)
    sent(actor, upload, 0, SIZE)
    assert sums(actor) == (SIZE, 0)
    assert breaches("storage: what an organisation") == []


def test_a_file_beyond_the_room_is_refused_before_a_byte_is_sent(db: None) -> None:
    actor = granted(2 * SIZE)
    declared(actor)
    with pytest.raises(DomainError) as refused:
        upload_create(actor=actor, name="b.mov", size_bytes=SIZE + 1)
    assert (refused.value.code, refused.value.kind) == ("quota_exceeded", "payment")
    assert refused.value.extra == {"limit_bytes": 2 * SIZE, "free_bytes": SIZE}
    assert Upload.objects.count() == 1
    upload_create(actor=actor, name="b.mov", size_bytes=SIZE)
    assert quota_room(home(actor)).free_bytes == 0
    assert breaches("storage: what an organisation") == []


def cancelled(actor: Actor, upload: Upload) -> None:
    upload_cancel(actor=actor, upload_id=upload.id)
    upload_cancel(actor=actor, upload_id=upload.id)


def expired(actor: Actor, upload: Upload) -> None:
    Upload.objects.filter(pk=upload.pk).update(expires_at=now() - timedelta(seconds=1))
    uploads_expire(actor=Actor.system())
    uploads_expire(actor=Actor.system())


def failed(actor: Actor, upload: Upload) -> None:
    Upload.objects.filter(pk=upload.pk).update(declared_sha256="0" * 64)
    assert sent(actor, upload, 0, SIZE).state == UploadState.FAILED


@pytest.mark.parametrize("end", [cancelled, expired, failed])
def test_room_comes_back_once_when_an_upload_ends_without_a_file(
    db: None, end: Callable[[Actor, Upload], None]
) -> None:
    actor = granted(10 * SIZE)
    end(actor, declared(actor))
    assert sums(actor) == (0, 0)
    assert breaches("storage: what an organisation") == []


def test_bytes_that_are_here_take_no_room_twice(db: None) -> None:
    actor = granted(2 * SIZE)
    first = upload_of(actor, CONTENT)
    again = upload_of(actor, CONTENT, name="copy.mov")
    known = declared(actor, sha256=first.sha256)
    assert (again.duplicate, known.duplicate, Asset.objects.count()) == (True, True, 1)
    assert sums(actor) == (SIZE, 0)
    assert breaches("storage: what an organisation") == []


def test_the_same_declaration_twice_reserves_once(db: None) -> None:
    actor = granted(10 * SIZE)
    one = upload_create(actor=actor, name="a.mov", size_bytes=SIZE, request_key="k")
    two = upload_create(actor=actor, name="a.mov", size_bytes=SIZE, request_key="k")
    assert one.pk == two.pk
    assert sums(actor) == (0, SIZE)


def test_an_organisation_from_before_quotas_is_counted_when_first_touched(db: None) -> None:
    actor = actor_as()
    upload_of(actor, CONTENT)
    declared(actor)
    Quota.objects.all().delete()
    assert counted(home(actor)) == (SIZE, SIZE)
    declared(actor)
    assert sums(actor) == (SIZE, 2 * SIZE)
    assert breaches("storage: what an organisation") == []


def test_sums_damaged_by_hand_are_found_and_counted_anew(db: None) -> None:
    actor = actor_as()
    declared(actor)
    Quota.objects.update(used_bytes=7)
    assert len(breaches("storage: what an organisation")) == 1
    assert quota_recount(organisation_id=home(actor)).reserved_bytes == SIZE
    assert breaches("storage: what an organisation") == []


def test_a_lowered_limit_takes_nothing_away(db: None) -> None:
    actor = granted(10 * SIZE)
    upload = declared(actor)
    quota_limit_set(actor=Actor.system(), organisation_id=home(actor), limit_bytes=1)
    assert quota_room(home(actor)).free_bytes == 0
    assert sent(actor, upload, 0, SIZE).state == UploadState.RECEIVED


@pytest.mark.parametrize("role", [Role.OWNER, Role.UPLOADER])
def test_only_operations_agree_on_another_limit(db: None, role: Role) -> None:
    actor = actor_as(role=role)
    with pytest.raises(DomainError) as refused:
        quota_limit_set(actor=actor, organisation_id=home(actor), limit_bytes=1)
    assert refused.value.code == "role_missing"
    lead = actor_as(kind=OrganisationKind.PLATFORM, role=Role.LEAD)
    assert quota_limit_set(actor=lead, organisation_id=home(actor), limit_bytes=5).limit_bytes == 5


def at_once(work: Callable[[int], object]) -> list[str]:
    """Let ten threads do something at the same moment; return how each ended."""
    barrier, ends = threading.Barrier(SENDERS), list[str]()

    def one(number: int) -> None:
        try:
            barrier.wait()
            work(number)
            ends.append("declared")
        except DomainError as error:
            ends.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_for_one_slot_never_oversell() -> None:
    """T58: ten declarations for the room of one file; one gets it."""
    actor = granted(SIZE)
    ends = at_once(lambda number: upload_create(actor=actor, name=f"{number}.mov", size_bytes=SIZE))
    assert ends == ["declared", *["quota_exceeded"] * (SENDERS - 1)]
    used, reserved = counted(home(actor))
    assert used + reserved == SIZE
    assert breaches() == []


@pytest.mark.django_db(transaction=True)
def test_looking_before_reserving_oversells() -> None:
    """T58, control: the same ten, with a look at the sums and then an unconditional UPDATE, take too much."""
    actor = granted(SIZE)
    looked = threading.Barrier(SENDERS)

    def declared_unlocked(number: int) -> None:
        free = quota_room(home(actor)).free_bytes
        looked.wait()
        if free < SIZE:
            raise QUOTA_EXCEEDED("no room")
        with transaction.atomic():
            Quota.objects.filter(organisation_id=home(actor)).update(reserved_bytes=F("reserved_bytes") + SIZE)

    ends = at_once(declared_unlocked)
    assert ends.count("declared") > 1
    assert sum(sums(actor)) > SIZE


@pytest.mark.django_db(transaction=True)
def test_ten_first_touches_at_once_make_one_row() -> None:
    actor = actor_as()
    Quota.objects.all().delete()

    def reserve(_: int) -> None:
        with transaction.atomic():
            Organisation.objects.get(pk=home(actor))
            quota_reserve(organisation_id=home(actor), size_bytes=1)

    assert at_once(reserve) == ["declared"] * SENDERS
    assert Quota.objects.get().reserved_bytes == SENDERS


def test_an_operator_sees_agrees_and_counts_anew(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    actor = actor_as()
    declared(actor)
    Quota.objects.update(used_bytes=7)
    owner = public_id(Prefix.ORGANISATION, home(actor))
    call_command("quota", owner, limit=3 * SIZE, recount=True)
    told = capsys.readouterr().out.split("\n")
    assert told[:4] == [
        f"limit: {3 * SIZE}",
        "used: 0",
        f"reserved by uploads under way: {SIZE}",
        f"free: {2 * SIZE}",
    ]
    call_command("quota", owner, usual=True)
    assert quota_room(home(actor)).limit_bytes == settings.OFFCUT.quota_bytes
    with pytest.raises(CommandError):
        call_command("quota", public_id(Prefix.ORGANISATION, uuid7()), limit=-1)
    with pytest.raises(CommandError):
        call_command("quota", "org_x")

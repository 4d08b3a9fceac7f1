"""Releases: sent by a link, signed once without an account, recorded from paper, attached, taken back."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from core.accounts.actions import Role
from core.audit.models import AuditEvent
from core.audit.services import verify_chain
from core.errors import DomainError
from core.jobs.registry import kinds_for
from licensing.domain.consent import AiAnswer, NodeKind, NoReleaseReason
from licensing.domain.matching import Cleared
from licensing.domain.release import Given, ReleaseState
from licensing.domain.wording import Language
from licensing.models import ConsentPlace, Declaration, Release, ReleaseSignature
from licensing.selectors.consent import (
    clips_of_release,
    coverage_of,
    nodes_visible_to,
    release_get,
    releases_visible_to,
    weighed_of,
)
from licensing.services import consent_settling
from licensing.services.consent import Span, node_add, node_change, node_remove
from licensing.services.consent_checks import consent_faults
from licensing.services.consent_settling import consent_settle, consent_settle_due
from licensing.services.declarations import clip_declare
from licensing.services.release_signing import release_refuse, release_sign, release_take_back
from licensing.services.releases import (
    Asked,
    Paper,
    release_attach,
    release_cancel,
    release_change,
    release_create,
    release_record,
    release_revoke,
    release_send,
)
from tests.factories.consent import ADA, clock_at, release_sent, release_signed, shown_on
from tests.factories.core import actor_as
from tests.factories.licensing import creator
from tests.factories.marketplace import NOBODYS, clip_of

pytestmark = pytest.mark.django_db

SIGNED = Given("Ada Nord", AiAnswer.GENERATIVE)
SCAN = hashlib.sha256(b"scan").hexdigest()


def refused(code: str) -> pytest.RaisesExc[DomainError]:
    """Expect a refusal with this code."""
    return pytest.RaisesExc(DomainError, check=lambda error: error.code == code)


def cleared(clip_id: object) -> Cleared:
    """How far a clip may be sold now."""
    (weighed,) = weighed_of([clip_id]).values()  # type: ignore[list-item]  # a clip's UUID
    return weighed.cleared


def test_a_link_is_signed_once_and_freezes_the_text_its_hash_and_the_answers() -> None:
    studio = creator()
    clip = clip_of(studio)
    release, token = release_sent(studio, clip)
    assert cleared(clip.pk) is Cleared.NONE
    kept = release_sign(token=token, given=SIGNED, language=Language.FR, ip_address="192.0.2.7")
    assert cleared(clip.pk) is Cleared.GENERATIVE
    signature = ReleaseSignature.objects.get(release=release)
    assert "Oui, y compris" in signature.text
    assert signature.text_sha256 == hashlib.sha256(signature.text.encode()).hexdigest()
    assert (signature.name, signature.ai, len(signature.ip_hash)) == ("Ada Nord", "generative", 64)
    assert "192.0.2.7" not in signature.ip_hash
    with refused("link_used_or_ended"):
        release_sign(token=token, given=SIGNED, language=Language.EN)
    assert kept.release.state == ReleaseState.SIGNED
    assert ReleaseSignature.objects.count() == 1


def test_tokens_are_stored_as_digests_only() -> None:
    studio = creator()
    release, token = release_sent(studio)
    row = Release.objects.get(pk=release.pk)
    assert row.link_digest == hashlib.sha256(token.encode()).hexdigest()
    kept = release_sign(token=token, given=SIGNED, language=Language.EN)
    row.refresh_from_db()
    assert (row.link_digest, row.link_ends_at) == ("", None)
    assert row.kept_digest == hashlib.sha256(kept.token.encode()).hexdigest()
    audit = "".join(AuditEvent.objects.values_list("body", flat=True))
    assert token not in audit
    assert kept.token not in audit
    assert "Ada Nord" not in audit


def test_a_signature_cannot_be_changed_by_sql() -> None:
    kept = release_signed(creator())
    for change in ({"name": "Somebody else"}, {"ai": "no"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ReleaseSignature.objects.filter(release=kept.release).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ReleaseSignature.objects.filter(release=kept.release).delete()


def test_sending_again_ends_the_earlier_link_and_an_ended_link_signs_nothing() -> None:
    studio = creator()
    release, first = release_sent(studio)
    second = release_send(actor=studio, release_id=release.pk)
    with refused("link_used_or_ended"):
        release_sign(token=first, given=SIGNED, language=Language.EN)
    with clock_at(second.ends_at), refused("link_used_or_ended"):
        release_sign(token=second.token, given=SIGNED, language=Language.EN)
    with clock_at(second.ends_at - timedelta(seconds=1)):
        release_sign(token=second.token, given=SIGNED, language=Language.EN)


@pytest.mark.parametrize("token", ["", "x", "' OR 1=1 --", "\x00", "é" * 50, "a" * 5000])
def test_a_guessed_token_opens_nothing_even_where_no_link_exists(token: str) -> None:
    release_signed(creator())
    release_create(actor=creator(), asked=ADA)
    with refused("link_used_or_ended"):
        release_sign(token=token, given=SIGNED, language=Language.EN)
    with refused("link_used_or_ended"):
        release_take_back(token=token)


def test_a_minor_is_signed_for_by_a_guardian() -> None:
    studio = creator()
    clip = clip_of(studio)
    _, token = release_sent(studio, clip, asked=replace(ADA, kind=NodeKind.MINOR, subject="Kim"))
    with refused("guardian_needed"):
        release_sign(token=token, given=SIGNED, language=Language.EN)
    assert ReleaseSignature.objects.count() == 0
    given = Given("Ada Nord", AiAnswer.GENERATIVE, "Kim Nord", "mother")
    release_sign(token=token, given=given, language=Language.EN)
    assert cleared(clip.pk) is Cleared.GENERATIVE
    assert "Signed for Kim Nord, a minor, by Ada Nord (mother)." in ReleaseSignature.objects.get().text


def test_the_answer_on_ai_decides_how_far_the_clip_is_sold() -> None:
    studio = creator()
    for ai, reach in (
        (AiAnswer.NO, Cleared.NONE),
        (AiAnswer.NON_GENERATIVE, Cleared.NON_GENERATIVE),
        (AiAnswer.GENERATIVE, Cleared.GENERATIVE),
    ):
        clip = clip_of(studio)
        release_signed(studio, clip, ai=ai)
        assert cleared(clip.pk) is reach


def test_a_refused_link_is_spent_and_another_may_be_sent() -> None:
    studio = creator()
    clip = clip_of(studio)
    release, token = release_sent(studio, clip)
    release_refuse(token=token)
    assert cleared(clip.pk) is Cleared.NONE
    with refused("link_used_or_ended"):
        release_sign(token=token, given=SIGNED, language=Language.EN)
    again = release_send(actor=studio, release_id=release.pk)
    release_sign(token=again.token, given=SIGNED, language=Language.EN)
    assert cleared(clip.pk) is Cleared.GENERATIVE


def test_the_signer_takes_it_back_with_their_own_link_and_twice_changes_nothing() -> None:
    studio = creator()
    clip = clip_of(studio)
    kept = release_signed(studio, clip)
    release_take_back(token=kept.token)
    events = AuditEvent.objects.count()
    assert cleared(clip.pk) is Cleared.NONE
    assert release_take_back(token=kept.token).state == ReleaseState.REVOKED
    assert AuditEvent.objects.count() == events
    assert [one.code for one in weighed_of([clip.pk])[clip.pk].findings] == ["P10"]
    assert clips_of_release(kept.release.pk) == [clip.pk]
    with refused("release_over"):
        release_attach(actor=studio, release_id=kept.release.pk, spans=[Span(clip_of(studio).pk)])


def test_the_audit_chain_has_each_signature_and_revocation() -> None:
    studio = creator()
    kept = release_signed(studio, clip_of(studio))
    release_revoke(actor=studio, release_id=kept.release.pk)
    actions = AuditEvent.objects.filter(subject=kept.release.public_id).order_by("sequence")
    assert [event.action for event in actions] == [
        "release.drafted",
        "release.sent",
        "release.signed",
        "release.revoked",
    ]
    assert verify_chain() == []


def test_paper_has_to_say_what_it_answers_about_ai() -> None:
    studio = creator()
    with refused("ai_clause_missing"):
        release_record(actor=studio, asked=ADA, paper=Paper(None, date(2024, 5, 2), "ada.pdf", SCAN))
    assert Release.objects.count() == 0
    clip = clip_of(studio)
    silent = Paper(Given("Ada Nord", AiAnswer.SILENT), date(2024, 5, 2), "ada.pdf", SCAN)
    release = release_record(actor=studio, asked=ADA, paper=silent)
    release_attach(actor=studio, release_id=release.pk, spans=[Span(clip.pk)])
    assert [one.code for one in weighed_of([clip.pk])[clip.pk].findings] == ["P04"]
    clear = Paper(Given("Ada Nord", AiAnswer.GENERATIVE), date(2026, 5, 2), "ada2.pdf", SCAN)
    better = release_record(actor=studio, asked=ADA, paper=clear)
    (node,) = nodes_visible_to(studio)
    release_attach(actor=studio, release_id=better.pk, node_ids=[node.pk])
    assert cleared(clip.pk) is Cleared.GENERATIVE
    with refused("release_invalid"):
        tomorrow = datetime.now(UTC).date() + timedelta(days=2)
        release_record(actor=studio, asked=ADA, paper=replace(clear, signed_on=tomorrow))


def test_paper_is_dated_as_it_was_signed() -> None:
    paper = Paper(Given("Ada Nord", AiAnswer.GENERATIVE), date(2026, 5, 31), "ada.pdf", SCAN)
    release = release_record(actor=creator(), asked=ADA, paper=paper)
    assert release.signed_at == datetime(2026, 5, 31, tzinfo=UTC)
    assert ReleaseSignature.objects.get().signed_at == release.signed_at


def test_a_release_covers_only_what_it_speaks_of() -> None:
    studio = creator()
    clip = clip_of(studio)
    cafe, voice = (
        shown_on(studio, clip, kind=kind, label=label)
        for kind, label in ((NodeKind.PREMISES, "café"), (NodeKind.VOICE, "her voice"))
    )
    release = release_signed(studio).release
    with refused("release_kind"):
        release_attach(actor=studio, release_id=release.pk, node_ids=[voice.pk, cafe.pk])
    voice.refresh_from_db()
    assert voice.release_id is None
    release_attach(actor=studio, release_id=release.pk, node_ids=[voice.pk])
    assert [one.code for one in weighed_of([clip.pk])[clip.pk].findings] == ["P03"]


def test_one_person_hangs_on_many_clips_and_on_spans_of_them() -> None:
    studio = creator()
    clips = [clip_of(studio) for _ in range(3)]
    release = release_signed(studio, *clips[:2]).release
    release_attach(actor=studio, release_id=release.pk, spans=[Span(clips[2].pk, 0, 500), Span(clips[0].pk)])
    assert release_get(studio, release.pk).nodes.count() == 2
    assert {cleared(clip.pk) for clip in clips} == {Cleared.GENERATIVE}
    assert coverage_of([clip.pk for clip in clips]) == {"signed": 1}
    for span in (Span(clips[0].pk, 5, 5), Span(clips[0].pk, -1, 5), Span(clips[0].pk, 0, 10**9), Span(clips[0].pk, 3)):
        with refused("consent_invalid"):
            node_add(actor=studio, kind=NodeKind.MARK, label="logo", spans=[span])


def test_a_reason_has_to_fit_and_takes_the_place_of_a_release() -> None:
    studio = creator()
    clip = clip_of(studio)
    node = shown_on(studio, clip, kind=NodeKind.MINOR, label="boy with a kite")
    with refused("consent_invalid"):
        node_change(actor=studio, node_id=node.pk, reason=NoReleaseReason.CROWD_INCIDENTAL)
    node_change(actor=studio, node_id=node.pk, reason=NoReleaseReason.BLURRED)
    assert cleared(clip.pk) is Cleared.GENERATIVE
    node_change(actor=studio, node_id=node.pk, no_reason=True, label="the boy")
    assert cleared(clip.pk) is Cleared.NONE
    node_remove(actor=studio, node_id=node.pk)
    assert cleared(clip.pk) is Cleared.GENERATIVE
    assert ConsentPlace.objects.count() == 0


def test_strangers_see_and_change_nothing() -> None:
    studio, other = creator(), creator()
    clip = clip_of(studio)
    node = shown_on(studio, clip)
    kept = release_signed(studio, clip)
    release = kept.release
    for attempt in (
        lambda: release_get(other, release.pk),
        lambda: release_send(actor=other, release_id=release.pk),
        lambda: release_revoke(actor=other, release_id=release.pk),
        lambda: release_cancel(actor=other, release_id=release.pk),
        lambda: release_change(actor=other, release_id=release.pk, asked=ADA),
        lambda: release_attach(actor=other, release_id=release.pk, node_ids=[node.pk]),
        lambda: node_change(actor=other, node_id=node.pk, reason=NoReleaseReason.BLURRED),
        lambda: node_remove(actor=other, node_id=node.pk),
        lambda: node_add(actor=other, kind=NodeKind.PERSON, label="her", spans=[Span(clip.pk)]),
        lambda: release_attach(actor=other, release_id=release_signed(other).release.pk, node_ids=[node.pk]),
        lambda: release_attach(actor=other, release_id=release_signed(other).release.pk, spans=[Span(clip.pk)]),
    ):
        with refused("not_found"):
            attempt()
    assert list(releases_visible_to(other).filter(pk=release.pk)) == []
    assert list(nodes_visible_to(other)) == []
    with refused("role_missing"):
        release_create(actor=actor_as(role=Role.ACCOUNTANT), asked=ADA)


def test_words_that_were_sent_stay_and_an_unsigned_release_can_be_dropped() -> None:
    studio = creator()
    clip = clip_of(studio)
    release = release_create(actor=studio, asked=ADA)
    reworded = release_change(actor=studio, release_id=release.pk, asked=replace(ADA, subject="Ada Sud"))
    assert reworded.subject == "Ada Sud"
    release_attach(actor=studio, release_id=release.pk, spans=[Span(clip.pk)])
    release_send(actor=studio, release_id=release.pk)
    with refused("release_over"):
        release_change(actor=studio, release_id=release.pk, asked=ADA)
    release_cancel(actor=studio, release_id=release.pk)
    assert [one.code for one in weighed_of([clip.pk])[clip.pk].findings] == ["P01"]
    with refused("illegal_transition"):
        release_cancel(actor=studio, release_id=release_signed(studio).release.pk)


@pytest.mark.parametrize(
    "asked",
    [
        Asked(NodeKind.PERSON, "  "),
        Asked(NodeKind.PERSON, "x" * 121),
        Asked(NodeKind.PERSON, "Ada", "o" * 201),
        Asked(NodeKind.PERSON, "Ada", last_day=date(2020, 1, 1)),
        Asked(NodeKind.PERSON, "Ada", last_day=date(9999, 12, 31)),
        Asked(NodeKind.PERMIT, "Drone permit"),
    ],
)
def test_a_release_that_says_too_little_is_not_drafted(asked: Asked) -> None:
    with refused("release_invalid"):
        release_create(actor=creator(), asked=asked)


def test_an_ended_release_is_settled_by_the_daily_round() -> None:
    studio = creator()
    clip = clip_of(studio)
    clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
    last = datetime.now(UTC).date() + timedelta(days=3)
    release_signed(studio, clip, asked=replace(ADA, last_day=last))
    clip.refresh_from_db()
    assert (clip.declaration.cleared, clip.declaration.settled_until) == (
        "generative",
        datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1),
    )
    assert consent_settle_due(actor=studio) == 0
    assert clip.declaration.settled_until is not None
    with clock_at(clip.declaration.settled_until):
        assert cleared(clip.pk) is Cleared.NONE
        assert consent_settle_due(actor=studio) == 1
        assert consent_settle_due(actor=studio) == 0
    clip.declaration.refresh_from_db()
    assert clip.declaration.cleared == "none"
    assert not Declaration.objects.filter(settled_until__isnull=False).exists()


def test_the_daily_round_settles_however_many_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent_settling, "_DUE_AT_ONCE", 2)
    studio = creator()
    clips = [clip_of(studio) for _ in range(5)]
    for clip in clips:
        clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
    last = datetime.now(UTC).date() + timedelta(days=3)
    release_signed(studio, *clips, asked=replace(ADA, last_day=last))
    with clock_at(datetime.now(UTC) + timedelta(days=5)):
        assert consent_settle_due(actor=studio) == len(clips)


def test_settling_again_changes_nothing() -> None:
    studio = creator()
    clip = clip_of(studio)
    clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
    shown_on(studio, clip)
    assert consent_settle(clip_ids=[clip.pk]) == []


def test_the_market_listens_to_consent() -> None:
    assert kinds_for("licensing.consent.changed") == ("marketplace.listing.refresh",)


def test_the_check_finds_an_answer_somebody_tampered_with_and_the_command_writes_it_anew() -> None:
    studio = creator()
    clip = clip_of(studio)
    clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
    shown_on(studio, clip)
    assert list(consent_faults()) == []
    Declaration.objects.filter(clip=clip).update(cleared="generative")
    assert list(consent_faults()) == [f"{clip.public_id} is stored as generative and comes to none"]
    told = io.StringIO()
    call_command("consent_settle", stdout=told)
    assert told.getvalue() == "changed: 1\n"
    assert list(consent_faults()) == []

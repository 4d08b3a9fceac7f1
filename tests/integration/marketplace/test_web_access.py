"""Who sees which page: every address of the pages has a row here, or this fails."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client

from core.accounts.actions import OrganisationKind
from core.accounts.models import User
from core.accounts.policy import Actor
from core.audit.models import AuditEvent
from licensing.domain.template import TEMPLATE_VERSION
from marketplace.web.urls import urlpatterns
from tests.factories.core import actor_as
from tests.factories.world import World, world_made

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(180)]

STUDIO, BUYER, DESK = OrganisationKind.STUDIO, OrganisationKind.BUYER, OrganisationKind.PLATFORM


@dataclass(frozen=True)
class Row:
    """One address: whose page it is (None: everybody's), and how it is asked."""

    kind: OrganisationKind | None
    method: str = "get"
    status: int = 200


POST = "post"
TABLE: dict[str, Row] = {
    "": Row(None),
    "estimate": Row(None),
    "docs/errors": Row(None),
    "verify": Row(None),
    "verify/<str:code>": Row(None),
    "login": Row(None),
    "logout": Row(None, POST, 302),
    "language": Row(None, POST, 302),
    "studio": Row(STUDIO),
    "studio/files": Row(STUDIO),
    "studio/files/<str:asset_id>": Row(STUDIO),
    "studio/summary": Row(STUDIO),
    "studio/upload": Row(STUDIO, POST, 303),
    "studio/uploads": Row(STUDIO),
    "studio/uploads/<str:upload_id>/drop": Row(STUDIO, POST, 303),
    "studio/uploads/<str:batch_id>": Row(STUDIO),
    "studio/uploads/<str:batch_id>/standing": Row(STUDIO),
    "studio/clips/<str:clip_id>": Row(STUDIO),
    "studio/clips/<str:clip_id>/declare": Row(STUDIO, POST, 303),
    "studio/clips/<str:clip_id>/preview": Row(STUDIO, POST, 303),
    "studio/clips/<str:clip_id>/labels/<str:label>/dispute": Row(STUDIO, POST, 303),
    "studio/clips/<str:clip_id>/describe": Row(STUDIO, POST, 303),
    "studio/clips/<str:clip_id>/move": Row(STUDIO, POST, 303),
    "studio/clips/<str:clip_id>/people": Row(STUDIO, POST, 303),
    "studio/people": Row(STUDIO),
    "studio/people/<str:node_id>": Row(STUDIO, POST, 303),
    "studio/people/<str:node_id>/ask": Row(STUDIO, POST, 303),
    "studio/people/<str:node_id>/paper": Row(STUDIO, POST, 303),
    "studio/releases/<str:release_id>": Row(STUDIO),
    "studio/releases/<str:release_id>/move": Row(STUDIO, POST, 303),
    "release/<str:token>": Row(None, "get", 410),
    "release/kept/<str:token>": Row(None, "get", 410),
    "release/kept/<str:token>/receipt": Row(None, "get", 410),
    "release/kept/<str:token>/take-back": Row(None, POST, 410),
    "studio/clips/<str:clip_id>/withdraw": Row(STUDIO),
    "studio/earnings": Row(STUDIO),
    "studio/societies": Row(STUDIO, POST, 303),
    "studio/terms": Row(STUDIO),
    "studio/terms/preview": Row(STUDIO),
    "studio/terms/draft": Row(STUDIO, POST, 303),
    "studio/terms/<str:terms_id>/draft": Row(STUDIO, POST, 303),
    "studio/agreements/<str:agreement_id>": Row(STUDIO),
    "studio/agreements/<str:agreement_id>/amend": Row(STUDIO, POST, 422),
    "studio/agreements/<str:agreement_id>/submit": Row(STUDIO, POST, 303),
    "studio/agreements/<str:agreement_id>/recall": Row(STUDIO, POST, 303),
    "studio/agreements/<str:agreement_id>/accept": Row(STUDIO, POST, 303),
    "studio/agreements/<str:agreement_id>/sign": Row(STUDIO, POST, 303),
    "market": Row(BUYER),
    "market/clips/<str:clip_id>": Row(BUYER),
    "market/clips/<str:clip_id>/preview": Row(BUYER, POST, 303),
    "market/use-cases": Row(BUYER),
    "market/use-cases/<str:use_case_id>/request": Row(BUYER, POST, 303),
    "market/use-cases/<str:use_case_id>/decide": Row(BUYER, POST, 303),
    "market/quotes": Row(BUYER),
    "market/quotes/new": Row(BUYER, POST, 303),
    "market/quotes/<str:quote_id>": Row(BUYER),
    "market/quotes/<str:quote_id>/accept": Row(BUYER, POST, 303),
    "market/quotes/<str:quote_id>/cancel": Row(BUYER, POST, 303),
    "market/orders": Row(BUYER),
    "market/orders/<str:order_id>": Row(BUYER),
    "market/orders/<str:order_id>/progress": Row(BUYER),
    "market/orders/<str:order_id>/pay": Row(BUYER, POST, 303),
    "market/orders/<str:order_id>/files/<path:name>": Row(BUYER, "get", 302),
    "market/notices": Row(BUYER),
    "market/notices/<str:notice_id>": Row(BUYER),
    "market/notices/<str:notice_id>/attest": Row(BUYER, POST, 422),
    "takedown": Row(None),
    "takedown/<str:ref>": Row(None),
    "desk": Row(DESK),
    "desk/audit": Row(DESK),
    "desk/clauses": Row(DESK),
    "desk/clauses/<str:clause_code>/<int:clause_version>": Row(DESK),
    "desk/clauses/<str:clause_code>/<int:clause_version>/draft": Row(DESK, POST, 422),
    "desk/clauses/<str:clause_code>/<int:clause_version>/move": Row(DESK, POST, 303),
    "desk/templates": Row(DESK),
    "desk/templates/<int:template_version>": Row(DESK),
    "desk/policies": Row(DESK),
    "desk/policies/draft": Row(DESK, POST),
    "desk/policies/<int:version>/move": Row(DESK, POST, 303),
    "desk/quality": Row(DESK),
    "desk/quality/<str:quality_review_id>/answer": Row(DESK, POST, 303),
    "desk/takedowns": Row(DESK),
    "desk/takedowns/<str:claim_id>/decide": Row(DESK, POST, 422),
    "desk/cases/<str:case_id>": Row(DESK),
    "desk/cases/<str:case_id>/claim": Row(DESK, POST, 303),
    "desk/cases/<str:case_id>/heartbeat": Row(DESK, POST, 303),
    "desk/cases/<str:case_id>/release": Row(DESK, POST, 303),
    "desk/cases/<str:case_id>/note": Row(DESK, POST, 303),
    "desk/cases/<str:case_id>/decide": Row(DESK, POST, 422),
    "desk/decisions/<str:decision_id>/undo": Row(DESK, POST, 303),
    "desk/cases/<str:case_id>/snooze": Row(DESK, POST, 303),
    "desk/cases/<str:case_id>/wake": Row(DESK, POST, 303),
    "desk/queues/<str:queue>/take": Row(DESK, POST, 303),
    "studio/clips/<str:clip_id>/withdraw/now": Row(STUDIO, POST, 303),
}
SHARED = {"market/clips/<str:clip_id>", "market/clips/<str:clip_id>/preview", "desk/cases/<str:case_id>"}
"""Pages about things that more than their owner may see."""


def address(pattern: str, ids: dict[str, str]) -> str:
    """Fill a pattern with the ids of the world."""
    known = {**ids, "terms_id": ids["terms_profile_id"], "code": ids["verify_code"]}
    known |= {"template_version": str(TEMPLATE_VERSION), "clause_code": "TERM", "clause_version": "1"}
    known |= {"name": "README.md", "label": "sound", "token": "forged", "version": "1", "quality_review_id": "qrv_0"}
    if pattern.startswith("market/orders"):
        known["order_id"] = ids["paid_order_id"]
    path = pattern
    for part in [piece for piece in pattern.split("/") if piece.startswith("<")]:
        path = path.replace(part, known[part.strip("<>").split(":")[1]])
    return f"/{path}"


def as_person(actor: Actor | None) -> Client:
    """A browser of somebody, signed in unless None."""
    client = Client()
    if actor is not None and actor.user_id is not None:
        client.force_login(User.objects.get(pk=actor.user_id))
    return client


def asked(client: Client, row: Row, path: str) -> int:
    """Ask as a form or a link would, and return the status."""
    return client.get(path).status_code if row.method == "get" else client.post(path).status_code


def patterns() -> list[str]:
    """Every address of the pages."""
    return [str(one.pattern) for one in urlpatterns]


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert sorted(patterns()) == sorted(TABLE)


def test_pages_open_only_to_those_they_are_for() -> None:
    world = world_made()
    _nobody_and_others_are_turned_away(world)
    _strangers_find_nothing(world)
    _owners_see_their_pages(world)


def _nobody_and_others_are_turned_away(world: World) -> None:
    visitor = as_person(None)
    before = AuditEvent.objects.count()
    for pattern, row in TABLE.items():
        path = address(pattern, world.ids)
        if row.kind is None:
            assert asked(visitor, row, path) == row.status, path
            continue
        answer = visitor.get(path) if row.method == "get" else visitor.post(path)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login"), path
        for kind in {STUDIO, BUYER, DESK} - {row.kind}:
            assert asked(as_person(world.owner(kind)), row, path) == 403, (kind, path)
    assert AuditEvent.objects.count() == before


def _strangers_find_nothing(world: World) -> None:
    strangers = {STUDIO: as_person(actor_as(STUDIO)), BUYER: as_person(actor_as(BUYER))}
    before = AuditEvent.objects.count()
    for pattern, row in TABLE.items():
        if row.kind is None or "<" not in pattern or pattern in SHARED or row.kind is DESK:
            continue
        status = asked(strangers[row.kind], row, address(pattern, world.ids))
        assert status in {404, 422} or (row.method == "post" and status == 303), pattern
    assert AuditEvent.objects.count() == before


def _owners_see_their_pages(world: World) -> None:
    for pattern, row in TABLE.items():
        if row.kind is None:
            continue
        client = as_person(world.owner(row.kind))
        assert asked(client, row, address(pattern, world.ids)) == row.status, pattern

"""Who may do what, over HTTP: every operation of the OpenAPI document has a row here, or this fails.

Each operation is tried by nobody, by another organisation, in a wrong role, with a key that lacks its scope, and by
those it is for. After every refusal, nothing in the database has changed.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from core.accounts.actions import OrganisationKind, Role, Scope
from core.accounts.policy import Actor
from licensing.domain.template import TEMPLATE_VERSION
from tests.endpoints import DESK, TABLE
from tests.factories.core import actor_as, key_of
from tests.factories.world import World, world_made

NOT_TOLD = {"created_at", "last_used_at", "expires_at"}


PUBLIC_VALUES = {
    "token": "forged",
    "code": "TERM",
    "label": "speech",
    "slug": "TERM",
    "version": "1",
    "card_version": "2026-11",
    "template_version": str(TEMPLATE_VERSION),
    "sha256": "0" * 64,
    "quality_review_id": "qrv_00000000000000000000000000",
}


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Every operation of the API document, by method and path below /api/v1."""
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    methods = {"get", "post", "put", "patch", "delete"}
    return {
        (method.upper(), path.removeprefix("/api/v1")): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in methods
    }


def filled(value: Any, world: World) -> Any:
    """Put the world's ids where the table names them."""
    if isinstance(value, str):
        return value.format_map({**world.ids, **PUBLIC_VALUES}) if "{" in value else value
    if isinstance(value, dict):
        return {name: filled(inner, world) for name, inner in value.items()}
    return [filled(inner, world) for inner in value] if isinstance(value, list) else value


def ask(world: World, key: tuple[str, str], actor: Actor | None, scopes: frozenset[Scope] | None = None) -> Any:
    """Send one operation as somebody."""
    method, path = key
    row = TABLE[key]
    values = {**PUBLIC_VALUES, **({"code": world.ids["verify_code"]} if path.startswith("/verify") else {})}
    url = "/api/v1" + path.format_map({**world.ids, **values})
    headers = {"Idempotency-Key": "once", **(row.headers or {})}
    kind = headers.pop("Content-Type", "application/json")
    if actor is not None:
        headers["Authorization"] = f"Bearer {key_of(actor, scopes)}"
    data = row.raw if row.raw is not None else json.dumps(filled(row.body, world)) if row.body is not None else ""
    return Client().generic(method, url, data, content_type=kind, headers=headers)


def everything() -> dict[str, str]:
    """A digest of every table but keys and idempotency claims, which asking itself writes."""
    digests = {}
    with connection.cursor() as cursor:
        for table, columns in told_columns().items():
            cursor.execute(f'SELECT {columns} FROM "{table}"')  # noqa: S608 - our own tables
            digests[table] = hashlib.sha256("\n".join(sorted(map(repr, cursor.fetchall()))).encode()).hexdigest()
    return digests


@functools.cache
def told_columns() -> dict[str, str]:
    """Every table that counts, and its columns that do not change by themselves."""
    return {
        model._meta.db_table: ", ".join(
            f'"{field.column}"' for field in model._meta.concrete_fields if field.column not in NOT_TOLD
        )
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label not in {"core.ApiToken", "core.AuditEvent", "core.AuditHead", "sessions.Session"}
    }


class Unchanged:
    """Looks at everything after each request: it is as it was before the first one."""

    def __init__(self) -> None:
        self.before = everything()

    @contextmanager
    def by(self, key: tuple[str, str]) -> Iterator[None]:
        """Fail when the body left a trace outside keys and audit; its people are made before."""
        yield
        after = everything()
        assert after == self.before, (key, [name for name in after if after[name] != self.before.get(name)])


@pytest.fixture(scope="module")
def one_of_everything(made_once: Callable[[Callable[[], World]], World]) -> World:
    return made_once(world_made)


@pytest.fixture
def world(one_of_everything: World, db: None) -> World:
    """One of everything, and the right to ask the database."""
    return one_of_everything


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    assert set(operations()) == set(TABLE)


def test_operations_without_a_key_are_just_the_ones_this_table_calls_public() -> None:
    public = {key for key, operation in operations().items() if operation.get("security") in (None, [], [{}])}
    assert public == {key for key, row in TABLE.items() if row.kind is None}


@pytest.mark.timeout(180)
def test_nobody_is_let_in_and_nothing_changes(world: World) -> None:
    nothing = Unchanged()
    for key, row in TABLE.items():
        with nothing.by(key):
            answer = ask(world, key, None)
        if row.kind is not None:
            assert (answer.status_code, answer.json()["code"]) == (401, "auth_required"), key
        else:
            assert answer.status_code == row.status, (key, answer.content)


@pytest.mark.timeout(180)
def test_another_organisation_finds_nothing_and_changes_nothing(world: World) -> None:
    strangers = {kind: actor_as(kind, Role.LEAD if kind is DESK else Role.OWNER) for kind in OrganisationKind}
    before = everything()
    for key, row in TABLE.items():
        if row.kind is None or row.kind is DESK:
            continue
        with transaction.atomic():
            answer = ask(world, key, strangers[row.kind])
            text = answer.content.decode() if not answer.streaming else ""
            told = [value for value in world.ids.values() if value in text and value not in str(row.body)]
            if _names_a_thing(key):
                assert answer.status_code in {403, 404}, (key, answer.status_code, text)
                assert everything() == before, key
            elif key[1].startswith(("/search", "/catalog")):
                told = [value for value in told if not value.startswith("clp_")]  # the catalogue is for every buyer
            assert not told or answer.status_code == 404, (key, told)
            transaction.set_rollback(True)


def _names_a_thing(key: tuple[str, str]) -> bool:
    """Whether the operation is about something that belongs to somebody."""
    row = TABLE[key]
    if key[1].startswith("/catalog/"):
        return False
    return "{" in key[1] or "{use_case_id}" in str(row.body) or "{terms_profile_id}" in str(row.body)


@pytest.mark.once
@pytest.mark.timeout(180)
def test_other_kinds_of_organisation_are_refused_and_change_nothing(world: World) -> None:
    strangers = {kind: actor_as(kind) for kind in OrganisationKind}
    nothing = Unchanged()
    for key, row in TABLE.items():
        if row.kind is None or key[1].startswith(("/me", "/tokens")):
            continue
        for kind, stranger in strangers.items():
            if kind is row.kind or (kind is DESK and key[0] == "GET"):
                continue
            with nothing.by(key):
                answer = ask(world, key, stranger)
            assert answer.status_code in {403, 404}, (key, kind, answer.status_code, answer.content)


@pytest.mark.once
@pytest.mark.timeout(180)
def test_a_colleague_in_the_wrong_role_is_refused_and_changes_nothing(world: World) -> None:
    wrong = {(row.kind, row.wrong) for row in TABLE.values() if row.kind is not None and row.wrong is not None}
    colleagues = {one: world.colleague(*one) for one in sorted(wrong)}
    nothing = Unchanged()
    for key, row in TABLE.items():
        if row.kind is None or row.wrong is None:
            continue
        with nothing.by(key):
            answer = ask(world, key, colleagues[row.kind, row.wrong])
        assert (answer.status_code, answer.json()["code"]) == (403, "role_missing"), (key, answer.content)


@pytest.mark.once
@pytest.mark.timeout(180)
def test_a_key_without_the_scope_is_refused_and_changes_nothing(world: World) -> None:
    nothing = Unchanged()
    for key, operation in operations().items():
        scope, row = operation.get("x-scope"), TABLE[key]
        if scope is None or row.kind is None:
            continue
        with nothing.by(key):
            answer = ask(world, key, world.owner(row.kind), frozenset(Scope) - {Scope(scope)})
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), (key, answer.content)


@pytest.mark.timeout(180)
def test_the_right_person_gets_the_promised_answer(world: World) -> None:
    for key, row in TABLE.items():
        if row.kind is None:
            continue
        with transaction.atomic():
            answer = ask(world, key, world.owner(row.kind))
            shown = answer.content if not answer.streaming else b""
            assert answer.status_code == row.status, (key, answer.status_code, shown)
            transaction.set_rollback(True)

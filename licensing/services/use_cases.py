"""Storing what buyers need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import record
from core.ids import Prefix, public_id
from licensing.domain.actions import USE_CASE_WRITE
from licensing.domain.errors import USE_CASE_INVALID, USE_CASE_NAME_TAKEN
from licensing.domain.use_case_values import PRESETS, Values, read_use_case, write_use_case
from licensing.domain.wording import sha256_json
from licensing.models import UseCase, UseCaseVersion
from licensing.selectors.pricing import newest_version, use_case_get

_NAME_LENGTH: Final = 120


def _refuse(pointer: str, detail: str) -> Exception:
    return USE_CASE_INVALID(
        "Nothing was stored; correct the listed values and send it again.",
        errors=[{"pointer": pointer, "detail": detail}],
    )


def _canonical(preset: str | None, changes: Mapping[str, object], base: Mapping[str, object]) -> Values:
    """The values of a preset (or of the version before), with the changes put over it, read and written again."""
    if preset is not None and preset not in PRESETS:
        raise _refuse("/preset", f"{preset!r} is not known; one of: {', '.join(PRESETS)}")
    start = write_use_case(PRESETS[preset].use_case) if preset is not None else base
    merged = {**start, **changes}
    if "territory" in changes and "storage" not in changes:
        merged.pop("storage", None)
    return write_use_case(read_use_case(merged))


def _add_version(actor: Actor, use_case: UseCase, number: int, values: Values) -> UseCaseVersion:
    version = UseCaseVersion.objects.create(use_case=use_case, number=number, values=values, sha256=sha256_json(values))
    record(
        actor=actor,
        action="use_case.stated",
        subject=public_id(Prefix.USE_CASE, use_case.id),
        organisation_id=use_case.organisation_id,
        after={"version": number, "sha256": version.sha256},
    )
    return version


def use_case_create(
    *, actor: Actor, name: str, preset: str | None = None, values: Mapping[str, object] | None = None
) -> UseCase:
    """Store a need under a name: a preset (`text_to_video`, `perception`, `robotics`, `research`), values, or both.

    Saying the same again under the same name returns what is stored; saying something else is `use_case_name_taken`.
    """
    require(actor, USE_CASE_WRITE)
    if actor.organisation_id is None:
        raise ROLE_MISSING("A use case belongs to a buyer's organisation; the system has none. Nothing was stored.")
    named = " ".join(name.split())
    if not 1 <= len(named) <= _NAME_LENGTH:
        raise _refuse("/name", f"1 to {_NAME_LENGTH} characters are needed")
    canonical = _canonical(preset, values or {}, {})
    with transaction.atomic():
        use_case, created = UseCase.objects.get_or_create(organisation_id=actor.organisation_id, name=named)
        if created:
            _add_version(actor, use_case, 1, canonical)
        elif newest_version(use_case).sha256 != sha256_json(canonical):
            raise USE_CASE_NAME_TAKEN(
                f"“{named}” says something else. Nothing was changed; choose another name or add a version to it.",
                use_case=use_case.public_id,
            )
    return use_case_get(actor, use_case.id)


def use_case_restate(
    *, actor: Actor, use_case_id: UUID, preset: str | None = None, values: Mapping[str, object] | None = None
) -> UseCase:
    """Add a version: the newest one's values with these put over it. Quotes that name an older version keep it."""
    require(actor, USE_CASE_WRITE)
    with transaction.atomic():
        use_case = use_case_get(actor, use_case_id)
        UseCase.objects.select_for_update(of=("self",)).get(pk=use_case.pk)
        newest = UseCaseVersion.objects.filter(use_case=use_case).order_by("-number")[0]
        canonical = _canonical(preset, values or {}, newest.values)
        if newest.sha256 != sha256_json(canonical):
            _add_version(actor, use_case, newest.number + 1, canonical)
    return use_case_get(actor, use_case_id)

"""What a creator declares about a clip."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.operation import Call, Resource, operation
from core.ids import Prefix
from licensing.api.inputs import StrictInput
from licensing.domain.declaration import OBSTACLE_WORDS, CmoStatus, Declared, PeopleShown, sale_obstacles
from licensing.domain.errors import DECLARATION_INVALID
from licensing.domain.facts import Genre, ReleaseStatus, Tech
from licensing.domain.societies import Societies
from licensing.selectors.pricing import declared_for
from licensing.selectors.societies import societies_of
from licensing.services.declarations import clip_declare
from media_ingest.selectors import clip_get


class DeclarationIn(StrictInput):
    """All that a creator says about a clip; what is left out takes the usual value."""

    genre = serializers.ChoiceField(choices=[str(genre) for genre in Genre], default="generic")
    tech = serializers.ListField(child=serializers.ChoiceField(choices=[str(extra) for extra in Tech]), default=list)
    published = serializers.BooleanField(default=False)
    release = serializers.ChoiceField(choices=[str(status) for status in ReleaseStatus], default="none_needed")
    people = serializers.ChoiceField(choices=[str(shown) for shown in PeopleShown], default="none")
    minors = serializers.BooleanField(default=False)
    cmo_status = serializers.ChoiceField(choices=[str(status) for status in CmoStatus], default="undeclared")
    cmo_authorisation = serializers.CharField(max_length=80, allow_blank=True, default="")


@dataclass(frozen=True, slots=True)
class Said:
    """What a clip declares, and what its studio answered about collecting societies."""

    declared: Declared
    studio: Societies


class SaleObstacleOut(serializers.Serializer[Any]):
    """Why the clip cannot be sold yet, and what to do."""

    code = serializers.CharField()
    what_to_do = serializers.CharField()


class DeclarationOut(serializers.Serializer[Any]):
    """A declaration, and what it leaves in the way of a sale."""

    genre = serializers.CharField()
    tech = serializers.ListField(child=serializers.CharField())
    published = serializers.BooleanField()
    release = serializers.CharField()
    people = serializers.CharField()
    minors = serializers.BooleanField()
    cmo_status = serializers.CharField()
    cmo_authorisation = serializers.CharField(allow_blank=True)
    sellable = serializers.BooleanField()
    obstacles = SaleObstacleOut(many=True)

    @override
    def to_representation(self, instance: Said) -> dict[str, Any]:
        """Show the declaration with its obstacles."""
        declared = instance.declared
        obstacles = sale_obstacles(declared, instance.studio)
        shown: dict[str, Any] = super().to_representation(
            {
                **{item.name: getattr(declared, item.name) for item in fields(Declared)},
                "tech": sorted(declared.tech),
                "sellable": not obstacles,
                "obstacles": [{"code": item, "what_to_do": OBSTACLE_WORDS[item][0]} for item in obstacles],
            }
        )
        return shown


class ClipDeclaration(Resource):
    """One clip's declaration."""

    @operation(
        summary="Read a clip's declaration",
        output=DeclarationOut,
        scope=Scope.LIBRARY_READ,
        problems=(ROLE_MISSING, SCOPE_MISSING),
    )
    def get(self, call: Call) -> Said:
        """Return what is declared, or assumed when nothing was declared yet, and what stands in the way of a sale."""
        clip = clip_get(call.actor, call.id("clip_id", Prefix.CLIP))
        return Said(declared_for(clip.id), societies_of(clip.asset.organisation_id))

    @operation(
        summary="Declare a clip",
        input=DeclarationIn,
        output=DeclarationOut,
        scope=Scope.LIBRARY_WRITE,
        problems=(ROLE_MISSING, SCOPE_MISSING, DECLARATION_INVALID),
    )
    def put(self, call: Call) -> Said:
        """Replace the declaration as a whole. Open quotes keep the facts they froze."""
        said = call.data
        declared = Declared(
            genre=Genre(said["genre"]),
            tech=frozenset(Tech(extra) for extra in said["tech"]),
            published=said["published"],
            release=ReleaseStatus(said["release"]),
            people=PeopleShown(said["people"]),
            minors=said["minors"],
            cmo_status=CmoStatus(said["cmo_status"]),
            cmo_authorisation=said["cmo_authorisation"],
        )
        clip = clip_get(call.actor, call.id("clip_id", Prefix.CLIP))
        stored = clip_declare(actor=call.actor, clip_id=clip.id, declared=declared)
        return Said(stored, societies_of(clip.asset.organisation_id))

"""The public log of licence events: its head, its entries, and proofs that anybody can check without trusting us."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.throttling import ScopedRateThrottle
from typing_extensions import override

from core.api.operation import Call, Resource, operation
from core.ids import NOT_FOUND, Prefix, parse_public_id
from marketplace.transparency.domain.errors import LOG_EMPTY, LOG_RANGE
from marketplace.transparency.models import LogEntry, LogHead
from marketplace.transparency.selectors.proofs import (
    Consistency,
    Inclusion,
    Presence,
    consistency_of,
    entries_from,
    head_latest,
    inclusion_of,
    presence_of,
)

_MOST = 1000
_ASKED_FOR = {str(Prefix.CLIP): Prefix.CLIP, str(Prefix.LICENCE): Prefix.LICENCE}


@extend_schema_field(OpenApiTypes.STR)
class HexField(serializers.Field[bytes, Any, str, Any]):
    """A hash as lower-case hex."""

    @override
    def to_representation(self, value: bytes) -> str:
        return value.hex()


class HeadOut(serializers.Serializer[LogHead]):
    """A signed head: `text` is the checkpoint to verify, the rest says the same for reading."""

    text = serializers.CharField()
    number = serializers.IntegerField()
    size = serializers.IntegerField()
    root = serializers.CharField()  # type: ignore[assignment]  # the word of RFC 9162
    map_root = serializers.CharField()
    signed_at = serializers.IntegerField()
    kid = serializers.CharField()


class EntryOut(serializers.Serializer[LogEntry]):
    """One entry: `entry` is the leaf's data, byte for byte."""

    index = serializers.IntegerField(source="position")
    entry = serializers.CharField(source="body")


class InclusionOut(serializers.Serializer[Inclusion]):
    """The path from an entry to the root of the tree of `size` entries (RFC 9162, 2.1.3)."""

    index = serializers.IntegerField()
    size = serializers.IntegerField()
    entry = serializers.CharField()
    root = HexField()  # type: ignore[assignment]  # the word of RFC 9162
    path = serializers.ListField(child=HexField())


class ConsistencyOut(serializers.Serializer[Consistency]):
    """The path that leads to the roots of both trees (RFC 9162, 2.1.4)."""

    first = serializers.IntegerField()
    second = serializers.IntegerField()
    first_root = HexField()
    second_root = HexField()
    path = serializers.ListField(child=HexField())


class MapLeafOut(serializers.Serializer[Any]):
    """What lies at the end of the path in the map."""

    key = HexField()
    position = serializers.IntegerField()


class MapProofOut(serializers.Serializer[Any]):
    """The path in the map: the other child at each branch from the root on, and the leaf at its end, if any."""

    siblings = serializers.ListField(child=HexField())
    leaf = MapLeafOut(allow_null=True)


class PresenceOut(serializers.Serializer[Presence]):
    """Whether the log holds an entry about a thing, proven against the map of the head beside it."""

    id = serializers.CharField(source="subject")
    key = HexField()
    present = serializers.BooleanField()
    head = HeadOut()
    proof = MapProofOut()
    latest = InclusionOut(allow_null=True)


class EntriesQuery(serializers.Serializer[Any]):
    """Which entries."""

    start = serializers.IntegerField(required=False, min_value=0)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=_MOST)


class InclusionQuery(serializers.Serializer[Any]):
    """Which entry, in the log of which size (the newest head's)."""

    index = serializers.IntegerField(min_value=0)
    size = serializers.IntegerField(required=False, min_value=1)


class ConsistencyQuery(serializers.Serializer[Any]):
    """Which two sizes; without `second` the newest head's."""

    first = serializers.IntegerField(min_value=0)
    second = serializers.IntegerField(required=False, min_value=0)


class Proven(Resource):
    """A public path that reads the log; counted together, by address."""

    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "proof"


class Head(Proven):
    """`/log/head`."""

    @operation(summary="Show the newest head of the log", output=HeadOut, public=True, problems=[LOG_EMPTY])
    def get(self, call: Call) -> LogHead:
        """How long the log is and what it holds, signed; at most a day old."""
        return head_latest()


class Entries(Proven):
    """`/log/entries`."""

    @operation(summary="Read the log", query=EntriesQuery, output=EntryOut, many=True, public=True)
    def get(self, call: Call) -> list[LogEntry]:
        """Entries in order from `start` (0) on, at most `limit` (100); an empty list beyond the end."""
        return list(entries_from(call.query.get("start", 0), call.query.get("limit", 100)))


class InclusionProof(Proven):
    """`/log/proof/inclusion`."""

    @operation(
        summary="Prove that an entry is in the log",
        query=InclusionQuery,
        output=InclusionOut,
        public=True,
        problems=[LOG_EMPTY, LOG_RANGE],
    )
    def get(self, call: Call) -> Inclusion:
        """The entry and the path from it to the root."""
        return inclusion_of(index=call.query["index"], size=call.query.get("size"))


class ConsistencyProof(Proven):
    """`/log/proof/consistency`."""

    @operation(
        summary="Prove that the log only grew",
        query=ConsistencyQuery,
        output=ConsistencyOut,
        public=True,
        problems=[LOG_EMPTY, LOG_RANGE],
    )
    def get(self, call: Call) -> Consistency:
        """That the log of the second size begins with all of the log of the first."""
        return consistency_of(first=call.query["first"], second=call.query.get("second"))


class AbsenceProof(Proven):
    """`/log/absence/{clip_id}`."""

    @operation(
        summary="Prove that a clip was never licensed",
        output=PresenceOut,
        public=True,
        problems=[LOG_EMPTY, NOT_FOUND],
    )
    def get(self, call: Call) -> Presence:
        """For a clip (`clp_…`) or a licence (`lic_…`): that no entry is about it, or which entry is the latest."""
        name = call.kwargs["clip_id"]
        prefix = _ASKED_FOR.get(name.partition("_")[0], Prefix.CLIP)
        parse_public_id(prefix, name)
        return presence_of(name)

"""The audit trail as a file, streamed: an auditor recomputes it without us."""

from __future__ import annotations

from typing import Any, Final

from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.audit import AuditQuery, asked_in
from core.api.operation import Contract, ProblemOut
from core.audit.exports import csv_text, jsonl_text
from core.audit.selectors import events_in_order, events_visible_to
from core.clock import now
from media_ingest.api.edge import BytesResource, actor_of, described

_KINDS: Final = {"jsonl": "application/x-ndjson; charset=utf-8", "csv": "text/csv; charset=utf-8; header=present"}


class ExportQuery(AuditQuery):
    """Which events, in which form."""

    format = serializers.ChoiceField(choices=list(_KINDS), default="jsonl")


class AuditExport(BytesResource):
    """The trail as a file."""

    @described(
        Contract(
            summary="Export audit events",
            query=ExportQuery,
            problems=(ROLE_MISSING, SCOPE_MISSING),
            scope=Scope.DESK_ADMIN,
        ),
        parameters=[ExportQuery],
        responses={
            **{(200, kind.partition(";")[0]): OpenApiResponse(str) for kind in _KINDS.values()},
            **{(status, "application/problem+json"): OpenApiResponse(ProblemOut) for status in (401, 403, 422)},
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Return events as JSON lines or CSV, chain by chain from the oldest, with every digest and hashed body.

        Without conditions, or for one organisation, the file holds whole chains and can be checked alone:
        `docs/verify_audit.py` does it. Other conditions leave gaps, and still every line hashes to its digest.
        """
        query = ExportQuery(data=request.query_params)
        actor = actor_of(request)
        query.is_valid(raise_exception=True)
        asked: dict[str, Any] = query.validated_data
        events = events_in_order(events_visible_to(actor, asked_in(asked)))
        text = csv_text(events) if asked["format"] == "csv" else jsonl_text(events)
        answer = StreamingHttpResponse((piece.encode() for piece in text), content_type=_KINDS[asked["format"]])
        answer["Content-Disposition"] = f'attachment; filename="audit_{now():%Y-%m-%d_%H%M%S}.{asked["format"]}"'
        answer["Cache-Control"] = "no-store"
        return answer

"""Groups of files, and the receipt of one."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request

from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING, Scope
from core.api.fields import PublicIdField
from core.api.operation import Call, Contract, ProblemOut, Resource, operation
from core.api.pagination import Page
from core.ids import Prefix, parse_public_id
from media_ingest.api.edge import BytesResource, actor_of, described
from media_ingest.domain.receipts import csv_text, mhl_text
from media_ingest.domain.upload_errors import BATCH_NAME, BATCH_NAME_TAKEN, NOT_ALL_RECEIVED
from media_ingest.selectors import batch_get, batches_visible_to
from media_ingest.services.batches import BATCH_NAME_LENGTH, BatchStanding, batch_create, batch_standings
from media_ingest.services.receipts import batch_receipt

_REFUSALS: Final = (ROLE_MISSING, SCOPE_MISSING)


class BatchAsk(serializers.Serializer[Any]):
    """A group of files that is going to come."""

    name = serializers.CharField(max_length=BATCH_NAME_LENGTH)


class BatchOut(serializers.Serializer[Any]):
    """A group of files and how much of it is here."""

    id = PublicIdField(Prefix.BATCH)
    name = serializers.CharField()
    files = serializers.IntegerField(help_text="Declared in it; given up and sent again counts once.")
    received = serializers.IntegerField()
    verified = serializers.IntegerField(help_text="Received, and equal to what their sender hashed.")
    left_out = serializers.IntegerField(help_text="Given up, expired or failed, and not sent again.")
    bytes = serializers.IntegerField()
    received_bytes = serializers.IntegerField()
    safe_to_erase = serializers.BooleanField(
        help_text="Every file ever declared in it is stored here and verified against its sender's hash."
    )
    created_at = serializers.DateTimeField()


class ReceiptQuery(serializers.Serializer[Any]):
    """Which form."""

    format = serializers.ChoiceField(choices=["csv", "mhl"], default="csv")
    partial = serializers.BooleanField(  # type: ignore[assignment]  # DRF takes declared fields off the class
        default=False, help_text="Also while files are missing."
    )


class BatchCollection(Resource):
    """Groups of files."""

    @operation(summary="List batches", output=BatchOut, paginated=True, problems=_REFUSALS, scope=Scope.LIBRARY_READ)
    def get(self, call: Call) -> Page[BatchStanding]:
        """Return the organisation's batches, newest first."""
        page = call.page(batches_visible_to(call.actor))
        return Page(batch_standings(page.data), page.next_cursor)

    @operation(
        summary="Make a batch",
        input=BatchAsk,
        output=BatchOut,
        status=201,
        problems=(*_REFUSALS, BATCH_NAME, BATCH_NAME_TAKEN),
        scope=Scope.LIBRARY_WRITE,
    )
    def post(self, call: Call) -> BatchStanding:
        """Make an empty batch; files join it by ``batch_name``. A name is used once in an organisation."""
        return batch_create(actor=call.actor, name=call.data["name"])


class BatchDetail(Resource):
    """One group of files."""

    @operation(summary="Look at a batch", output=BatchOut, problems=_REFUSALS, scope=Scope.LIBRARY_READ)
    def get(self, call: Call) -> BatchStanding:
        """Return how much of the batch is here; ``safe_to_erase`` once nothing is missing or unproven."""
        return batch_standings([batch_get(call.actor, call.id("batch_id", Prefix.BATCH))])[0]


class BatchReceipt(BytesResource):
    """What arrived, in writing."""

    @described(
        Contract(
            summary="Get a batch's receipt",
            query=ReceiptQuery,
            problems=(*_REFUSALS, NOT_ALL_RECEIVED),
            scope=Scope.LIBRARY_READ,
        ),
        parameters=[ReceiptQuery],
        responses={
            (200, "text/csv"): OpenApiResponse(str),
            (200, "application/xml"): OpenApiResponse(str),
            **{
                (status, "application/problem+json"): OpenApiResponse(ProblemOut)
                for status in (401, 403, 404, 409, 422)
            },
        },
    )
    def get(self, request: Request, batch_id: str) -> StreamingHttpResponse:
        """Return names, sizes, hashes, times and states as CSV, or as a media hash list (MHL 1.1) for card tools."""
        actor = actor_of(request)
        query = ReceiptQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        receipt = batch_receipt(actor=actor, batch_id=parse_public_id(Prefix.BATCH, batch_id), partial=asked["partial"])
        if asked["format"] == "csv":
            text, kind = csv_text(receipt.lines), "text/csv; charset=utf-8; header=present"
        else:
            host = urlsplit(settings.OFFCUT.public_url).hostname or ""
            text = mhl_text(receipt.lines, host=host, tool="Offcut", made_at=receipt.made_at)
            kind = "application/xml; charset=utf-8"
        name = f"{receipt.batch.name}_{receipt.made_at:%Y-%m-%d_%H%M%S}.{asked['format']}"
        answer = StreamingHttpResponse((piece.encode() for piece in text), content_type=kind)
        answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
        answer["Cache-Control"] = "no-store"
        return answer

"""Posters and previews behind signed links. Nothing else of ours is ever shown inline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import BinaryIO, ClassVar, Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request

from core.api.operation import Contract, ProblemOut
from core.ids import NOT_FOUND
from media_ingest.adapters.storage import BlobMissing, StorageUnavailable, store
from media_ingest.api.edge import BytesResource, described, plain_request
from media_ingest.domain.errors import LINK_REFUSED, RANGE_UNMET
from media_ingest.domain.ranges import ByteRange, byte_range
from media_ingest.domain.upload_errors import STORAGE_AWAY
from media_ingest.models import Derivative, DerivativeKind
from media_ingest.services.links import media_link_open

_BLOCK: Final = 256 << 10
_TYPES: Final = {
    DerivativeKind.POSTER: ("image/jpeg", "poster.jpg"),
    DerivativeKind.OPENING: ("video/mp4", "opening.mp4"),
    DerivativeKind.PREVIEW: ("video/mp4", "preview.mp4"),
    DerivativeKind.SPRITE: ("image/webp", "sprite.webp"),
}
_SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; media-src 'self'",
    "Cross-Origin-Resource-Policy": "same-site",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, max-age=300",
    "Accept-Ranges": "bytes",
}


class Media(BytesResource):
    """One poster or preview, for whoever holds a link that has not ended."""

    authentication_classes = ()
    statuses: ClassVar[Mapping[str, int]] = {RANGE_UNMET.code: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE}

    @described(
        Contract(
            summary="Look at a poster or preview",
            public=True,
            problems=(LINK_REFUSED, RANGE_UNMET, NOT_FOUND, STORAGE_AWAY),
        ),
        parameters=[OpenApiParameter("Range", str, OpenApiParameter.HEADER)],
        responses={
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            (206, "video/mp4"): OpenApiTypes.BINARY,
            (403, "application/problem+json"): OpenApiResponse(ProblemOut, description=LINK_REFUSED.title),
            (404, "application/problem+json"): OpenApiResponse(ProblemOut),
            (416, "application/problem+json"): OpenApiResponse(ProblemOut, description=RANGE_UNMET.title),
            (503, "application/problem+json"): OpenApiResponse(ProblemOut, description=STORAGE_AWAY.title),
        },
    )
    def get(self, request: Request, token: str) -> HttpResponseBase:
        """Return the bytes; ``Range`` and ``If-Range`` work, the ETag is the SHA-256 of the whole file."""
        derivative = media_link_open(token=token)
        try:
            opened = store().open(derivative.storage_key)
        except BlobMissing as error:
            raise NOT_FOUND("The file is not there at the moment; it can be made again.") from error
        except StorageUnavailable as error:
            raise STORAGE_AWAY("The picture is safe. Ask again in a moment.") from error
        try:
            return _answer(plain_request(request), derivative, opened)
        except BaseException:
            opened.close()
            raise


def _answer(request: HttpRequest, derivative: Derivative, opened: BinaryIO) -> HttpResponseBase:
    content_type, name = _TYPES[DerivativeKind(derivative.kind)]
    etag = f'"{derivative.sha256}"'
    headers = {**_SAFE, "ETag": etag, "Content-Disposition": f'inline; filename="{name}"'}
    if etag in (tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")):
        opened.close()
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    whole = ByteRange(0, derivative.size_bytes)
    wanted = None
    if request.headers.get("If-Range", etag) == etag:
        wanted = byte_range(request.headers.get("Range", ""), derivative.size_bytes)
    part = wanted or whole
    headers["Content-Length"] = str(part.length)
    if wanted is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{derivative.size_bytes}"
    status = HTTPStatus.OK if wanted is None else HTTPStatus.PARTIAL_CONTENT
    if request.method == "HEAD":
        opened.close()
        return HttpResponse(status=status, content_type=content_type, headers=headers)
    return StreamingHttpResponse(_blocks(opened, part), status=status, content_type=content_type, headers=headers)


def _blocks(opened: BinaryIO, part: ByteRange) -> Iterator[bytes]:
    with opened:
        opened.seek(part.start)
        left = part.length
        while left and (block := opened.read(min(_BLOCK, left))):
            left -= len(block)
            yield block

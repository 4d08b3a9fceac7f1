"""Posters and previews behind signed links. Nothing else of ours is ever shown inline."""

from __future__ import annotations

import hashlib
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
from media_ingest.services.links import marks_of, media_link_open

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
        """Return the bytes, a preview with its mark; ``Range`` and ``If-Range`` work, the ETag goes by SHA-256."""
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
    mark = marks_of(derivative)
    etag = f'"{_hash_with(derivative, mark)}"'
    headers = {**_SAFE, "ETag": etag, "Content-Disposition": f'inline; filename="{name}"'}
    if etag in (tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")):
        opened.close()
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    size = derivative.size_bytes + len(mark)
    whole = ByteRange(0, size)
    wanted = None
    if request.headers.get("If-Range", etag) == etag:
        wanted = byte_range(request.headers.get("Range", ""), size)
    part = wanted or whole
    headers["Content-Length"] = str(part.length)
    if wanted is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    status = HTTPStatus.OK if wanted is None else HTTPStatus.PARTIAL_CONTENT
    if request.method == "HEAD":
        opened.close()
        return HttpResponse(status=status, content_type=content_type, headers=headers)
    blocks = _blocks(opened, part, derivative.size_bytes, mark)
    return StreamingHttpResponse(blocks, status=status, content_type=content_type, headers=headers)


def _hash_with(derivative: Derivative, mark: bytes) -> str:
    """What tells one version from another: the file's own hash, with its mark's when it has one."""
    return f"{derivative.sha256}.{hashlib.sha256(mark).hexdigest()[:16]}" if mark else derivative.sha256


def _blocks(opened: BinaryIO, part: ByteRange, stored: int, mark: bytes) -> Iterator[bytes]:
    """A part of the stored bytes with the mark behind them."""
    with opened:
        opened.seek(part.start)
        left = min(part.end, stored) - part.start
        while left > 0 and (block := opened.read(min(_BLOCK, left))):
            left -= len(block)
            yield block
    if part.end > stored:
        yield mark[max(part.start - stored, 0) : part.end - stored]

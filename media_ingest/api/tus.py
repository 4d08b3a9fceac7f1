"""tus 1.0: uploads that go on where they stopped. The body is read as it comes, never held in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from core.accounts.policy import Actor, Scope
from core.api.operation import Contract, ProblemOut
from core.ids import Prefix, parse_public_id
from media_ingest.adapters.bodies import body_of
from media_ingest.api.edge import BytesResource, actor_of, described, plain_request
from media_ingest.domain.checksum import ALGORITHMS, Checksum
from media_ingest.domain.errors import (
    CHUNK_DAMAGED,
    NO_SPACE,
    OFFSET_MISMATCH,
    TUS_CONTENT_TYPE,
    TUS_VERSION,
    UPLOAD_BUSY,
    UPLOAD_CLOSED,
    UPLOAD_GONE,
    UPLOAD_HEADER,
    UPLOAD_NAME,
    UPLOAD_TOO_LARGE,
    UPLOAD_TOO_LONG,
)
from media_ingest.domain.states import UploadState
from media_ingest.domain.tus import (
    CHUNK_TYPE,
    EXTENSIONS,
    OVERRIDABLE,
    OVERRIDE,
    VERSION,
    metadata,
    metadata_text,
    number,
    sha256,
)
from media_ingest.domain.upload_errors import QUOTA_EXCEEDED, UPLOAD_PAUSED, WRONG_TRANSPORT
from media_ingest.models import Upload
from media_ingest.services.receiving import upload_append, upload_resume
from media_ingest.services.uploads import Declared, upload_cancel, upload_declare

PATH: Final = "/api/v1/tus"
_SILENCE_S: Final = 60.0
"""A connection that says nothing for this long is let go, so that its sender may come back."""
_OVER: Final = frozenset({UploadState.CANCELLED, UploadState.EXPIRED, UploadState.FAILED})
_CHECKSUM_MISMATCH: Final = 460  # the protocol's own status

_VERSION_HEADER = OpenApiParameter("Tus-Resumable", str, OpenApiParameter.HEADER, required=True, enum=[VERSION])
_OFFSET_HEADER = OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True)
_CHECKSUM_HEADER = OpenApiParameter("Upload-Checksum", str, OpenApiParameter.HEADER)
_LENGTH_HEADER = OpenApiParameter("Upload-Length", int, OpenApiParameter.HEADER, required=True)
_METADATA_HEADER = OpenApiParameter("Upload-Metadata", str, OpenApiParameter.HEADER)


def _answers(done: str, *statuses: int) -> dict[Any, Any]:
    problem = "application/problem+json"
    refusals = {(status, problem): OpenApiResponse(ProblemOut) for status in (401, 403, *statuses)}
    return {done: OpenApiResponse(description="Done; see the headers."), **refusals}


class TusResource(BytesResource):
    """What every tus answer has in common."""

    statuses: ClassVar[Mapping[str, int]] = {
        CHUNK_DAMAGED.code: _CHECKSUM_MISMATCH,
        TUS_VERSION.code: HTTPStatus.PRECONDITION_FAILED,
        TUS_CONTENT_TYPE.code: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        UPLOAD_HEADER.code: HTTPStatus.BAD_REQUEST,
    }

    @override
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Take the method that a sender behind a narrow proxy means, not the POST that it had to send."""
        meant = request.headers.get(OVERRIDE, "").upper()
        if request.method == "POST" and meant in OVERRIDABLE:
            request.method = meant
        return super().dispatch(request, *args, **kwargs)

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Sign the sender in, then insist on the version both sides speak."""
        super().initial(request, *args, **kwargs)
        if request.method == "OPTIONS":
            return
        actor_of(request)
        if request.headers.get("Tus-Resumable") != VERSION:
            raise TUS_VERSION(f"Send the header Tus-Resumable: {VERSION}. Nothing was changed.")

    @override
    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Put the protocol's headers on every answer, refusals included."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Tus-Resumable"] = VERSION
        response["Cache-Control"] = "no-store"
        if response.status_code == HTTPStatus.PRECONDITION_FAILED:
            response["Tus-Version"] = VERSION
        if isinstance(response, Response) and isinstance(response.data, dict) and "offset" in response.data:
            response["Upload-Offset"] = str(response.data["offset"])
        return response

    @override
    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]  # as APIView's
        """Say what is spoken here."""
        return Response(
            status=HTTPStatus.NO_CONTENT,
            headers={
                "Tus-Version": VERSION,
                "Tus-Extension": ",".join(EXTENSIONS),
                "Tus-Max-Size": str(settings.OFFCUT.upload_max_bytes),
                "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
            },
        )


class TusCreation(TusResource):
    """Where files are declared."""

    @described(
        Contract(
            summary="Declare a file (tus creation)",
            status=201,
            problems=(UPLOAD_HEADER, UPLOAD_NAME, UPLOAD_TOO_LARGE, QUOTA_EXCEEDED, NO_SPACE, TUS_VERSION),
            scope=Scope.LIBRARY_WRITE,
        ),
        parameters=[_VERSION_HEADER, _LENGTH_HEADER, _METADATA_HEADER],
        request={CHUNK_TYPE: bytes},
        responses=_answers("201", 400, 402, 412, 413, 422, 503),
    )
    def post(self, request: Request) -> HttpResponse:
        """Declare a file of ``Upload-Length`` bytes; ``Upload-Metadata`` gives ``filename``, maybe ``batch`` and more.

        ``relativePath`` is its place on the sender's card, ``sha256`` and ``sample_sha256`` as in ``POST /uploads``.
        The first bytes may come along. ``Location`` is where the others go.
        """
        actor, plain = actor_of(request), plain_request(request)
        size = number(plain.headers.get("Upload-Length"), "Upload-Length")
        said = metadata(plain.headers.get("Upload-Metadata", ""))
        declared = Declared(
            name=said.get("filename") or said.get("name", ""),
            size_bytes=size,
            batch=said.get("batch", ""),
            folder=said.get("relativePath", "").replace("\\", "/").rpartition("/")[0],
            sha256=sha256(said.get("sha256", ""), "sha256"),
            sample_sha256=sha256(said.get("sample_sha256", ""), "sample_sha256"),
        )
        upload = upload_declare(actor=actor, declared=declared)
        if plain.content_type == CHUNK_TYPE and upload.state == UploadState.RECEIVING:
            upload = _append(actor, upload.id, 0, plain)
        return HttpResponse(
            status=HTTPStatus.CREATED, headers={**_state_headers(upload), "Location": f"{PATH}/{upload.public_id}"}
        )


class TusUpload(TusResource):
    """One file on its way in."""

    def head(self, request: Request, upload_id: str) -> HttpResponse:
        """Say how many bytes are here and how many are wanted."""
        upload = upload_resume(actor=actor_of(request), upload_id=parse_public_id(Prefix.UPLOAD, upload_id))
        if upload.state in _OVER:
            raise UPLOAD_GONE("Nothing of it is kept. Declare the file again and send it from its first byte.")
        said = {"filename": upload.name} | ({"batch": upload.batch.name} if upload.batch else {})
        return HttpResponse(
            headers={
                **_state_headers(upload),
                "Upload-Length": str(upload.size_bytes),
                "Upload-Metadata": metadata_text(said),
            }
        )

    @described(
        Contract(
            summary="Send bytes of a file (tus)",
            status=204,
            problems=(
                OFFSET_MISMATCH,
                UPLOAD_BUSY,
                UPLOAD_CLOSED,
                UPLOAD_GONE,
                UPLOAD_PAUSED,
                WRONG_TRANSPORT,
                UPLOAD_TOO_LONG,
                UPLOAD_HEADER,
                CHUNK_DAMAGED,
                NO_SPACE,
                TUS_VERSION,
                TUS_CONTENT_TYPE,
            ),
            scope=Scope.LIBRARY_WRITE,
        ),
        parameters=[_VERSION_HEADER, _OFFSET_HEADER, _CHECKSUM_HEADER],
        request={CHUNK_TYPE: bytes},
        responses=_answers("204", 400, 404, 409, 410, 412, 413, 415, 423, _CHECKSUM_MISMATCH, 503),
    )
    def patch(self, request: Request, upload_id: str) -> HttpResponse:
        """Add the body's bytes at ``Upload-Offset``, which must be where the file ends here.

        What arrived before a connection broke is kept. With ``Upload-Checksum`` (sha256 or sha1, base64)
        a chunk is kept whole or not at all.
        """
        actor, plain = actor_of(request), plain_request(request)
        key = parse_public_id(Prefix.UPLOAD, upload_id)
        if plain.content_type != CHUNK_TYPE:
            raise TUS_CONTENT_TYPE(f"Send the bytes as {CHUNK_TYPE}. Nothing was changed.")
        offset = number(plain.headers.get("Upload-Offset"), "Upload-Offset")
        upload = _append(actor, key, offset, plain)
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=_state_headers(upload))

    @described(
        Contract(
            summary="Give an upload up (tus termination)",
            status=204,
            problems=(UPLOAD_CLOSED, TUS_VERSION),
            scope=Scope.LIBRARY_WRITE,
        ),
        parameters=[_VERSION_HEADER],
        responses=_answers("204", 404, 409, 412),
    )
    def delete(self, request: Request, upload_id: str) -> HttpResponse:
        """Give the upload up and drop its bytes."""
        upload_cancel(actor=actor_of(request), upload_id=parse_public_id(Prefix.UPLOAD, upload_id))
        return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _append(actor: Actor, upload_id: UUID, offset: int, plain: HttpRequest) -> Upload:
    length = number(plain.META.get("CONTENT_LENGTH") or None, "Content-Length")
    announced = plain.headers.get("Upload-Checksum")
    with _not_silent(plain):
        return upload_append(
            actor=actor,
            upload_id=upload_id,
            offset=offset,
            stream=body_of(plain.META, plain),
            length=length,
            checksum=Checksum.parse(announced) if announced else None,
        )


@contextmanager
def _not_silent(plain: HttpRequest) -> Iterator[None]:
    """Let a dead connection go after a minute, where the server (gunicorn) gives us its socket."""
    socket = plain.META.get("gunicorn.socket")
    if socket is None:
        yield
        return
    before = socket.gettimeout()
    socket.settimeout(_SILENCE_S)
    try:
        yield
    finally:
        socket.settimeout(before)


def _state_headers(upload: Upload) -> dict[str, str]:
    headers = {"Upload-Offset": str(upload.received_bytes)}
    if upload.state == UploadState.RECEIVING:
        headers["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return headers

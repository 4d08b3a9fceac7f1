"""Errors a person can act on, and the exit code each one leads to."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What the `offcut` command ends with; scripts branch on these and they never change."""

    OK = 0
    FAILED = 1
    USAGE = 2
    AUTH = 3
    PARTIAL = 4
    MISMATCH = 5
    NOT_READY = 6
    QUOTA = 7
    INTERRUPTED = 130


_BY_STATUS = {
    401: ExitCode.AUTH,
    403: ExitCode.AUTH,
    402: ExitCode.QUOTA,
    423: ExitCode.NOT_READY,
    425: ExitCode.NOT_READY,
}
_BY_CODE = {
    "usage": ExitCode.USAGE,
    "not_signed_in": ExitCode.AUTH,
    "not_ready": ExitCode.NOT_READY,
    "still_waiting": ExitCode.NOT_READY,
    "quota": ExitCode.QUOTA,
    "payment_failed": ExitCode.QUOTA,
    "verify_mismatch": ExitCode.MISMATCH,
    "card_mismatch": ExitCode.MISMATCH,
    "log_mismatch": ExitCode.MISMATCH,
    "not_all_received": ExitCode.NOT_READY,
    "upload_paused": ExitCode.NOT_READY,
}


class OffcutError(Exception):
    """A failure with a stable `code`, a one-line `title` and a `detail`: what happened, what is safe, what to do.

    `status` is the HTTP status (0 when no answer came), `errors` the field errors of the server's problem document,
    `extra` its remaining members.
    """

    def __init__(
        self,
        code: str,
        title: str,
        detail: str = "",
        status: int = 0,
        *,
        request_id: str = "",
        errors: tuple[Mapping[str, Any], ...] = (),
        extra: Mapping[str, Any] | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{title} {detail}".strip())
        self.code = code
        self.title = title
        self.detail = detail
        self.status = status
        self.request_id = request_id
        self.errors = errors
        self.extra = dict(extra or {})
        self.retry_after_s = retry_after_s

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the command line for this failure."""
        return _BY_CODE.get(self.code) or _BY_STATUS.get(self.status, ExitCode.FAILED)

    def as_dict(self) -> dict[str, Any]:
        """The failure as plain data, for `--json`."""
        facts: dict[str, Any] = {"code": self.code, "title": self.title, "detail": self.detail, "status": self.status}
        if self.request_id:
            facts["request_id"] = self.request_id
        if self.errors:
            facts["errors"] = [dict(item) for item in self.errors]
        return facts

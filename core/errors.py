"""The one error type of the domain. Codes are stable; HTTP is known only to ``core.api.problems``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Extra = str | int | bool | None | list[str] | list[int] | list[dict[str, str]] | dict[str, str]


class Kind(StrEnum):
    """What sort of refusal an error is; decides the HTTP status at the edge."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    PAYMENT = "payment"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    GONE = "gone"
    TOO_LARGE = "too_large"
    LOCKED = "locked"
    UNAVAILABLE = "unavailable"


class DomainError(Exception):
    """A refusal with a stable code, a plain title and a detail that says what to do."""

    def __init__(self, code: ErrorCode, detail: str, extra: dict[str, Extra]) -> None:
        super().__init__(f"{code.code}: {detail}")
        self.code = code.code
        self.kind = code.kind
        self.title = code.title
        self.detail = detail
        self.extra = extra


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A stable error code. Declared once per app; calling it makes the error to raise."""

    code: str
    kind: Kind
    title: str

    def __post_init__(self) -> None:
        """Register the code; a second declaration with other content is a programming error."""
        known = REGISTRY.setdefault(self.code, self)
        if (known.kind, known.title) != (self.kind, self.title):
            message = f"error code {self.code} declared twice"
            raise ValueError(message)

    def __call__(self, detail: str, **extra: Extra) -> DomainError:
        """Return the error; ``detail`` says what is wrong, what is safe and what to do."""
        return DomainError(self, detail, extra)


REGISTRY: Final[dict[str, ErrorCode]] = {}

"""How the bytes of an upload travel."""

from __future__ import annotations

from enum import StrEnum


class Transport(StrEnum):
    """Two ways to the same upload, the same states and the same stored object."""

    TUS = "tus"
    """Through this server, which appends them to a file and hashes them as they come."""
    S3 = "s3"
    """Straight to object storage, in parts, by links that we sign; a worker then reads the object once."""

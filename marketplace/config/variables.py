"""Every environment variable of an installation, with its default and a sentence: for `env.py` and the docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable, for the docs and ``.env.example``."""

    name: str
    default: str | None
    help: str
    secret: bool = False


VARIABLES: Final = (
    Variable("OFFCUT_HOME", "var", "Folder for everything the installation writes."),
    Variable("OFFCUT_DEBUG", "0", "1 shows error pages and allows a built-in secret. Never in production."),
    Variable(
        "OFFCUT_SECRET_KEY",
        None,
        "Signs sessions and links; 50 random characters. Or put it in <home>/keys/secret_key.",
        secret=True,
    ),
    Variable("OFFCUT_PUBLIC_URL", "http://127.0.0.1:8000", "The address people use, without a slash at the end."),
    Variable("OFFCUT_ALLOWED_HOSTS", "", "More host names to answer to, separated by commas."),
    Variable(
        "OFFCUT_TRUSTED_PROXIES",
        "",
        "Addresses or networks of the proxies in front, separated by commas: theirs is the only X-Forwarded-For that is"
        " believed. Empty: nobody's.",
    ),
    Variable("DATABASE_URL", "", "postgres://user:password@host:5432/name; empty: SQLite under the home.", secret=True),
    Variable("OFFCUT_BROKER_URL", "", "Redis or Valkey, such as redis://host:6379/0; empty: `manage.py worker` polls."),
    Variable("OFFCUT_JOB_LEASE_S", "30", "Seconds without a sign of life before a job goes to another worker."),
    Variable("OFFCUT_UPLOAD_MAX_BYTES", str(200 * 2**30), "Largest file accepted, in bytes."),
    Variable("OFFCUT_QUOTA_BYTES", str(2 * 2**40), "Room of an organisation that has no limit of its own, in bytes."),
    Variable("OFFCUT_SCRATCH", "", "Folder for unfinished work, on a fast disk of this machine; empty: in the home."),
    Variable("OFFCUT_CACHE_BYTES", str(50 * 2**30), "Most that stored files may take in the scratch folder (S3 only)."),
    Variable("OFFCUT_STORAGE", "local", "`local`: files under the home. `s3`: a bucket, with the variables below."),
    Variable("OFFCUT_S3_ENDPOINT", "", "Such as http://seaweedfs:8333; empty: Amazon's of the region."),
    Variable("OFFCUT_S3_PUBLIC_ENDPOINT", "", "The same store as uploaders reach it; empty: OFFCUT_S3_ENDPOINT."),
    Variable("OFFCUT_S3_REGION", "us-east-1", "Region of the bucket."),
    Variable("OFFCUT_S3_BUCKET", "", "The bucket; `manage.py prepare` makes it when there is none."),
    Variable("OFFCUT_S3_PREFIX", "", "Folder inside the bucket, so that several installations can share it."),
    Variable("OFFCUT_S3_ACCESS_KEY", "", "Who we are at the object store.", secret=True),
    Variable("OFFCUT_S3_SECRET_KEY", "", "And the proof of it.", secret=True),
    Variable("OFFCUT_S3_COLD_CLASS", "GLACIER_IR", "Class of the cold tier, readable at once; `none`: no cold tier."),
    Variable("OFFCUT_COLD_ROOT", "", "Local storage: a folder on a cheaper disk for the cold tier; empty: none."),
    Variable("OFFCUT_COLD_AFTER_DAYS", "60", "Days after which a master nobody used goes to the cold tier."),
    Variable("OFFCUT_DORMANT_AFTER_DAYS", "365", "Days after which the owner of unused footage is told what it costs."),
    Variable("OFFCUT_HOT_PRICE", "0.276", "What we pay for 1 GB (10^9 bytes) on the hot tier for a year, in USD."),
    Variable("OFFCUT_COLD_PRICE", "0.048", "The same on the cold tier."),
    Variable(
        "OFFCUT_SEAL_PKCS12",
        "",
        "A PKCS#12 file whose certificate seals documents; empty: the installation makes its own.",
    ),
    Variable("OFFCUT_SEAL_PASSWORD", "", "Opens that file.", secret=True),
    Variable("OFFCUT_TSA_URL", "", "A time stamping authority (RFC 3161) that stamps sealed documents; empty: none."),
    Variable("OFFCUT_TSA_CERTIFICATES", "", "PEM file of the time stamping authorities that are trusted."),
    Variable(
        "OFFCUT_SANDBOX",
        "required",
        "`required`: no media is opened unless confined, in bubblewrap too where it works."
        " `bwrap`: in both or not at all. `off`: only with debug.",
    ),
    Variable("FFMPEG_BINARY", "", "Another ffmpeg executable than the packaged one."),
    Variable("OFFCUT_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."),
    Variable("OFFCUT_LOG_CONSOLE", "0", "1: readable log lines instead of JSON."),
)

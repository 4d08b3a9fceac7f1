"""The environment, read once into a typed, frozen value; everything missing is reported together."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from marketplace.config.variables import VARIABLES, Variable

BASE_DIR: Final = Path(__file__).resolve().parents[2]
_MINIMUM_SECRET_LENGTH: Final = 32
_DECIMAL: Final = re.compile(r"\d{1,6}(\.\d{1,9})?")
_COLD_CLASSES: Final = ("GLACIER_IR", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "none")


class EnvironmentInvalid(Exception):
    """The environment cannot be used; the message names every variable at fault."""


def describe() -> tuple[Variable, ...]:
    """Return every variable the installation reads."""
    return VARIABLES


@dataclass(frozen=True, slots=True)
class Database:
    """Where the rows live."""

    engine: str
    name: str
    user: str = ""
    password: str = ""
    host: str = ""
    port: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class S3:
    """A bucket and how to reach it."""

    endpoint: str
    public_endpoint: str
    region: str
    bucket: str
    prefix: str
    access_key: str
    secret_key: str
    cold_class: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where footage is kept, for how long on which tier, and at what price. ``s3`` is None on a local disk."""

    s3: S3 | None
    cold_root: Path | None
    cold_after_days: int
    dormant_after_days: int
    hot_price: Fraction
    """USD for a gigabyte (10^9 bytes) and a year."""
    cold_price: Fraction
    """USD for a gigabyte (10^9 bytes) and a year."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """How documents are sealed and by whom their time is stamped; the installation's own key when there is no file."""

    pkcs12: Path | None
    password: str
    stamp_url: str
    stamp_roots: Path | None
    """Certificates (PEM) of time stamping authorities that are trusted."""


@dataclass(frozen=True, slots=True)
class Env:
    """The installation's configuration; code reads it as ``settings.OFFCUT``."""

    home: Path
    debug: bool
    secret_key: str
    public_url: str
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    """Whose X-Forwarded-For is believed."""
    database: Database
    broker_url: str
    job_lease_s: int
    upload_max_bytes: int
    quota_bytes: int
    scratch_root: Path
    """Where unfinished uploads, builds and fetched files lie; safe to lose when nothing runs."""
    cache_bytes: int
    keeping: Keeping
    seal: Sealing
    sandbox: str
    ffmpeg_binary: str
    log_level: str
    log_console: bool

    @property
    def media_root(self) -> Path:
        """Where the local blob store keeps files."""
        return self.home / "storage"

    @property
    def key_file(self) -> Path:
        """The certificate signing keys (private; mode 0600)."""
        return self.home / "keys" / "signing.json"

    @property
    def seal_key_file(self) -> Path:
        """The key documents are sealed with, and every certificate that ever sealed one (private; mode 0600)."""
        return self.home / "keys" / "documents.json"

    @property
    def secure(self) -> bool:
        """Whether people come by HTTPS, so that cookies are marked secure."""
        return self.public_url.startswith("https://")


class _Reader:
    """Reads values and collects every fault instead of stopping at the first."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._defaults = {variable.name: variable.default for variable in VARIABLES}
        self.faults: list[str] = []

    def text(self, name: str) -> str:
        return self._environ.get(name) or self._defaults[name] or ""

    def flag(self, name: str) -> bool:
        value = self.text(name)
        if value not in {"0", "1"}:
            self.faults.append(f"{name} must be 0 or 1, not {value!r}")
        return value == "1"

    def number(self, name: str) -> int:
        value = self.text(name)
        if not value.isdecimal() or int(value) < 1:
            self.faults.append(f"{name} must be a positive whole number, not {value!r}")
            return 1
        return int(value)

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name)
        if value not in allowed:
            self.faults.append(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
        return value

    def decimal(self, name: str) -> Fraction:
        value = self.text(name)
        if not _DECIMAL.fullmatch(value):
            self.faults.append(f"{name} must be a decimal number such as 0.276, not {value!r}")
            return Fraction(0)
        return Fraction(value)

    def names(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.text(name).split(",") if part.strip())

    def networks(self, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
        try:
            return tuple(ip_network(part) for part in self.names(name))
        except ValueError as error:
            self.faults.append(f"{name} must be addresses or networks such as 172.16.0.0/12: {error}")
            return ()

    def address(self, name: str) -> str:
        value = self.text(name).rstrip("/")
        if value and (not value.startswith(("http://", "https://")) or not urlsplit(value).hostname):
            self.faults.append(f"{name} must be an http(s) address, not {value!r}")
        return value

    def file(self, name: str) -> Path | None:
        value = self.text(name)
        if value and not Path(value).expanduser().is_file():
            self.faults.append(f"{name} must be a file that exists, not {value!r}")
        return Path(value).expanduser().resolve() if value else None

    def parsed(self, name: str, parse: Callable[[str], Database]) -> Database | None:
        try:
            return parse(self.text(name))
        except ValueError as error:
            self.faults.append(f"{name}: {error}")
            return None


def _database(url: str, home: Path) -> Database:
    if not url:
        return Database("sqlite3", str(home / "offcut.sqlite3"))
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        message = "must look like postgres://user:password@host:5432/name"
        raise ValueError(message)
    query = dict(parse_qsl(parts.query))
    return Database(
        "postgresql",
        unquote(parts.path.strip("/")),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        query.pop("host", "") or parts.hostname or "",
        str(parts.port or ""),
        tuple(sorted(query.items())),
    )


def _s3(reader: _Reader) -> S3 | None:
    if reader.one_of("OFFCUT_STORAGE", ("local", "s3")) == "local":
        return None
    endpoint = reader.address("OFFCUT_S3_ENDPOINT")
    found = S3(
        endpoint=endpoint,
        public_endpoint=reader.address("OFFCUT_S3_PUBLIC_ENDPOINT") or endpoint,
        region=reader.text("OFFCUT_S3_REGION"),
        bucket=reader.text("OFFCUT_S3_BUCKET"),
        prefix=reader.text("OFFCUT_S3_PREFIX").strip("/"),
        access_key=reader.text("OFFCUT_S3_ACCESS_KEY"),
        secret_key=reader.text("OFFCUT_S3_SECRET_KEY"),
        cold_class=reader.one_of("OFFCUT_S3_COLD_CLASS", _COLD_CLASSES),
    )
    needed = {
        "OFFCUT_S3_BUCKET": found.bucket,
        "OFFCUT_S3_ACCESS_KEY": found.access_key,
        "OFFCUT_S3_SECRET_KEY": found.secret_key,
    }
    reader.faults += [f"{name} is needed with OFFCUT_STORAGE=s3" for name, value in needed.items() if not value]
    return found


def _keeping(reader: _Reader) -> Keeping:
    cold_root = reader.text("OFFCUT_COLD_ROOT")
    return Keeping(
        s3=_s3(reader),
        cold_root=Path(cold_root).expanduser().resolve() if cold_root else None,
        cold_after_days=reader.number("OFFCUT_COLD_AFTER_DAYS"),
        dormant_after_days=reader.number("OFFCUT_DORMANT_AFTER_DAYS"),
        hot_price=reader.decimal("OFFCUT_HOT_PRICE"),
        cold_price=reader.decimal("OFFCUT_COLD_PRICE"),
    )


def _sealing(reader: _Reader) -> Sealing:
    return Sealing(
        pkcs12=reader.file("OFFCUT_SEAL_PKCS12"),
        password=reader.text("OFFCUT_SEAL_PASSWORD"),
        stamp_url=reader.address("OFFCUT_TSA_URL"),
        stamp_roots=reader.file("OFFCUT_TSA_CERTIFICATES"),
    )


def _secret_key(reader: _Reader, home: Path, *, debug: bool) -> str:
    key_file = home / "keys" / "secret_key"
    key = reader.text("OFFCUT_SECRET_KEY") or (key_file.read_text().strip() if key_file.is_file() else "")
    if not key and debug:
        return "debug-only-" * 5
    if len(key) < _MINIMUM_SECRET_LENGTH:
        reader.faults.append(
            f"OFFCUT_SECRET_KEY is missing or shorter than {_MINIMUM_SECRET_LENGTH} characters (or write {key_file})"
        )
    return key


def read(environ: Mapping[str, str] | None = None) -> Env:
    """Read the environment; ``EnvironmentInvalid`` names every missing or malformed variable at once."""
    reader = _Reader(os.environ if environ is None else environ)
    home = (BASE_DIR / reader.text("OFFCUT_HOME")).expanduser().resolve()
    debug = reader.flag("OFFCUT_DEBUG")
    sandbox = reader.one_of("OFFCUT_SANDBOX", ("required", "bwrap", "off"))
    if sandbox == "off" and not debug:
        reader.faults.append("OFFCUT_SANDBOX=off is only possible with OFFCUT_DEBUG=1")
    public_url = reader.text("OFFCUT_PUBLIC_URL").rstrip("/")
    if not public_url.startswith(("http://", "https://")) or not urlsplit(public_url).hostname:
        reader.faults.append(f"OFFCUT_PUBLIC_URL must be an http(s) address, not {public_url!r}")
    scratch = reader.text("OFFCUT_SCRATCH")
    database = reader.parsed("DATABASE_URL", lambda url: _database(url, home))
    env = Env(
        home=home,
        debug=debug,
        secret_key=_secret_key(reader, home, debug=debug),
        public_url=public_url,
        allowed_hosts=reader.names("OFFCUT_ALLOWED_HOSTS"),
        trusted_proxies=reader.networks("OFFCUT_TRUSTED_PROXIES"),
        database=database or Database("sqlite3", ""),
        broker_url=reader.text("OFFCUT_BROKER_URL"),
        job_lease_s=reader.number("OFFCUT_JOB_LEASE_S"),
        upload_max_bytes=reader.number("OFFCUT_UPLOAD_MAX_BYTES"),
        quota_bytes=reader.number("OFFCUT_QUOTA_BYTES"),
        scratch_root=Path(scratch).expanduser().resolve() if scratch else home / "scratch",
        cache_bytes=reader.number("OFFCUT_CACHE_BYTES"),
        keeping=_keeping(reader),
        seal=_sealing(reader),
        sandbox=sandbox,
        ffmpeg_binary=reader.text("FFMPEG_BINARY"),
        log_level=reader.one_of("OFFCUT_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR")),
        log_console=reader.flag("OFFCUT_LOG_CONSOLE"),
    )
    if reader.faults:
        raise EnvironmentInvalid("The environment cannot be used:\n  - " + "\n  - ".join(reader.faults))
    return env

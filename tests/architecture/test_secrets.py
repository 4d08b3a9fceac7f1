"""Nothing in the repository is a secret, a private address or a machine's own path."""

from __future__ import annotations

import re

from tests.architecture.source import texts

SECRETS = {
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "cloud key": r"\bAKIA[0-9A-Z]{16}\b",
    "API token of ours": r"\boc_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{32}",
    "payment key": r"\b[sr]k_(live|test)_[0-9A-Za-z]{16,}",
    "password in an address": r"\b[a-z]+://[a-z0-9_]+:(?!\$|<|password|…)[^@\s\"'{}$/]{6,}@",
    "literal secret": r"(?i)\b(secret_key|api_key|password|token)\b\s*[:=]\s*[\"'][A-Za-z0-9+/_-]{24,}[\"']",
}
ADDRESSES = r"/simple/[a-z0-9-]+/|\.whl#|(?<![\w.}])/(home|root|Users)/\w"
"""A registry's index and files, and anybody's own folder."""
OWN = "tests/architecture/test_secrets.py"


def found(text: str) -> list[str]:
    """What looks like a secret in a text."""
    return [name for name, pattern in SECRETS.items() if re.search(pattern, text)]


def test_no_file_holds_what_looks_like_a_secret() -> None:
    assert [(path, found(text)) for path, text in texts() if path != OWN and found(text)] == []


def test_no_file_names_a_registry_or_a_machine() -> None:
    assert [path for path, text in texts() if path != OWN and re.search(ADDRESSES, text)] == []


def test_a_secret_is_seen_red() -> None:
    assert found("-----BEGIN " + "PRIVATE KEY-----") == ["private key"]
    assert found('SECRET_KEY = "' + "a1B2" * 8 + '"') == ["literal secret"]
    assert found("postgres://offcut:hunter2hunter2@db/offcut") == ["password in an address"]

"""What is generated and kept: `.env.example`, the API, the faults we test, the figures we measured, vectors.

`python -m tests.generated` compares; with `--write` it writes.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.page import page as performance
from tests.t_table import page as faults
from tests.vectors import page as vectors

ROOT = Path(__file__).resolve().parent.parent


def env_example() -> str:
    """Every variable of the installation with its default, then those that only docker-compose.yml reads."""
    from marketplace.config.env import describe  # noqa: PLC0415 - reads the environment

    known = {variable.name for variable in describe()}
    lines = ["# Generated from marketplace/config/env.py (python -m tests.generated --write). Copy to .env.", ""]
    for variable in describe():
        lines.append(f"# {variable.help}")
        assigned = f"{variable.name}={variable.default or ''}"
        lines += [assigned if variable.secret and variable.default is None else f"# {assigned}".rstrip(), ""]
    lines += ["# Only for docker-compose.yml, which fails without them. Make each with: openssl rand -hex 25", ""]
    asked = re.findall(r"(?<!\$)\$\{([A-Z_]+):\?(.+?)\}", (ROOT / "docker-compose.yml").read_text())
    for name, meaning in dict(asked).items():
        if name not in known:
            lines += [f"# {meaning[0].upper()}{meaning[1:]}.", f"{name}=", ""]
    return "\n".join(lines)


def openapi() -> str:
    """The API's OpenAPI 3.1 description."""
    import django  # noqa: PLC0415 - reads the settings

    django.setup()
    from marketplace.docs_pages.surroundings import openapi as described  # noqa: PLC0415 - after the app registry

    return described()


def clauses(language: str) -> str:
    """Each clause in plain words with its values, band, default and ladder, from the catalogue."""
    import django  # noqa: PLC0415 - reads the settings

    django.setup()
    from licensing.domain.wording import Language  # noqa: PLC0415 - after the app registry
    from marketplace.docs_pages.clauses import clauses as described  # noqa: PLC0415 - after the app registry

    return described(Language(language))


GENERATED: dict[str, Callable[[], str]] = {
    ".env.example": env_example,
    "docs/reference/clauses.fr.md": partial(clauses, "fr"),
    "docs/reference/clauses.md": partial(clauses, "en"),
    "docs/reference/faults.md": faults,
    "docs/reference/openapi.yaml": openapi,
    "docs/performance.md": performance,
    "docs/vectors/certificates.json": vectors,
}


def main(arguments: list[str]) -> int:
    """Write, or say what differs and exit 1."""
    stale = []
    for name, make in GENERATED.items():
        path, wanted = ROOT / name, make()
        if "--write" in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted)
        elif not path.exists() or path.read_text() != wanted:
            stale.append(name)
    for name in stale:
        print(f"{name} is not current: python -m tests.generated --write", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["OFFCUT_HOME"] = home
        os.environ.setdefault("OFFCUT_SECRET_KEY", "only-to-generate-" * 3)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings")
        sys.exit(main(sys.argv[1:]))

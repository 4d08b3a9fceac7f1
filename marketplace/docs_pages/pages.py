"""Which page is made by what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from licensing.domain.wording import Language
from marketplace.docs_pages.clauses import clauses
from marketplace.docs_pages.compliance import compliance
from marketplace.docs_pages.operations import errors, invariant_list, topic_list
from marketplace.docs_pages.prices import rate_card
from marketplace.docs_pages.state_machines import states
from marketplace.docs_pages.surroundings import command_line, environment, openapi

FOLDER: Final = "docs/reference"

PAGES: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {
        "clauses.fr.md": partial(clauses, Language.FR),
        "clauses.md": partial(clauses, Language.EN),
        "cli.md": command_line,
        "compliance.md": compliance,
        "environment.md": environment,
        "errors.md": errors,
        "invariants.md": invariant_list,
        "openapi.yaml": openapi,
        "rate-card.md": rate_card,
        "states.md": states,
        "topics.md": topic_list,
    }
)

"""Words of the audit trail: how a chain can be broken, and in which roles people act."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.accounts.actions import Role
from core.audit.domain import Fault
from marketplace.web.said import Words

FAULTS: Final[Mapping[str, Words]] = {
    Fault.MISSING: _("an event is missing"),
    Fault.CHANGED: _("an event was changed"),
    Fault.CUT_OFF: _("the end of the chain was cut off"),
    Fault.BEYOND: _("an event lies beyond the end of the chain"),
    Fault.END_UNKNOWN: _("the record of the chain’s end is gone"),
}
ROLES: Final[Mapping[str, Words]] = {
    Role.OWNER: pgettext_lazy("role", "owner"),
    Role.MANAGER: pgettext_lazy("role", "manager"),
    Role.UPLOADER: pgettext_lazy("role", "uploader"),
    Role.ACCOUNTANT: pgettext_lazy("role", "accountant"),
    Role.ENGINEER: pgettext_lazy("role", "engineer"),
    Role.LEGAL: pgettext_lazy("role", "legal counsel"),
    Role.PROCUREMENT: pgettext_lazy("role", "purchaser"),
    Role.VIEWER: pgettext_lazy("role", "viewer"),
    Role.CONTRACT: pgettext_lazy("role", "contract reviewer"),
    Role.FOOTAGE: pgettext_lazy("role", "footage reviewer"),
    Role.FINANCE: pgettext_lazy("role", "finance"),
    Role.OPERATIONS: pgettext_lazy("role", "operations"),
    Role.LEAD: pgettext_lazy("role", "lead"),
    Role.AUDITOR: pgettext_lazy("role", "auditor"),
}


def facts_text(facts: Any) -> str:
    """What an event says of before or after, a line each; empty when it says nothing."""
    if facts is None:
        return ""
    if not isinstance(facts, dict):
        return _plain(facts)
    return "\n".join(f"{name}: {_plain(value)}" for name, value in facts.items())


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

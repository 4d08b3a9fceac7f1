"""All tables of the foundation floor, for Django's one app label."""

from __future__ import annotations

from core.accounts.models import ApiToken, Membership, Organisation, User
from core.audit.models import AuditEvent, AuditHead
from core.idempotency.models import IdempotentRequest
from core.jobs.models import Job

__all__ = ["ApiToken", "AuditEvent", "AuditHead", "IdempotentRequest", "Job", "Membership", "Organisation", "User"]

"""Paths of the foundation's API, below ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from core.api import audit, audit_check
from core.api.accounts import AuthToken, Me, TokenCollection, TokenDetail

urlpatterns = [
    path("auth/token", AuthToken.as_view()),
    path("me", Me.as_view()),
    path("tokens", TokenCollection.as_view()),
    path("tokens/<str:token_id>", TokenDetail.as_view()),
    path("desk/audit", audit.AuditCollection.as_view()),
    path("desk/audit/verify", audit_check.AuditCheck.as_view()),
]

"""Paths of releases and of who and what clips show, below `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from licensing.api import consent, releases

urlpatterns = [
    path("releases", releases.ReleaseCollection.as_view()),
    path("releases/<str:release_id>", releases.ReleaseDetail.as_view()),
    path("releases/<str:release_id>/send", releases.ReleaseSend.as_view()),
    path("releases/<str:release_id>/attach", releases.ReleaseAttach.as_view()),
    path("releases/<str:release_id>/revoke", releases.ReleaseRevoke.as_view()),
    path("releases/<str:release_id>/cancel", releases.ReleaseCancel.as_view()),
    path("consent_nodes", consent.NodeCollection.as_view()),
    path("consent_nodes/<str:node_id>", consent.NodeDetail.as_view()),
    path("clips/<str:clip_id>/consent", consent.ClipConsent.as_view()),
]

"""Addresses of the pages. They are English and stable; the reader's language is a choice, not an address."""

from __future__ import annotations

from django.urls import path

from marketplace.web.views import clips, home, session, studio

urlpatterns = [
    path("", home.home),
    path("estimate", home.home),
    path("verify", home.verify),
    path("verify/<str:code>", home.verify),
    path("studio", studio.studio),
    path("studio/files", studio.files),
    path("studio/files/<str:asset_id>", studio.file),
    path("studio/summary", studio.summary),
    path("studio/upload", studio.upload),
    path("studio/uploads/<str:upload_id>/drop", studio.upload_drop),
    path("studio/clips/<str:clip_id>", clips.clip),
    path("studio/clips/<str:clip_id>/declare", clips.declare),
    path("studio/clips/<str:clip_id>/describe", clips.describe),
    path("studio/clips/<str:clip_id>/move", clips.move),
    path("studio/earnings", studio.earnings),
    path("login", session.sign_in),
    path("logout", session.sign_out),
    path("language", session.language_choose),
]

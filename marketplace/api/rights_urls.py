"""Paths of the rights signals; they belong to the root of the site, not under `/api/v1`."""

from __future__ import annotations

from django.urls import path

from marketplace.api import rights

site_patterns = [
    path("robots.txt", rights.robots),
    path("rsl.xml", rights.rsl),
    path(".well-known/tdmrep.json", rights.tdmrep),
    path(".well-known/offcut-media-root.pem", rights.media_root),
    path("ns/ai-licence", rights.licence_vocabulary),
    path("rights/clips/<str:clip_id>", rights.clip_odrl),
    path("rights/clips/<str:clip_id>/rsl.xml", rights.clip_rsl),
    path("licences/<str:licence_id>", rights.licence),
]

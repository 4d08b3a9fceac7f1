"""Addresses of the pages. They are English and stable; the reader's language is a choice, not an address."""

from __future__ import annotations

from django.urls import path

from marketplace.web.views import home, session

urlpatterns = [
    path("", home.home),
    path("estimate", home.home),
    path("verify", home.verify),
    path("verify/<str:code>", home.verify),
    path("login", session.sign_in),
    path("logout", session.sign_out),
    path("language", session.language_choose),
]

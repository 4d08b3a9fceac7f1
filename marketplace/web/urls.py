"""Addresses of the pages. They are English and stable; the reader's language is a choice, not an address."""

from __future__ import annotations

from django.urls import path

from marketplace.web.views import clips, desk, home, market, orders, quotes, session, studio, terms

urlpatterns = [
    path("", home.home),
    path("estimate", home.home),
    path("verify", home.verify),
    path("verify/<str:code>", home.verify),
    path("docs/errors", home.errors),
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
    path("studio/terms", terms.terms),
    path("studio/terms/draft", terms.draft),
    path("studio/terms/<str:terms_id>/draft", terms.redraft),
    path("studio/agreements/<str:agreement_id>", terms.agreement),
    path("studio/agreements/<str:agreement_id>/amend", terms.amend),
    path("studio/agreements/<str:agreement_id>/submit", terms.submit),
    path("studio/agreements/<str:agreement_id>/recall", terms.recall),
    path("studio/agreements/<str:agreement_id>/sign", terms.sign),
    path("market", market.market),
    path("market/clips/<str:clip_id>", market.clip),
    path("market/use-cases", market.use_cases),
    path("market/quotes", quotes.quotes),
    path("market/quotes/new", market.quote_make),
    path("market/quotes/<str:quote_id>", quotes.quote),
    path("market/quotes/<str:quote_id>/accept", quotes.accept),
    path("market/quotes/<str:quote_id>/cancel", quotes.cancel),
    path("market/orders", orders.orders),
    path("market/orders/<str:order_id>", orders.order),
    path("market/orders/<str:order_id>/progress", orders.progress),
    path("market/orders/<str:order_id>/pay", orders.pay),
    path("market/orders/<str:order_id>/files/<path:name>", orders.file),
    path("desk", desk.desk),
    path("desk/cases/<str:case_id>", desk.case),
    path("desk/cases/<str:case_id>/claim", desk.claim),
    path("desk/cases/<str:case_id>/decide", desk.decide),
    path("login", session.sign_in),
    path("logout", session.sign_out),
    path("language", session.language_choose),
]

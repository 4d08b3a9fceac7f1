"""In whose words an offer's conditions and terms are told."""

from __future__ import annotations

from licensing.domain.clauses import Catalogue
from licensing.selectors.terms import catalogue_newest_of
from marketplace.orders.models import Quote


def quote_catalogue(quote: Quote) -> Catalogue:
    """Return the newest clauses that any clip of an offer is licensed under: frozen with the offer's lines.

    Each licence keeps the wording its own creator signed.
    """
    return catalogue_newest_of(quote.lines.values_list("terms_profile_version", flat=True).distinct())

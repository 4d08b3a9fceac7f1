"""What can be done in the marketplace, and by whom."""

from __future__ import annotations

from typing import Final

from core.accounts.actions import Action, OrganisationKind, Role, Scope

_BUYER: Final = frozenset({OrganisationKind.BUYER})
_STUDIO: Final = frozenset({OrganisationKind.STUDIO})
_PLATFORM: Final = frozenset({OrganisationKind.PLATFORM})
_BUYER_ALL: Final = frozenset({Role.OWNER, Role.ENGINEER, Role.LEGAL, Role.PROCUREMENT, Role.VIEWER})

CATALOG_VIEW: Final = Action("catalog.view", Scope.CATALOG_READ, _BUYER, _BUYER_ALL)
QUOTE_WRITE: Final = Action(
    "quote.write", Scope.QUOTES_WRITE, _BUYER, frozenset({Role.OWNER, Role.ENGINEER, Role.LEGAL, Role.PROCUREMENT})
)
QUOTE_VIEW: Final = Action("quote.view", Scope.QUOTES_WRITE, _BUYER, _BUYER_ALL)
QUOTE_ACCEPT: Final = Action("quote.accept", Scope.ORDERS_WRITE, _BUYER, frozenset({Role.OWNER, Role.PROCUREMENT}))
ORDER_PAY: Final = Action("order.pay", Scope.ORDERS_WRITE, _BUYER, frozenset({Role.OWNER, Role.PROCUREMENT}))
ORDER_VIEW: Final = Action("order.view", Scope.ORDERS_WRITE, _BUYER, _BUYER_ALL)
LICENCE_VIEW: Final = Action("licence.view", Scope.LICENCES_READ, _BUYER, _BUYER_ALL)
EARNINGS_VIEW: Final = Action(
    "earnings.view", Scope.EARNINGS_READ, _STUDIO, frozenset({Role.OWNER, Role.MANAGER, Role.ACCOUNTANT})
)
LISTING_VIEW: Final = Action(
    "listing.view", Scope.LIBRARY_READ, _STUDIO, frozenset({Role.OWNER, Role.MANAGER, Role.UPLOADER, Role.ACCOUNTANT})
)
LISTING_WRITE: Final = Action("listing.write", Scope.LIBRARY_WRITE, _STUDIO, frozenset({Role.OWNER, Role.MANAGER}))
MONEY_MOVE: Final = Action("money.move", Scope.DESK_ADMIN, _PLATFORM, frozenset({Role.OWNER, Role.FINANCE}))

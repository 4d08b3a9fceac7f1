"""All tables of the marketplace, for Django's one app label and one migration stream."""

from __future__ import annotations

from marketplace.catalog.models import Listing
from marketplace.delivery.models import Certificate, Dataset, DatasetFile
from marketplace.ledger.models import Account, Transfer
from marketplace.orders.models import Licence, Order, Payment, Quote, QuoteLine, Reservation
from marketplace.withdrawals.models import Attestation, Claim, Notice, Withdrawal

__all__ = [
    "Account",
    "Attestation",
    "Certificate",
    "Claim",
    "Dataset",
    "DatasetFile",
    "Licence",
    "Listing",
    "Notice",
    "Order",
    "Payment",
    "Quote",
    "QuoteLine",
    "Reservation",
    "Transfer",
    "Withdrawal",
]

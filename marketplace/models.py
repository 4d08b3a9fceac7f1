"""All tables of the marketplace, for Django's one app label and one migration stream."""

from __future__ import annotations

from marketplace.catalog.models import Listing, Shelf
from marketplace.delivery.models import Certificate, Dataset, DatasetFile, Omission, SignedCopy
from marketplace.ledger.models import Account, Transfer
from marketplace.orders.models import Licence, Order, Payment, Quote, QuoteLine, Reservation
from marketplace.repayments.models import Repayment
from marketplace.transparency.models import LogEntry, LogHead, LogNode, LogPending, LogTip, MapNode
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
    "LogEntry",
    "LogHead",
    "LogNode",
    "LogPending",
    "LogTip",
    "MapNode",
    "Notice",
    "Omission",
    "Order",
    "Payment",
    "Quote",
    "QuoteLine",
    "Repayment",
    "Reservation",
    "Shelf",
    "SignedCopy",
    "Transfer",
    "Withdrawal",
]

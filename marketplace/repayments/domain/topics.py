"""Names that repayments hear and do."""

from __future__ import annotations

from typing import Final

REPAYMENT_SEND: Final = "marketplace.repayment.send"
"""Done: sends what was credited for a licence. Subject: the licence's public id."""

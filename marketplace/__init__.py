"""The top floor: who buys. Catalogue, orders, delivery, ledger, payouts, pages and wiring."""

"""Which news wakes which work on this floor: licensing publishes `licensing.agreement.signed` and waits for nothing."""

from __future__ import annotations


def register() -> None:
    """Subscribe this floor's jobs to topics. There are none: estimates and matching read facts when asked."""

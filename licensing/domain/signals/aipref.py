"""The policy as AIPREF (IETF draft): the ``Content-Usage`` header, with its two categories ``train-ai`` and ``search``.

Training is never granted by a preference: whoever wants to train takes a licence.
"""

from __future__ import annotations

from typing import Final

from licensing.domain.signals.policy import RightsPolicy, SignalState

HEADER: Final = "Content-Usage"
_SEARCHABLE: Final = "train-ai=n, search=y"
_NEITHER: Final = "train-ai=n"


def content_usage(policy: RightsPolicy) -> str:
    """The header's value, a structured field dictionary. Only what is on sale may be shown by search engines."""
    match policy.state:
        case SignalState.ON_SALE:
            return _SEARCHABLE
        case SignalState.NOT_FOR_SALE | SignalState.EVALUATION | SignalState.LICENSED:
            return _NEITHER

"""What withdrawals and claims refuse."""

from __future__ import annotations

from core.errors import ErrorCode, Kind

HELD_EXCLUSIVELY = ErrorCode("held_exclusively", Kind.CONFLICT, "Somebody paid to be alone with this clip")
NOTHING_TO_ATTEST = ErrorCode("nothing_to_attest", Kind.CONFLICT, "This notice asks nothing of you")
ATTESTATION_INCOMPLETE = ErrorCode("attestation_incomplete", Kind.INVALID, "The attestation leaves something open")
CLAIM_INVALID = ErrorCode("claim_invalid", Kind.INVALID, "The claim cannot be read")
CLAIM_CHANGED = ErrorCode("claim_changed", Kind.CONFLICT, "Somebody else decided this claim")
OWN_CLAIM = ErrorCode("own_claim", Kind.FORBIDDEN, "You have an interest in this claim")

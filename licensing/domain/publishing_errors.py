"""What can go wrong with drafts of clauses, of rate cards, of reasons and of the policy: stable codes."""

from __future__ import annotations

from core.errors import ErrorCode, Kind

CLAUSE_INVALID = ErrorCode("clause_invalid", Kind.INVALID, "This is not a clause")
LANGUAGE_MISSING = ErrorCode("language_missing", Kind.INVALID, "The words are missing in one language")
VALUE_WITHOUT_TEXT = ErrorCode("value_without_text", Kind.INVALID, "The text does not state one of the values")
PLACEHOLDER_WITHOUT_VALUE = ErrorCode(
    "placeholder_without_value", Kind.INVALID, "The text names a value the clause does not have"
)
MACHINE_CHANGED = ErrorCode("machine_changed", Kind.INVALID, "A version keeps what machines read")
CLAUSE_UNCHANGED = ErrorCode("clause_unchanged", Kind.INVALID, "The draft says what is published already")
CLAUSE_IN_REVIEW = ErrorCode("clause_in_review", Kind.CONFLICT, "A version of this clause is being reviewed")
CLAUSE_IN_FORCE = ErrorCode("clause_in_force", Kind.CONFLICT, "The version in force cannot be retired")
RATE_CARD_VERSION_TAKEN = ErrorCode("rate_card_version_taken", Kind.CONFLICT, "This version of the card is taken")
RATE_CARD_DATE_TAKEN = ErrorCode("rate_card_date_taken", Kind.CONFLICT, "Another card begins at that instant")
NOTICE_TOO_SHORT = ErrorCode("notice_too_short", Kind.INVALID, "A card is announced before it counts")
REASON_INVALID = ErrorCode("reason_invalid", Kind.INVALID, "This is not a reason")
REASON_UNCHANGED = ErrorCode("reason_unchanged", Kind.INVALID, "The reason says this already")
REASON_PROPOSED = ErrorCode("reason_proposed", Kind.CONFLICT, "Another version of this reason is proposed")
REASON_CHANGED = ErrorCode("reason_changed", Kind.CONFLICT, "A published reason never changes")
POLICY_INVALID = ErrorCode("policy_invalid", Kind.INVALID, "This is not a policy the desk may work by")
POLICY_UNCHANGED = ErrorCode("policy_unchanged", Kind.INVALID, "The policy says this already")
POLICY_PROPOSED = ErrorCode("policy_proposed", Kind.CONFLICT, "Another version of the policy is proposed")
POLICY_CHANGED = ErrorCode("policy_changed", Kind.CONFLICT, "A published policy never changes")

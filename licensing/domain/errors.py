"""What can go wrong with clauses, terms, agreements, cases, prices and use cases: stable codes."""

from __future__ import annotations

from core.errors import ErrorCode, Kind

UNKNOWN_CLAUSE = ErrorCode("unknown_clause", Kind.INVALID, "There is no such clause")
INVALID_PARAMETER = ErrorCode("invalid_parameter", Kind.INVALID, "A value is outside what the clause offers")
CONTRADICTION = ErrorCode("contradiction", Kind.INVALID, "Two clauses contradict each other")
NEEDS_AMENDMENT = ErrorCode("needs_amendment", Kind.INVALID, "This value needs a person to agree to it")
TEXT_WITHOUT_VALUE = ErrorCode("text_without_value", Kind.INVALID, "The wording does not state one of its values")
CLAUSE_FROZEN = ErrorCode("clause_frozen", Kind.CONFLICT, "An approved clause version never changes")
CATALOGUE_MISSING = ErrorCode("catalogue_missing", Kind.UNAVAILABLE, "The clause catalogue is not loaded")
TERMS_INVALID = ErrorCode("terms_invalid", Kind.INVALID, "These terms cannot be stored")
TERMS_NAME_TAKEN = ErrorCode("terms_name_taken", Kind.CONFLICT, "You have other terms with this name")
UNDER_REVIEW = ErrorCode("under_review", Kind.CONFLICT, "The agreement is being reviewed")
NOTHING_TO_CHANGE = ErrorCode("nothing_to_change", Kind.INVALID, "The proposal changes nothing")
CMO_UNDECLARED = ErrorCode("cmo_undeclared", Kind.CONFLICT, "Collecting societies are not declared yet")
CMO_UNAUTHORISED = ErrorCode(
    "cmo_unauthorised", Kind.CONFLICT, "The collecting society has not authorised AI training yet"
)
LANGUAGE_UNKNOWN = ErrorCode("language_unknown", Kind.INVALID, "This language is not offered")
SIGNATORY_NEEDED = ErrorCode("signatory_needed", Kind.INVALID, "Somebody has to sign by name")
CASE_CLOSED = ErrorCode("case_closed", Kind.CONFLICT, "This case needs nobody any more")
DECISION_UNKNOWN = ErrorCode("decision_unknown", Kind.INVALID, "There is no such decision")
CONFLICT_OF_INTEREST = ErrorCode("conflict_of_interest", Kind.FORBIDDEN, "Nobody reviews their own organisation")
SECOND_PERSON = ErrorCode("second_person", Kind.FORBIDDEN, "The second approval needs another person")
CLAIMED_BY = ErrorCode("claimed_by", Kind.LOCKED, "Somebody else is working on this case")
CASE_CHANGED = ErrorCode("case_changed", Kind.CONFLICT, "The case changed since you read it")
NOT_CLAIMED = ErrorCode("case_not_claimed", Kind.CONFLICT, "Claim the case before deciding it")
REASON_REQUIRED = ErrorCode("reason_required", Kind.INVALID, "This decision needs a reason code and a note")
COUNTER_REQUIRED = ErrorCode("counter_required", Kind.INVALID, "A counter-proposal says what it proposes")
NOTE_EMPTY = ErrorCode("note_empty", Kind.INVALID, "There is nothing to write down")
SNOOZE_UNTIL = ErrorCode("snooze_until", Kind.INVALID, "A case is put aside until a moment that lies ahead")
TOO_LATE = ErrorCode("too_late", Kind.CONFLICT, "This decision can no longer be taken back")
SUPERSEDED = ErrorCode("superseded", Kind.CONFLICT, "Something newer took its place")

# Prices, use cases and declarations.
UNKNOWN_KIND = ErrorCode("unknown_kind", Kind.INVALID, "The rate card does not know this kind")
FACTS_INVALID = ErrorCode("facts_invalid", Kind.INVALID, "These facts cannot be priced")
ABOVE_HARD_MAXIMUM = ErrorCode("above_hard_maximum", Kind.INVALID, "This price is above what may be sold")
RATE_CARD_INVALID = ErrorCode("rate_card_invalid", Kind.INVALID, "This is not a rate card")
RATE_CARD_CHANGED = ErrorCode("rate_card_changed", Kind.CONFLICT, "A published rate card never changes")
NO_RATE_CARD = ErrorCode("no_rate_card", Kind.UNAVAILABLE, "No rate card is in force")
ASSET_NOT_READY = ErrorCode("asset_not_ready", Kind.CONFLICT, "This file has not been read yet")
USE_CASE_INVALID = ErrorCode("use_case_invalid", Kind.INVALID, "This use case cannot be stored")
USE_CASE_CHANGED = ErrorCode("use_case_changed", Kind.CONFLICT, "The use case changed since you read it")
REFUSAL_UNEXPLAINED = ErrorCode("refusal_unexplained", Kind.INVALID, "A refusal says why")
USE_CASE_NAME_TAKEN = ErrorCode("use_case_name_taken", Kind.CONFLICT, "You have another use case with this name")
DECLARATION_INVALID = ErrorCode("declaration_invalid", Kind.INVALID, "This declaration cannot be stored")

# People, places and their releases.
CONSENT_INVALID = ErrorCode("consent_invalid", Kind.INVALID, "This cannot hang on a clip")
RELEASE_INVALID = ErrorCode("release_invalid", Kind.INVALID, "This release cannot be stored")
AI_CLAUSE_MISSING = ErrorCode("ai_clause_missing", Kind.INVALID, "AI training has to be answered on its own")
GUARDIAN_NEEDED = ErrorCode("guardian_needed", Kind.INVALID, "A guardian signs for a minor")
RELEASE_KIND = ErrorCode("release_kind", Kind.CONFLICT, "The release does not speak of this kind of thing")
RELEASE_OVER = ErrorCode("release_over", Kind.CONFLICT, "This release is over")
LINK_USED_OR_ENDED = ErrorCode("link_used_or_ended", Kind.GONE, "This link was used or has ended")

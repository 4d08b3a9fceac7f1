"""Refusals in the reader's words: what is wrong, what is safe, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from marketplace.web.formats import is_french
from marketplace.web.said import Words

_DETAILS: Final[Mapping[str, Words]] = {
    "not_found": _("Nothing here under that address, or it is not yours to see."),
    "role_missing": _("Your role does not allow this. An owner of your organisation can help; nothing was changed."),
    "rate_limited": _("Too many tries for now. Wait a minute and try again; nothing was changed."),
    "certificate_of_another_kind": _("It is genuine, and certifies a deletion: all it says stands in its text."),
    "no_rate_card": _("No price can be told at the moment. An operator has to load a rate card; nothing was stored."),
    "catalogue_missing": _("Nothing can be agreed yet: an operator has to load the clauses. Nothing was stored."),
    "above_hard_maximum": _(
        "These facts come to more than anything is sold for. Choose less exclusivity or a lower floor."
    ),
    "facts_invalid": _("Some values are not right. Correct them and try again; nothing was stored."),
    "unknown_kind": _("Some values are not on the rate card. Correct them and try again; nothing was stored."),
    "cmo_undeclared": _(
        "Say in the clause on collecting societies whether you belong to one (none is an answer), then submit again."
        " Nothing was changed."
    ),
    "cmo_unauthorised": _(
        "A member may be unable to grant AI training alone. Write the reference of your society’s authorisation into"
        " the clause on collecting societies, then submit again. Nothing was changed."
    ),
    "attestation_incomplete": _(
        "Tick each line that was carried out, and give the full name of whoever signs. Nothing was signed."
    ),
    "nothing_to_attest": _("Nothing has to be deleted under this notice. Nothing was stored."),
    "claim_invalid": _("An answer is missing or not right. Fill it in and send it again; nothing was sent or changed."),
    "claim_invalid/clip": _("No clip has such a number. Correct it, or leave it empty; nothing was sent."),
    "claim_invalid/note": _("Say why, so that the claimant knows. Nothing was changed."),
    "claim_invalid/reason": _("Say what is wrong with the clip, so that its creator knows. Nothing was changed."),
    "claim_changed": _("The claim is decided already. Nothing was changed; take the next one."),
    "own_claim": _("Leave it to somebody who has nothing to do with this studio. Nothing was changed."),
    "held_exclusively": _("Tick that you know it, if you take the clip back all the same. Nothing was changed."),
    "clip_not_shown": _("It is safe; come back later."),
    "snooze_until": _("Choose how long to put it aside. Nothing was changed."),
    "storage_away": _("The files are safe. Try again in a moment."),
    "nothing_to_change": _("The clause says this already. Nothing was changed."),
    "text_without_value": _(
        "Your wording has to state every value of the clause in its own words. Nothing was stored."
    ),
    "under_review": _("It is being reviewed. Take it back first, then change it. Nothing was changed."),
    "claimed_by": _("Somebody else is working on this case. Nothing was changed."),
    "case_changed": _("The case changed since you read it. Nothing was changed; your note is kept. Look at it again."),
    "too_late": _("It can no longer be undone: its minute is over, or somebody went on with it."),
    "superseded": _("There is nothing to accept any more: something was changed since. Look at it again."),
    "counter_required": _("Choose what you propose instead. Nothing was decided."),
    "note_empty": _("Write the note first. Nothing was stored."),
    "case_closed": _("This case is closed. Nothing was changed; take the next one."),
    "not_claimed": _("Claim the case, look at it, then decide. Nothing was changed."),
    "reason_required": _("Say why, so that the creator knows what to do. Nothing was changed."),
    "conflict_of_interest": _("You belong to this organisation or wrote part of this. Leave it to somebody else."),
    "second_person": _("A second, different person has to do this. Nothing was changed."),
    "use_case_changed": _("The use case changed since you read it. Nothing was changed; read it again."),
    "refusal_unexplained": _("Say why, so that your colleague knows what to change. Nothing was changed."),
    "signatory_needed": _("Write the full name of the person who signs. Nothing was signed."),
    "empty": _("None of these clips can be quoted for this use case. Nothing was stored."),
    "quote_expired": _("Quotes hold for 14 days. Nothing was ordered; make a new quote of the same clips."),
    "expired": _("Quotes hold for 14 days. Nothing was ordered; make a new quote of the same clips."),
    "conditions_not_accepted": _("Tick every condition to accept the quote. Nothing was ordered."),
    "clips_lost": _("Some clips are no longer offered. Nothing was ordered; make a new quote without them."),
    "terms_changed": _("The terms of some clips changed. Nothing was ordered; make a new quote of them."),
    "under_exclusive": _("Some clips cannot be granted this way any more. Nothing was ordered or charged."),
    "payment_failed": _("The card was declined. Nothing was charged and the order stands; try another card."),
    "certificate_broken": _("This text is not a certificate as we signed it. Do not rely on it; get the file again."),
    "log_empty": _("Nothing was logged yet, so there is nothing to prove. Ask again after the first licence."),
    "certificate_unknown": _("No certificate with this code was issued here. Compare it letter by letter."),
    "query_syntax": _("The search text could not be read. Nothing was searched; correct it and try again."),
    "declaration_invalid": _("What you declared contradicts itself. Nothing was stored; correct it and save again."),
    "consent_invalid": _("This cannot be listed so. Nothing was stored; correct it and try again."),
    "release_invalid": _("Something is missing or too long. Nothing was stored; correct it and try again."),
    "ai_clause_missing": _("AI training has to be answered: choose yes or no. Nothing was signed or stored."),
    "guardian_needed": _("Say who the child is and what you are to them. Nothing was signed."),
    "release_kind": _("The release speaks of something else. Nothing was attached."),
    "release_over": _("This release is over. Nothing was changed; ask for a new one."),
    "link_used_or_ended": _("Ask whoever sent it to you for another one. Nothing was changed."),
    "use_case_invalid": _("Some values are not right. Correct them and try again; nothing was stored."),
    "use_case_name_taken": _("Another use case has this name and says something else. Choose another name."),
    "invalid_parameter": _("One of the values is outside what the clause offers. Nothing was changed."),
    "contradiction": _("This contradicts another clause. Change one of the two; nothing was stored."),
    "needs_amendment": _("This wish needs a person: propose it as a change of your agreement. Nothing was stored."),
    "somebody_was_faster": _("Somebody else changed this at the same moment. Reload the page and look again."),
    "illegal_transition": _("This is not possible at this stage. Nothing was changed."),
    "withdrawn": _("Its creator took it back. Licences already granted stay as their terms say."),
    "licence_ended": _("A clip in it was taken down, so it is not given out. The newest version does without."),
    "on_hold": _("A claim on a clip in it is being looked at. Come back later."),
    "dataset_not_ready": _("Its files are offered once all of them are verified."),
    "order_not_payable": _("The order cannot be paid at this stage. Nothing was charged."),
    "quote_not_open": _("The quote is closed. Nothing was ordered; make a new one."),
    "too_large": _("The file is larger than this installation accepts. Nothing was kept."),
    "no_space": _("The disk is full at the moment. What arrived is safe; go on later."),
    "terms_name_taken": _("Other terms have this name. Choose another name; nothing was changed."),
}
"""By the code of a refusal, or by its code and the field it is about."""
_USUAL: Final = _("Nothing was changed. Correct it and try again.")
_PLAINER: Final = frozenset(
    {"not_found", "attestation_incomplete", "claim_invalid/reason", "cmo_undeclared", "cmo_unauthorised"}
)
"""Refusals whose exact words name fields or codes that a page does not show."""


def problem_words(error: DomainError) -> tuple[str, str]:
    """Return the title and the detail of a refusal. In English the detail is the exact one the service gave."""
    title, about = gettext(error.title), f"{error.code}{error.extra.get('pointer', '')}"
    known = about if about in _DETAILS else error.code
    if not is_french() and known not in _PLAINER:
        return title, error.detail
    return title, str(_DETAILS.get(known, _USUAL))

"""How a proposed change of one clause is treated: by policy, by a reviewer, or by two."""

from __future__ import annotations

from dataclasses import dataclass

from licensing.domain.clauses import AmendmentClass, Catalogue, Clause, Fallback, Values
from licensing.domain.composition import Stored
from licensing.domain.desk_policy import DeskPolicy
from licensing.domain.diff import same_words_percent
from licensing.domain.errors import TEXT_WITHOUT_VALUE
from licensing.domain.wording import Language, canonical


@dataclass(frozen=True, slots=True)
class Classed:
    """The class of a proposal, why, and the rung of the fallback ladder it equals, if any."""

    kind: AmendmentClass
    because: str
    fallback: int | None = None
    text: str = ""


def classify(
    clause: Clause,
    base: Values,
    proposed: Values,
    text: str = "",
    language: Language = Language.EN,
) -> Classed:
    """Class a proposal against the base values: `text` is own wording in `language`, empty for the clause's own.

    Own wording equal in canonical form to the clause's or a fallback's text counts as that text. Own wording
    must state every value; refused with `text_without_value` otherwise.
    """
    text = "" if text and _says_the_same(clause, proposed, text, language) else text
    rung = None if text else _rung(clause, base, proposed)
    changed = [item for item in clause.parameters if proposed[item.name] != base[item.name]]
    if not text and not changed:
        return Classed(AmendmentClass.STANDARD, "nothing differs from the profile")
    if rung is not None:
        return Classed(AmendmentClass.FALLBACK, f"equals approved fallback {rung.rank}", rung.rank)
    if text:
        refuse_unstated(clause, proposed, text, language)
    if any(item.critical for item in changed) or (text and clause.is_critical):
        return Classed(AmendmentClass.CRITICAL, f"{clause.code} needs two people", text=text)
    outside = [item.name for item in changed if not item.in_band(proposed[item.name])]
    if text:
        return Classed(AmendmentClass.CUSTOM, "own wording", text=text)
    if outside:
        return Classed(AmendmentClass.CUSTOM, f"outside what passes by policy: {', '.join(outside)}")
    return Classed(AmendmentClass.IN_RANGE, "inside what the clause offers")


def unoffered(catalogue: Catalogue, values: Stored, standing: Stored, policy: DeskPolicy) -> dict[str, str]:
    """Clause → why its values cannot simply be chosen: somebody at the desk has to agree to them.

    What a policy sends to a person, though the clause offers it, may stay as it is in the standing terms.
    """
    found = {}
    for code, clause in catalogue.items():
        classed = classify(clause, clause.defaults, values[code])
        kept = classed.kind.offered and values[code] == standing.get(code)
        if policy.people(code, classed.kind) and not kept:
            found[code] = classed.because
    return found


def _says_the_same(clause: Clause, values: Values, text: str, language: Language) -> bool:
    return canonical(clause.render(values, language)) == canonical(text)


def _rung(clause: Clause, base: Values, values: Values) -> Fallback | None:
    for rung in clause.fallbacks:
        if all(values[name] == value for name, value in rung.values) and _rest_passes(clause, base, values, rung):
            return rung
    return None


def _rest_passes(clause: Clause, base: Values, values: Values, rung: Fallback) -> bool:
    """Whether what a rung does not fix passes by itself: inside its band and, where it is critical, not changed."""
    fixed = {name for name, _ in rung.values}
    return all(
        item.in_band(values[item.name]) and not (item.critical and values[item.name] != base[item.name])
        for item in clause.parameters
        if item.name not in fixed
    )


def refuse_unstated(clause: Clause, values: Values, text: str, language: Language, *, pointer: str = "/text") -> None:
    """Refuse wording that does not state every value: what people sign and what machines read has to be the same."""
    plain = canonical(text)
    unstated = [name for name, said in clause.spoken(values, language).items() if canonical(said) not in plain]
    if unstated:
        raise TEXT_WITHOUT_VALUE(
            f"The wording of {clause.code} does not state {', '.join(unstated)}. "
            "Keep the words of each value as they are, or change the value. Nothing was stored.",
            pointer=pointer,
            missing=unstated,
        )


def nearest_fallback(clause: Clause, values: Values, text: str, language: Language) -> tuple[int, int] | None:
    """The rung whose text shares most words with the proposal, and how many percent; None without a ladder."""
    proposal = text or clause.render(values, language)
    scored = [
        (same_words_percent(clause.render({**values, **dict(rung.values)}, language), proposal), rung.rank)
        for rung in clause.fallbacks
    ]
    if not scored:
        return None
    percent, rank = max(scored, key=lambda item: (item[0], -item[1]))
    return rank, percent

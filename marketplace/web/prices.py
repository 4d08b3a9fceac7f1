"""How a price came about, in the reader's language: the domain explains in English, here it is told in French too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from django.utils.translation import gettext, gettext_noop

from licensing.domain.pricing import Price, Step
from marketplace.web.formats import amount_text, fraction_text, is_french, number_text
from marketplace.web.said import CLASSES

_PHRASES: Final = frozenset(
    {
        gettext_noop("Base rate"),
        gettext_noop("Genre"),
        gettext_noop("Technical extras"),
        gettext_noop("Limit of genre and extras"),
        gettext_noop("Already published"),
        gettext_noop("Release"),
        gettext_noop("Scope"),
        gettext_noop("Exclusivity"),
        gettext_noop("Term"),
        gettext_noop("Guard"),
        gettext_noop("Creator's floor"),
        gettext_noop("ordinary footage"),
        gettext_noop("a person talking to the camera"),
        gettext_noop("filmed from the air"),
        gettext_noop("3D animation"),
        gettext_noop("2D animation"),
        gettext_noop("360° footage"),
        gettext_noop("filmed from the person's own eyes"),
        gettext_noop("a rare subject"),
        gettext_noop("no extras"),
        gettext_noop("a log master counts only when a buyer asks for it"),
        gettext_noop("already public somewhere"),
        gettext_noop("never published"),
        gettext_noop("everyone recognisable signed a release"),
        gettext_noop("nobody has to sign a release"),
        gettext_noop("people are blurred instead of released"),
        gettext_noop("used to measure models, not to train them"),
        gettext_noop("trains models that recognise, not models that generate"),
        gettext_noop("trains generative models"),
        gettext_noop("others may license the same minutes"),
        gettext_noop("nobody else may train on these minutes"),
        gettext_noop("nobody else may license these minutes"),
        gettext_noop("high frame rate"),
        gettext_noop("stereo picture"),
        gettext_noop("10-bit log master"),
        gettext_noop("telemetry"),
        gettext_noop("clean sound"),
        gettext_noop("captions written by a person"),
        gettext_noop("Replace the blurring by signed releases of everyone recognisable"),
        gettext_noop("If people or places can be recognised, attach their signed releases"),
        gettext_noop("Offer AI training exclusively to one buyer"),
    }
)

_PATTERNS: Final = tuple(
    (re.compile(pattern), template)
    for pattern, template in (
        (
            r"(?P<w>\d+) × (?P<h>\d+) as displayed: the shorter side is (?P<s>\d+), class (?P<named>\w+)",
            gettext_noop("%(w)s × %(h)s as displayed: the shorter side is %(s)s, class %(named)s"),
        ),
        (
            r"genre and extras together count at most ×(?P<cap>\S+), not ×(?P<x>\S+)",
            gettext_noop("genre and extras together count at most ×%(cap)s, not ×%(x)s"),
        ),
        (
            r"(?P<rate>[\d/]+) frames a second is (?P<hfr>\d+) or more",
            gettext_noop("%(rate)s frames a second is %(hfr)s or more"),
        ),
        (r"(?P<n>\d+) months of training access", gettext_noop("%(n)s months of training access")),
        (r"the creator sells for (?P<x>\S+) or more", gettext_noop("the creator sells for %(x)s or more")),
        (
            r"above (?P<x>\S+) an admin has to agree; quoted at the ceiling until then",
            gettext_noop("above %(x)s an admin has to agree; quoted at the ceiling until then"),
        ),
        (r"never less than (?P<x>\S+) a minute", gettext_noop("never less than %(x)s a minute")),
        (
            r"between (?P<low>\S+) and (?P<high>\S+) a minute: automatic",
            gettext_noop("between %(low)s and %(high)s a minute: automatic"),
        ),
        (r"Allow (?P<m>\d+) months instead of (?P<n>\d+)", gettext_noop("Allow %(m)s months instead of %(n)s")),
    )
)
_EXTRA: Final = re.compile(r"(?P<what>.+) ×(?P<factor>[\d.]+)")


@dataclass(frozen=True, slots=True)
class Told:
    """One step of a price, ready to be read: its words, its factor, what it adds per minute."""

    label: str
    because: str
    factor: str
    adds: Fraction
    adds_text: str


def explained(text: str) -> str:
    """Return a phrase of the price's explanation in the reader's language; unknown phrases stay as they are."""
    if text in _PHRASES:
        return gettext(text)
    for pattern, template in _PATTERNS:
        found = pattern.fullmatch(text)
        if found is not None:
            said = {name: _said(name, value) for name, value in found.groupdict().items()}
            return gettext(template) % said
    if "; " in text:
        return (" ; " if is_french() else "; ").join(explained(part) for part in text.split("; "))
    extra = _EXTRA.fullmatch(text)
    return f"{explained(extra['what'])} ×{number_text(extra['factor'])}" if extra else text


def _said(name: str, value: str) -> str:
    return CLASSES.get(value, value) if name == "named" else number_text(value)


def told_steps(price: Price) -> list[Told]:
    """Return the steps of a price as a reader needs them."""
    return [_told(step, price.rate.currency) for step in price.steps]


def _told(step: Step, currency: str) -> Told:
    return Told(
        explained(step.label),
        explained(step.because),
        fraction_text(step.factor),
        step.adds,
        _signed(step.adds_text, currency),
    )


def told_snapshot(steps: Iterable[dict[str, str]], currency: str) -> list[Told]:
    """Return the steps that a quote line froze, in the same shape."""
    return [
        Told(
            explained(step["label"]),
            explained(step["because"]),
            number_text(step["factor"]),
            Fraction(step["adds"]),
            _signed(step["adds"], currency),
        )
        for step in steps
    ]


def _signed(adds: str, currency: str) -> str:
    return amount_text(adds, currency) if adds.startswith("-") else f"+{amount_text(adds, currency)}"


def moving(steps: Sequence[Told]) -> list[Told]:
    """Return the steps that change the price; the others stand in the table only."""
    return [step for step in steps if step.adds != 0]

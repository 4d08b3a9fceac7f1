"""How a price came about, in the reader's language: the domain explains in English, here it is told in French too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from licensing.domain.pricing import Price, Step
from marketplace.web.formats import amount_text, fraction_text, is_french, number_text
from marketplace.web.said import CLASSES

_PHRASES: Final = frozenset({
    noop("Base rate"), noop("Genre"), noop("Technical extras"), noop("Limit of genre and extras"),
    noop("Already published"), noop("Release"), noop("Scope"), noop("Exclusivity"), noop("Term"), noop("Guard"),
    noop("Creator's floor"),
    noop("ordinary footage"), noop("a person talking to the camera"), noop("filmed from the air"),
    noop("3D animation"), noop("2D animation"), noop("360° footage"), noop("filmed from the person's own eyes"),
    noop("a rare subject"),
    noop("no extras"), noop("a log master counts only when a buyer asks for it"),
    noop("already public somewhere"), noop("never published"),
    noop("everyone recognisable signed a release"), noop("nobody has to sign a release"),
    noop("people are blurred instead of released"),
    noop("used to measure models, not to train them"), noop("trains models that recognise, not models that generate"),
    noop("trains generative models"),
    noop("others may license the same minutes"), noop("nobody else may train on these minutes"),
    noop("nobody else may license these minutes"),
    noop("high frame rate"), noop("stereo picture"), noop("10-bit log master"), noop("telemetry"),
    noop("clean sound"), noop("captions written by a person"),
    noop("Replace the blurring by signed releases of everyone recognisable"),
    noop("If people or places can be recognised, attach their signed releases"),
    noop("Offer AI training exclusively to one buyer"),
})  # fmt: skip

_PATTERNS: Final = tuple((re.compile(pattern), template) for pattern, template in (
    (r"(?P<w>\d+) × (?P<h>\d+) as displayed: the shorter side is (?P<s>\d+), class (?P<named>\w+)",
     noop("%(w)s × %(h)s as displayed: the shorter side is %(s)s, class %(named)s")),
    (r"genre and extras together count at most ×(?P<cap>\S+), not ×(?P<x>\S+)",
     noop("genre and extras together count at most ×%(cap)s, not ×%(x)s")),
    (r"(?P<rate>[\d/]+) frames a second is (?P<hfr>\d+) or more",
     noop("%(rate)s frames a second is %(hfr)s or more")),
    (r"(?P<n>\d+) months of training access", noop("%(n)s months of training access")),
    (r"the creator sells for (?P<x>\S+) or more", noop("the creator sells for %(x)s or more")),
    (r"above (?P<x>\S+) an admin has to agree; quoted at the ceiling until then",
     noop("above %(x)s an admin has to agree; quoted at the ceiling until then")),
    (r"never less than (?P<x>\S+) a minute", noop("never less than %(x)s a minute")),
    (r"between (?P<low>\S+) and (?P<high>\S+) a minute: automatic",
     noop("between %(low)s and %(high)s a minute: automatic")),
    (r"Allow (?P<m>\d+) months instead of (?P<n>\d+)", noop("Allow %(m)s months instead of %(n)s")),
))  # fmt: skip
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

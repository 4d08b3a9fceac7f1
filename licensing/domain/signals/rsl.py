"""The policy as RSL 1.0 (Really Simple Licensing): an XML document beside the site's pages.

Usage tokens and payment types are those of the standard; see https://rslstandard.org/rsl.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from licensing.domain.signals.policy import RightsPolicy, SignalState

NAMESPACE: Final = "https://rslstandard.org/rsl"
MEDIA_TYPE: Final = "application/rsl+xml"


@dataclass(frozen=True, slots=True)
class RslLicence:
    """What RSL says about one address: what may be bought there, or what is prohibited."""

    permits: str = ""
    prohibits: str = ""
    payment: str = ""
    custom: str = ""
    """Where the terms and the price are agreed."""


def rsl_licence(policy: RightsPolicy) -> RslLicence:
    """The licence of one policy. Training is permitted against payment only, and only while it is on sale.

    A delivered copy is no page: its file metadata point to its licence, and anybody else is told to take none.
    """
    match policy.state:
        case SignalState.ON_SALE:
            return RslLicence(permits="ai-train", payment="training", custom=policy.offer_url)
        case SignalState.NOT_FOR_SALE:
            return RslLicence(prohibits="ai-all")
        case SignalState.EVALUATION:
            return RslLicence(prohibits="ai-train")
        case SignalState.LICENSED:
            return RslLicence(prohibits="ai-all", custom=policy.rights_url)


def rsl_content(policy: RightsPolicy) -> str:
    """The ``content`` element of one policy."""
    return _content(policy.target, rsl_licence(policy))


def _content(url: str, licence: RslLicence) -> str:
    terms = [] if licence.payment or not licence.custom else [f"    <terms>{escape(licence.custom)}</terms>"]
    return "\n".join([f"  <content url={quoteattr(url)}>", *_licence(licence), *terms, "  </content>"])


def _licence(licence: RslLicence) -> list[str]:
    lines = ["    <license>"]
    if licence.permits:
        lines.append(f'      <permits type="usage">{licence.permits}</permits>')
    if licence.prohibits:
        lines.append(f'      <prohibits type="usage">{licence.prohibits}</prohibits>')
    if licence.payment:
        lines += [
            f'      <payment type="{licence.payment}">',
            f"        <custom>{escape(licence.custom)}</custom>",
            "      </payment>",
        ]
    return [*lines, "    </license>"]


def rsl_document(policies: Iterable[RightsPolicy]) -> bytes:
    """A whole RSL document, in the order given; equal policies give equal bytes."""
    return _document(map(rsl_content, policies))


def rsl_site(site: str, *, sold_below: str) -> bytes:
    """The document of a whole site: nothing is for AI, but what lies below one path is sold for training there."""
    sold = RslLicence(permits="ai-train", payment="training", custom=f"{site}{sold_below}")
    kept = RslLicence(prohibits="ai-all")
    return _document(_content(path, licence) for path, licence in ((f"{sold_below}/", sold), ("/", kept)))


def _document(contents: Iterable[str]) -> bytes:
    text = "\n".join(contents)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rsl xmlns="{NAMESPACE}">\n{text}\n</rsl>\n'.encode()

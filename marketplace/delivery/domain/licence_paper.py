"""The licence of an order as a document: the certificate's facts for people, its clips, and the clauses that bind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any, Final

from licensing.domain import template
from licensing.domain.clauses import Clause, TermsValues
from licensing.domain.documents.agreement import clause_paragraphs, clause_values, general_provisions
from licensing.domain.documents.paper import (
    Attachment,
    Clauses,
    ClauseShown,
    Paper,
    Party,
    Prose,
    Rows,
    Section,
    Signature,
    Signatures,
    Table,
    Variant,
)
from licensing.domain.documents.words import check_lines, moment_text, said
from licensing.domain.editions import CURRENT, EDITIONS
from licensing.domain.editions.edition import Edition
from licensing.domain.rendering import OwnWording, clause_text
from licensing.domain.wording import Language, canonical_json, date_text, decimal_text, sha256_text, whole_text

ATTACHMENT: Final = "licence.json"
BETWEEN_CREATOR_AND_PLATFORM: Final = frozenset({"PRICE"})
"""Clauses a buyer is not told: the creator's own floor; the price of each clip stands in the schedule."""
_WIDTHS: Final = (6, 38, 24, 26, 14)


@dataclass(frozen=True, slots=True)
class Terms:
    """What one version of a creator's terms says."""

    clauses: Sequence[Clause]
    values: TermsValues
    own_wording: Mapping[str, OwnWording]
    edition: Edition = CURRENT


@dataclass(frozen=True, slots=True)
class LicensedLine:
    """One clip of the licence. `terms` names its entry in the document's terms."""

    title: str
    clip: str
    licence: str
    licensor: str
    licensor_name: str
    start_ms: int
    end_ms: int
    amount: str
    source_sha256: str
    agreement_sha256: str
    terms: str


@dataclass(frozen=True, slots=True)
class LicenceDocument:
    """Everything the document shows. `payload` is what the certificate states, `token` the certificate itself."""

    payload: Mapping[str, Any]
    token: str
    lines: Sequence[LicensedLine]
    terms: Mapping[str, Terms]
    platform: str


def clock(ms: int) -> str:
    """A moment of a clip: 1:02:03.004."""
    seconds, part = divmod(ms, 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}.{part:03d}"


def number_ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers in short: 1-4, 7, 9-10."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in spans)


def _amount(text: str, language: Language) -> str:
    return decimal_text(Fraction(text), len(text.partition(".")[2]), language)


def _day(text: str, language: Language) -> str:
    return date_text(date.fromisoformat(text), language)


def _options(document: LicenceDocument, code: str, name: str, chosen: Sequence[str], language: Language) -> str:
    """Values in the words of the newest version of their clause that any clip is licensed under."""
    versions = [clause for terms in document.terms.values() for clause in terms.clauses if clause.code == code]
    newest = max(versions, key=lambda clause: clause.version)
    return next(item for item in newest.parameters if item.name == name).text(tuple(chosen), language)


def _facts(document: LicenceDocument, language: Language) -> Rows:
    payload = document.payload
    use_case, price = payload["use_case"], payload["price"]
    samples = payload["samples"]
    return (
        (said("certificate", language), payload["jti"]),
        (said("order", language), payload["order"]),
        (said("dataset", language), f"{payload['dataset']} v{payload['version']}"),
        (said("use_case", language), f"{use_case['id']} v{use_case['version']}"),
        (said("clips", language), whole_text(len(document.lines), language)),
        (said("duration", language), clock(samples["duration_ms"])),
        (
            said("price", language),
            said(
                "price_parts",
                language,
                total=_amount(price["total"], language),
                currency=price["currency"],
                creators=_amount(price["creators"], language),
                fee=_amount(price["service_fee"], language),
            ),
        ),
        (said("merkle", language), samples["merkle_root"]),
    )


def _grant(document: LicenceDocument, language: Language) -> Rows:
    grant = document.payload["grant"]
    interval = said("from_until", language, start=_day(grant["starts"], language), end=_day(grant["ends"], language))
    return (
        (said("purposes", language), _options(document, "FIELD_OF_USE", "purposes", grant["field_of_use"], language)),
        (said("models", language), _options(document, "MODEL_CLASS", "classes", grant["model_class"], language)),
        (said("territory", language), said(f"territory_{grant['territory']}", language))
        if grant["territory"] == "worldwide"
        else (said("territory", language), grant["territory"]),
        (said("term", language), interval),
        (said("exclusivity", language), said(f"exclusivity_{grant['exclusivity']}", language)),
        (said("sublicense", language), said(f"sublicense_{grant['sublicense']}", language)),
    )


def _schedule(document: LicenceDocument, language: Language) -> Table:
    currency = document.payload["price"]["currency"]
    source, agreed = said("source", language), said("agreed", language)
    rows, notes = [], []
    for number, line in enumerate(document.lines, start=1):
        span = f"{clock(line.start_ms)} - {clock(line.end_ms)}"
        rows.append((str(number), line.title, line.licensor_name, span, f"{_amount(line.amount, language)} {currency}"))
        hashes = f"{source} {line.source_sha256}", f"{agreed} {line.agreement_sha256}"
        notes.append((f"{line.clip}  {line.licence}", *hashes))
    columns = tuple(said(name, language) for name in ("no", "clip", "by", "span", "amount"))
    return Table(
        said("schedule", language), said("schedule_intro", language), columns, _WIDTHS, tuple(rows), tuple(notes)
    )


def _told(values: TermsValues, language: Language) -> TermsValues:
    """The values as a buyer reads them: that a creator refuses somebody is told, whom is not."""
    limits = values["PROHIBITED_END_USES"]
    if not limits["barred_recipients"]:
        return values
    return {**values, "PROHIBITED_END_USES": {**limits, "barred_recipients": (said("kept_back", language),)}}


def _variants(
    number: str, code: str, document: LicenceDocument, clips: Mapping[str, Sequence[int]], language: Language
) -> tuple[Variant, ...]:
    """The different wordings of a clause, each with the clips it stands for, those for most clips first."""
    found: dict[tuple[Rows, Rows], list[int]] = {}
    for name, terms in document.terms.items():
        clause = next((item for item in terms.clauses if item.code == code), None)
        if clause is None:
            continue
        values = _told(terms.values, language)
        text = clause_text(clause, values, language, terms.own_wording.get(code))
        said_here = (clause_paragraphs(number, text), clause_values(clause, values, language))
        found.setdefault(said_here, []).extend(clips[name])
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), min(item[1])))
    if len(ordered) == 1 and len(ordered[0][1]) == len(document.lines):
        return (Variant("", *ordered[0][0]),)
    return tuple(
        Variant(said("some_clips", language, numbers=number_ranges(sorted(numbers))), *words)
        for words, numbers in ordered
    )


def _clauses(document: LicenceDocument, language: Language) -> Clauses:
    clips: dict[str, list[int]] = {}
    for number, line in enumerate(document.lines, start=1):
        clips.setdefault(line.terms, []).append(number)
    every: dict[str, Clause] = {}
    for terms in document.terms.values():
        for clause in terms.clauses:
            if clause.code not in BETWEEN_CREATOR_AND_PLATFORM:
                every.setdefault(clause.code, clause)
    shown = []
    for place, clause in enumerate(sorted(every.values(), key=lambda item: item.number), start=1):
        variants = _variants(str(place), clause.code, document, clips, language)
        mark = f"{clause.code} v{clause.version}"
        shown.append(ClauseShown(str(place), clause.title.of(language), mark, clause.summary.of(language), variants))
    return Clauses(said("licence_clauses", language), tuple(shown))


def _signatures(document: LicenceDocument, language: Language) -> Signatures:
    payload = document.payload
    issued = moment_text(datetime.fromtimestamp(payload["iat"], UTC), language)
    return Signatures(
        said("signatures", language),
        said("licence_intro", language),
        (
            Signature(
                said("licensee", language),
                payload["licensee"]["name"],
                ((said("order", language), payload["order"]), (said("accepted", language), issued)),
            ),
            Signature(
                said("platform", language),
                document.platform,
                (
                    (said("certificate", language), payload["jti"]),
                    (said("sealed", language), said("sealed_how", language)),
                ),
            ),
        ),
        said("check", language),
        check_lines(language, payload["iss"], ATTACHMENT),
    )


def _parties(document: LicenceDocument, language: Language) -> tuple[Party, ...]:
    licensee = document.payload["licensee"]
    licensors = {line.licensor: line.licensor_name for line in document.lines}
    first = next(iter(licensors.items()))
    by = Party(said("licensor", language), first[1], first[0])
    if len(licensors) > 1:
        count = said("creators_count", language, count=whole_text(len(licensors), language))
        by = Party(said("licensors", language), count, document.platform)
    return by, Party(said("licensee", language), licensee["name"], licensee["id"])


def licence_paper(document: LicenceDocument, language: Language) -> Paper:
    """The licence in one language, ready to be set. The same certificate gives the same paper."""
    payload = document.payload
    edition = max((terms.edition for terms in document.terms.values()), key=EDITIONS.index)
    sections: tuple[Section, ...] = (
        _schedule(document, language),
        Prose(said("definitions", language), tuple(item.of(language) for item in edition.definitions)),
        Prose(said("basis", language), (said("licence_basis", language),)),
        _clauses(document, language),
        *general_provisions(edition, language),
        _signatures(document, language),
    )
    stated = canonical_json({"certificate": document.token, "states": dict(payload)})
    return Paper(
        language=str(language),
        kicker=said("licence", language),
        title=said("licence_title", language),
        status=said("granted", language),
        final=True,
        reference=payload["order"],
        made_at=datetime.fromtimestamp(payload["iat"], UTC),
        hash_label=said("certificate_hash", language),
        sha256=sha256_text(document.token),
        page_label=said("page", language),
        parties=_parties(document, language),
        facts_title=said("licence_facts", language),
        facts=_facts(document, language),
        plain_title=said("plain", language),
        plain=_grant(document, language),
        notice=template.COUNSEL_NOTICE.of(language),
        sections=sections,
        attachment=Attachment(name=ATTACHMENT, text=stated, description="The certificate and what it states"),
    )

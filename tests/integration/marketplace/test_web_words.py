"""The pages speak English and French: nothing is left untranslated, and the compiled file is the written one."""

from __future__ import annotations

import ast
import gettext
import itertools
import re
from fractions import Fraction
from pathlib import Path

import pytest
from django.urls import get_resolver
from django.utils.translation import override

from core.api.problems import INVALID
from core.errors import REGISTRY
from core.money import Money
from licensing.domain.facts import Genre, GrantExclusivity, GrantScope, PricingFacts, ReleaseStatus, Tech
from licensing.domain.pricing import estimate
from licensing.domain.ratecard import parse_rate_card, shipped_card
from licensing.domain.wording import NARROW
from marketplace.web import formats
from marketplace.web.prices import explained
from marketplace.web.titles import TITLES

WEB = Path(__file__).parents[3] / "marketplace" / "web"
PO = WEB / "locale" / "fr" / "LC_MESSAGES" / "django.po"
TEMPLATE_WORDS = re.compile(
    r"""{% translate (?P<q>["'])(?P<text>.*?)(?P=q)(?: context (?P<c>["'])(?P<context>.*?)(?P=c))?"""
)
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
SAME_IN_BOTH = {
    "Licence","%(n)s condition", "standard", "note", "Clause", "Codec", "Description", "Genre", "Studio", "Total",
                "Pause", "Licences",
                "Silence", "%(lufs)s LUFS", "%(n)s clause", "Action", "Pages", "Version", "Version %(n)s",
                "Clauses", "Code"}  # fmt: skip

Key = tuple[str, str]


def strings_of(lines: list[str]) -> str:
    """Join the quoted strings of an entry's lines."""
    return "".join(ast.literal_eval(line[line.index('"') :]) for line in lines)


def read_po() -> dict[Key, list[str]]:
    """Return the written catalogue: (context, text) → its French forms."""
    catalogue: dict[Key, list[str]] = {}
    for block in PO.read_text(encoding="utf-8").split("\n\n"):
        parts: dict[str, list[str]] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                name = line.split(" ", 1)[0]
            parts.setdefault(name, []).append(line)
        forms = [strings_of(lines) for name, lines in parts.items() if name.startswith("msgstr")]
        catalogue[strings_of(parts.get("msgctxt", ['""'])), strings_of(parts["msgid"])] = forms
    catalogue.pop(("", ""))
    return catalogue


def used_words() -> set[Key]:
    """Return every string the templates and modules ask to be translated (blocks aside)."""
    found: set[Key] = set()
    for template in WEB.glob("templates/**/*.html"):
        for match in TEMPLATE_WORDS.finditer(template.read_text(encoding="utf-8")):
            found.add((match["context"] or "", match["text"].replace("%", "%%")))
    for module in WEB.glob("**/*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS and node.args:
                text = node.args[0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    found.add(("", text.value))
    return found


def test_everything_the_pages_say_is_translated() -> None:
    assert used_words() - read_po().keys() == set()


def test_no_translation_is_empty_or_left_in_english() -> None:
    untranslated = {
        text
        for (_, text), forms in read_po().items()
        if not all(forms) or (forms[0] == text and text not in SAME_IN_BOTH)
    }
    assert untranslated == set()


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for (context, text), forms in read_po().items():
        assert (compiled.pgettext(context, text) if context else compiled.gettext(text)) == forms[0] or len(forms) == 2
        if len(forms) == 2:
            assert [compiled._catalog[text, number] for number in range(2)] == forms  # type: ignore[attr-defined]  # the plural forms as stored
    assert len({key for key in compiled._catalog if key}) == sum(len(forms) for forms in read_po().values())  # type: ignore[attr-defined]  # as above


def test_the_same_placeholders_stand_in_both_languages() -> None:
    marks = re.compile(r"%\(\w+\)s|\{\w+\}|%%")
    for (_, text), forms in read_po().items():
        for form in forms:
            assert sorted(marks.findall(form)) == sorted(marks.findall(text)), text


def test_french_typography_is_kept() -> None:
    for forms in read_po().values():
        for form in forms:
            spaced = form.replace(NARROW, "~")
            assert not re.search(r"(?<![~\d])[;:!?]|['\"]|«(?!~)|(?<!~)»|(?<!~)%%", spaced), form


def test_every_title_that_is_translated_is_one_that_exists() -> None:
    assert get_resolver().url_patterns, "this loads every page and endpoint, and with them every error they answer"
    assert INVALID.title in TITLES
    assert {code.title for code in REGISTRY.values()} >= TITLES


@pytest.mark.parametrize("genre", Genre)
def test_every_price_is_explained_in_french(genre: Genre) -> None:
    card = parse_rate_card(shipped_card("2026-11"))
    tech = frozenset(Tech)
    choices = itertools.product(ReleaseStatus, GrantScope, GrantExclusivity, (None, Fraction("0.10")), (True, False))
    with override("fr"):
        for release, scope, exclusivity, floor, much in choices:
            facts = PricingFacts(
                60_000, 1280, 720, Fraction(120 if much else 25), genre, tech if much else frozenset(), not much,
                release, scope, exclusivity, 24, floor,
            )  # fmt: skip
            found = estimate(facts, card)
            phrases = [text for step in found.price.steps for text in (step.label, step.because)]
            for text in [*phrases, *(one.action for one in found.raises)]:
                assert explained(text) != text or text == "Genre", text


def test_numbers_are_written_as_each_language_writes_them() -> None:
    with override("en"):
        assert formats.money_text(Money(123_450, "USD")) == "$1,234.50"
        assert formats.size_text(5_600_000_000) == f"5.6{NARROW}GB"
    with override("fr"):
        assert formats.money_text(Money(123_450, "USD")) == f"1{NARROW}234,50{NARROW}$US"
        assert formats.money_text(Money(-5, "EUR")) == f"−0,05{NARROW}€"
        assert formats.size_text(5_600_000_000) == f"5,6{NARROW}Go"
        assert formats.percent_text("0.185") == f"18,50{NARROW}%"
    assert [formats.clock_text(ms) for ms in (0, 14_999, 3_723_000)] == ["0:00", "0:14", "1:02:03"]
    assert formats.ratio_rate_text(30_000, 1001) == "29.97"
    assert formats.left_range(1200) == (f"15{NARROW}min", f"30{NARROW}min")

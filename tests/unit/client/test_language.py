"""Every sentence of the command exists in French, with the same facts in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from offcut.catalogue_fr import SENTENCES
from offcut.cli import build_parser
from offcut.language import language, t

SOURCE = Path(__file__).resolve().parents[3] / "client" / "src" / "offcut"


def calls(name: str) -> Iterator[ast.Call]:
    for path in sorted(SOURCE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func
                if (isinstance(called, ast.Name) and called.id == name) or (
                    isinstance(called, ast.Attribute) and called.attr == name
                ):
                    yield node


def literals(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and inner.value:
            yield inner.value


def facts_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_every_translated_sentence_has_its_french() -> None:
    said = {text for call in calls("t") if isinstance(call.args[0], ast.Constant) for text in literals(call.args[0])}
    columns = {text.removeprefix(">") for call in calls("table") for text in literals(call.args[0])}
    assert len(said) > 80
    assert sorted(text for text in said | columns if text and text not in SENTENCES) == []


def test_the_french_carries_the_same_facts() -> None:
    wrong = [english for english, french in SENTENCES.items() if facts_of(english) != facts_of(french)]
    assert wrong == []


def test_help_is_french_where_the_locale_is_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_CA.UTF-8")
    assert language() == "fr"
    text = build_parser().format_help()
    for name, summary in (("verify", "sans aucun réseau"), ("quote", "Devis"), ("assets", "Fichiers reçus")):
        assert name in text
        assert summary in " ".join(text.split())


@pytest.mark.parametrize(("name", "value"), [("LC_ALL", "en_GB.UTF-8"), ("LANG", "de_DE"), ("LC_MESSAGES", "C")])
def test_other_locales_are_english(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv(name, value)
    assert t("Signed out.") == "Signed out."

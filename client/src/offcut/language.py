"""The language of the person at the terminal: English, or French where the locale is French. Codes never change."""

from __future__ import annotations

import os

from offcut.catalogue_fr import SENTENCES


def language() -> str:
    """`fr` or `en`, from LC_ALL, LC_MESSAGES or LANG."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "fr" if os.environ[name].lower().startswith("fr") else "en"
    return "en"


def t(sentence: str, **facts: object) -> str:
    """A sentence in the person's language, with its facts filled in."""
    text = SENTENCES.get(sentence, sentence) if language() == "fr" else sentence
    return text.format(**facts) if facts else text

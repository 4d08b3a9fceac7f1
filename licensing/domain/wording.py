"""Words in two languages: typography, numbers, dates, and the canonical form that is hashed and compared.

Authors write plain ASCII punctuation; `wording` applies the typography of each language once, so that the
same sentence is always the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

NARROW = "\u202f"
"""Narrow no-break space: French typography puts it before ; : ! ? % and inside guillemets."""

LEFT_QUOTE, RIGHT_QUOTE, APOSTROPHE = "\u201c", "\u201d", "\u2019"
LEFT_GUILLEMET, RIGHT_GUILLEMET = "\u00ab", "\u00bb"

MONTHS_EN = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
MONTHS_FR = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]

_QUOTED = re.compile(r'"([^"]*)"')
_FRENCH_HIGH = re.compile(r"[ \u00a0\u202f]+([;:!?%])")
_CANONICAL_QUOTES = {
    ord("\u2018"): "'",
    ord("\u2019"): "'",
    ord("\u02bc"): "'",
    ord("\u201c"): '"',
    ord("\u201d"): '"',
    ord("\u201e"): '"',
    ord("\u2013"): "-",
    ord("\u2014"): "-",
    ord("\u2011"): "-",
}


class Language(StrEnum):
    """Languages every legal text exists in."""

    EN = "en"
    FR = "fr"


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in English and in French, typography applied."""

    en: str
    fr: str

    def of(self, language: Language) -> str:
        """The words in that language."""
        return self.en if language is Language.EN else self.fr


def _paragraphs(text: str) -> str:
    blocks = re.split(r"\n[ \t]*\n", text.strip())
    return "\n\n".join(" ".join(block.split()) for block in blocks)


def english(text: str) -> str:
    """English typography: curly quotes and apostrophes, one space between words."""
    text = _QUOTED.sub(lambda m: f"{LEFT_QUOTE}{m[1]}{RIGHT_QUOTE}", _paragraphs(text))
    return text.replace("'", APOSTROPHE)


def french(text: str) -> str:
    """French typography: guillemets, narrow no-break space before ; : ! ? and %, curly apostrophes, the œ of œuvre."""
    text = re.sub(r"\b(o)euvr", "œuvr", text)
    quoted = f"{LEFT_GUILLEMET}{NARROW}\\1{NARROW}{RIGHT_GUILLEMET}"
    text = _QUOTED.sub(quoted, _paragraphs(text))
    return _FRENCH_HIGH.sub(NARROW + r"\1", text).replace("'", APOSTROPHE)


def wording(en: str, fr: str) -> Text:
    """Bilingual words from plainly typed sources; blank lines separate paragraphs."""
    return Text(english(en), french(fr))


def plainly(text: str) -> str:
    r"""Typeset words as an author types them: straight quotes, ordinary spaces, paragraphs kept. `wording` undoes it.

    >>> plainly('«\u202fOui\u202f», d’accord\u202f;')
    '"Oui", d\'accord ;'
    """
    text = re.sub(r"\u00ab[\s\u00a0\u202f]*", '"', text)
    text = re.sub(r"[\s\u00a0\u202f]*\u00bb", '"', text)
    text = text.replace(LEFT_QUOTE, '"').replace(RIGHT_QUOTE, '"').replace(APOSTROPHE, "'")
    return _paragraphs(text)


def canonical(text: str) -> str:
    r"""Text as compared and hashed: NFC, one ordinary space, straight quotes, no format noise.

    >>> canonical('\u00ab\u202fOui\u202f\u00bb  \u2014 d\u2019accord\u202f;')
    '"Oui" - d\'accord ;'
    """
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"\u00ab[\s\u00a0\u202f]*", '"', text)
    text = re.sub(r"[\s\u00a0\u202f]*\u00bb", '"', text)
    return " ".join(text.translate(_CANONICAL_QUOTES).split())


def sha256_text(text: str) -> str:
    """Hexadecimal SHA-256 of the UTF-8 bytes of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def canonical_json(data: object) -> str:
    """JSON with sorted keys and no spaces; holds only strings, whole numbers, booleans, null, lists, maps."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_json(data: object) -> str:
    """Hexadecimal SHA-256 of the canonical JSON of plain data."""
    return sha256_text(canonical_json(data))


def join_list(items: list[str], language: Language) -> str:
    """Items of an enumeration in a contract: separated by semicolons, never by commas or "and"."""
    return ("; " if language is Language.EN else f"{NARROW}; ").join(items)


def split_list(text: str, language: Language) -> list[str]:
    """Reverse of `join_list`."""
    return text.split("; " if language is Language.EN else f"{NARROW}; ")


def whole_text(number: int, language: Language) -> str:
    """A whole number with the thousands separator of the language."""
    return f"{number:,}".replace(",", "," if language is Language.EN else NARROW)


def whole_read(text: str) -> int:
    """Reverse of `whole_text`; ValueError when it is not a number."""
    return int(text.replace(",", "").replace(NARROW, ""))


def decimal_text(number: Fraction, places: int, language: Language) -> str:
    """An exact decimal with that many places: 0.90 in English, 0,90 in French."""
    scaled = number * 10**places
    if scaled.denominator != 1:
        msg = f"{number} has more than {places} decimal places"
        raise ValueError(msg)
    whole, part = divmod(scaled.numerator, 10**places)
    mark = "." if language is Language.EN else ","
    return whole_text(whole, language) + (f"{mark}{part:0{places}d}" if places else "")


def date_text(day: date, language: Language) -> str:
    """A date in words: 1 March 2027, 1er mars 2027."""
    if language is Language.EN:
        return f"{day.day} {MONTHS_EN[day.month - 1]} {day.year:04d}"
    first = "1er" if day.day == 1 else str(day.day)
    return f"{first} {MONTHS_FR[day.month - 1]} {day.year:04d}"


def date_read(text: str, language: Language) -> str:
    """ISO form of a date written by `date_text`; ValueError when it is not one."""
    day, month, year = text.split(" ")
    months = MONTHS_EN if language is Language.EN else MONTHS_FR
    return f"{int(year):04d}-{months.index(month) + 1:02d}-{int(day.removesuffix('er')):02d}"


def counted(number: int, forms: str, language: Language) -> str:
    """A number with its unit in the right form: `forms` is "day|days"; a unit of % keeps one form."""
    singular, _, plural = forms.partition("|")
    number_text = whole_text(number, language)
    if singular == "%":
        return f"{number_text}%" if language is Language.EN else f"{number_text}{NARROW}%"
    one = number == 1 if language is Language.EN else number < 2
    return f"{number_text} {singular if one or not plural else plural}"

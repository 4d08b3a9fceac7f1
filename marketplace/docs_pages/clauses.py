"""`clauses.md` and `clauses.fr.md`: the forty clauses in plain words, with what may be chosen and who must agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from licensing.domain.catalogue import CATALOGUE
from licensing.domain.clauses import Clause, Fallback
from licensing.domain.parameters import (
    Choice,
    Choices,
    Countries,
    Day,
    Flag,
    Parameter,
    Ratio,
    References,
    Value,
    Whole,
)
from licensing.domain.presets import PRESET_WORDS, PRESETS, Preset
from licensing.domain.template import COUNSEL_NOTICE
from licensing.domain.wording import Language
from marketplace.docs_pages.markdown import code, page, table


@dataclass(frozen=True, slots=True)
class Words:
    """The words of the page itself, in one language."""

    title: str
    intro: str
    parameter: tuple[str, str, str, str, str]
    two_people: str
    critical: str
    text: str
    fallbacks: tuple[str, str, str]
    no_ladder: str
    none: str
    yes_no: tuple[str, str]
    any_codes: str
    any_labels: str
    date: str
    whole: str
    one_of: str
    some_of: str
    everything: str
    unnamed_only: str
    presets: str
    preset_heads: tuple[str, str]
    defaults: str


WORDS: Final = {
    Language.EN: Words(
        title="Clauses",
        intro="A clause is a code, typed values and a legal text in English and French, published together under one "
        "version and one hash. What a creator does not change stays at the default (the preset *Careful*). A change "
        "inside *passes by policy* needs nobody; any other change goes to a reviewer; a value marked † needs two.",
        parameter=("Value", "Means", "May be", "Default", "Passes by policy"),
        two_people="†",
        critical="A change of a value marked † needs **two different reviewers**.",
        text="Text",
        fallbacks=("Agreed wording", "Says", "Values"),
        no_ladder="No wording is agreed beforehand: what does not pass by policy goes to a reviewer.",
        none="none",
        yes_no=("yes", "no"),
        any_codes="ISO 3166-1 country codes",
        any_labels="up to {most} short labels",
        date="a date",
        whole="{low} to {high}",
        one_of="one of",
        some_of="any of",
        everything="everything offered",
        unnamed_only="only the empty list",
        presets="Presets",
        preset_heads=("Clause", "Values that differ from the defaults"),
        defaults="all values at their defaults",
    ),
    Language.FR: Words(
        title="Clauses du contrat",
        intro="Une clause est un code, des valeurs typées et un texte juridique en anglais et en français, publiés "
        "ensemble sous une version et une empreinte. Ce que le créateur ne change pas garde sa valeur par défaut (le "
        "réglage *Prudent*). Un changement dans ce qui est *accepté d'office* ne demande personne ; tout autre va à un "
        "relecteur ; une valeur marquée † en demande deux.",
        parameter=("Valeur", "Sens", "Peut être", "Par défaut", "Accepté d'office"),
        two_people="†",
        critical="Changer une valeur marquée † demande **deux relecteurs différents**.",
        text="Texte",
        fallbacks=("Rédaction convenue", "Dit", "Valeurs"),
        no_ladder="Aucune rédaction n'est convenue d'avance : ce qui n'est pas accepté d'office va à un relecteur.",
        none="aucun",
        yes_no=("oui", "non"),
        any_codes="codes de pays ISO 3166-1",
        any_labels="jusqu'à {most} libellés courts",
        date="une date",
        whole="{low} à {high}",
        one_of="l'un de",
        some_of="certains de",
        everything="tout ce qui est proposé",
        unnamed_only="seulement la liste vide",
        presets="Réglages",
        preset_heads=("Clause", "Valeurs qui diffèrent des valeurs par défaut"),
        defaults="toutes les valeurs par défaut",
    ),
}


def _shown(value: Value, words: Words) -> str:
    if isinstance(value, bool):
        return words.yes_no[0] if value else words.yes_no[1]
    if value is None or value == ():
        return words.none
    return ", ".join(map(code, value)) if isinstance(value, tuple) else code(value)


def _unit(parameter: Whole, language: Language) -> str:
    singular, _, plural = parameter.unit.of(language).partition("|")
    return plural or singular


def _may_be(parameter: Parameter, language: Language, words: Words) -> str:
    match parameter:
        case Choice() | Choices():
            start = words.one_of if isinstance(parameter, Choice) else words.some_of
            return f"{start} " + ", ".join(code(item.code) for item in parameter.options)
        case Whole():
            offered = ", ".join(map(str, parameter.allowed)) or words.whole.format(
                low=parameter.low, high=parameter.high
            )
            return f"{offered} {_unit(parameter, language)}"
        case Flag():
            return " / ".join(words.yes_no)
        case Day():
            return f"{words.date}, {words.none}"
        case Ratio():
            offered = words.whole.format(low=parameter.low, high=parameter.high)
            return f"{offered}, {words.none}" if parameter.absent else offered
        case Countries():
            return words.any_codes
        case References():
            return words.any_labels.format(most=parameter.most)


def _passes(parameter: Parameter, words: Words) -> str:
    match parameter:
        case Choice():
            return ", ".join(map(code, parameter.offered)) or words.everything
        case Choices():
            kept = f" ⊇ {', '.join(map(code, parameter.must_keep))}" if parameter.must_keep else ""
            return (", ".join(map(code, parameter.offered)) or words.everything) + kept
        case Whole() | Ratio():
            low, high = parameter.band
            return words.whole.format(low=low, high=high)
        case Flag():
            return " / ".join(_shown(answer, words) for answer in parameter.offered) or words.none
        case References():
            return words.everything if parameter.offered else words.unnamed_only
        case Day() | Countries():
            return words.everything


def _row(parameter: Parameter, language: Language, words: Words) -> tuple[str, ...]:
    name = code(parameter.name) + (f" {words.two_people}" if parameter.critical else "")
    label, default = parameter.label.of(language), _shown(parameter.default, words)
    return name, label, _may_be(parameter, language, words), default, _passes(parameter, words)


def _rung(rung: Fallback, language: Language, words: Words) -> tuple[str, str, str]:
    values = "; ".join(f"{code(name)}: {_shown(value, words)}" for name, value in rung.values)
    return str(rung.rank), rung.summary.of(language), values


def _section(clause: Clause, language: Language, words: Words) -> str:
    quoted = "\n".join(f"> {line}".rstrip() for line in clause.text.of(language).split("\n"))
    blocks = [
        f"## {clause.number}. {clause.title.of(language)}",
        f'<a id="{clause.code}"></a>`{clause.code}` · version {clause.version}',
        clause.summary.of(language),
        table(words.parameter, [_row(item, language, words) for item in clause.parameters]),
        words.critical if clause.is_critical else "",
        table(words.fallbacks, [_rung(rung, language, words) for rung in clause.fallbacks]) or words.no_ladder,
        f"<details><summary>{words.text}</summary>\n\n{quoted}\n\n</details>",
    ]
    return "\n\n".join(block for block in blocks if block)


def _presets(language: Language, words: Words) -> str:
    blocks = [f"## {words.presets}"]
    for preset in Preset:
        blocks.append(f"`{preset}`: {PRESET_WORDS[preset].of(language)}")
        rows = [
            (code(name), "; ".join(f"{code(key)}: {_shown(value, words)}" for key, value in values.items()))
            for name, values in PRESETS[preset].items()
        ]
        blocks.append(table(words.preset_heads, rows) or f"({words.defaults})")
    return "\n\n".join(blocks)


def clauses(language: Language) -> str:
    """Return the page in that language."""
    words = WORDS[language]
    sections = [_section(clause, language, words) for clause in CATALOGUE.values()]
    return page(words.title, words.intro, f"*{COUNSEL_NOTICE.of(language)}*", *sections, _presets(language, words))

"""What the prober's report says about where and when pictures begin, what wrote them, and whether they were filmed."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from media_ingest.domain.facts import Facts

GENERATED_TYPES: Final = frozenset({"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"})
"""IPTC digital source types that mean: a model made it, in whole or in part."""
_SURE: Final = frozenset({"digital_source_type"})
_LIKELY: Final = frozenset({"generator_tag", "creator_tool", "aigc_label"})
_WRITERS: Final = ("encoder", "handler_name", "major_brand", "com.apple.quicktime.software", "software")
_LONGEST: Final = 400


def origin_of(report: Mapping[str, object]) -> int:
    """Return when the first presented frame comes on the file's own clock, in microseconds; 0 when not told."""
    facts = Facts.of(report)
    index = str(facts.sub("video").count("index"))
    stream = next((one for one in facts.list_of("streams") if str(one.whole("index")) == index), Facts({}))
    first = facts.sub("scan").sub("tracks").sub(index).whole("first")
    time_base = stream.ratio("time_base")
    if first is None or time_base is None:
        return 0
    return int(Fraction(first) * time_base * 1_000_000)


def encoder_text(report: Mapping[str, object]) -> str:
    """Return what wrote the file, by its own tags: container first, then each stream."""
    facts = Facts.of(report)
    holders = [facts.sub("container"), *facts.list_of("streams")]
    told = [holder.sub("tags").text(name) for holder in holders for name in _WRITERS]
    return " ".join(dict.fromkeys(text for text in told if text))[:_LONGEST]


def generated_by(report: Mapping[str, object]) -> str:
    """Return the mark by which a file itself says that a generator made it; empty when it does not."""
    for mark in Facts.of(report).list_of("origin_marks"):
        if mark.text("kind") in _SURE and mark.text("value") in GENERATED_TYPES:
            return mark.text("value")
    return ""


def generator_traces(report: Mapping[str, object]) -> tuple[str, ...]:
    """Return the kinds of marks that generators leave and editors may leave as well, each once."""
    kinds = (mark.text("kind") for mark in Facts.of(report).list_of("origin_marks"))
    return tuple(dict.fromkeys(kind for kind in kinds if kind in _LIKELY))

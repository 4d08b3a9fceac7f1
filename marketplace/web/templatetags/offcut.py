"""Filters of the pages: each only shows what it is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.ids import Prefix, public_id
from core.money import Money, RatePerMinute
from licensing.domain.wording import NARROW, Text, date_text
from marketplace.web import formats, said
from marketplace.web.said import CLASSES, Badge

register = template.Library()


@register.filter
def money(value: Money) -> str:
    """An amount with its currency."""
    return formats.money_text(value)


@register.filter
def rate(value: RatePerMinute) -> str:
    """A price per minute with its currency."""
    return formats.rate_text(value)


@register.filter
def clock(duration_ms: int) -> str:
    """A length as a player shows it."""
    return formats.clock_text(duration_ms)


@register.filter
def span(duration_ms: int) -> str:
    """A length in rounded words."""
    return formats.span_text(duration_ms // 1000)


@register.filter
def size(size_bytes: int) -> str:
    """A file's size."""
    return formats.size_text(size_bytes)


@register.filter
def when(moment: datetime | None) -> SafeString | str:
    """A moment with its exact form for programs."""
    if moment is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), formats.moment_text(moment))


@register.filter
def hour(moment: datetime | None) -> str:
    """A time of day, UTC."""
    return "" if moment is None else formats.hour_text(moment)


@register.filter
def day(moment: datetime) -> SafeString:
    """A date with its exact form for programs."""
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), formats.day_text(moment))


@register.filter
def date_words(text: str) -> str:
    """Show a date written as 2026-11-22 with its month's name."""
    return date_text(date.fromisoformat(text), formats.language())


@register.filter
def badge(value: Badge) -> SafeString:
    """A state as a tag: a sign, words, a colour."""
    return format_html('<span class="tag" data-s="{}" data-icon="{}">{}</span>', value.tone, value.icon, value.words)


@register.filter
def of(words: Mapping[str, object], code: str) -> object:
    """The words of a code, or the code itself."""
    return words.get(code, code)


@register.filter
def read(text: Text) -> str:
    """Bilingual words in the reader's language."""
    return text.of(formats.language())


@register.filter
def class_name(code: str) -> str:
    """A resolution class as people say it."""
    return CLASSES.get(code, code)


@register.filter
def clip_id(key: UUID) -> str:
    """A clip's public id."""
    return public_id(Prefix.CLIP, key)


@register.filter
def seconds(duration_ms: int) -> str:
    """A length in seconds, exact to the millisecond."""
    return formats.number_text(f"{duration_ms // 1000}.{duration_ms % 1000:03d}")


@register.filter
def purposes(codes: list[str]) -> str:
    """Purposes of a grant in words."""
    return said.listed(codes, said.PURPOSES)


@register.filter
def models(codes: list[str]) -> str:
    """Classes of models in words."""
    return said.listed(codes, said.MODEL_CLASSES)


@register.filter
def exclusivity(code: str) -> object:
    """How exclusive a grant is, in words."""
    return said.EXCLUSIVITY.get(code, code)


@register.filter
def colon(text: str) -> str:
    """A text with its colon, typeset as the language wants it."""
    return f"{text}{NARROW}:" if formats.is_french() else f"{text}:"

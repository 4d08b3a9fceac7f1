"""Reading a report of another process: every access has a type and never fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from core.timecode import parse_ratio


@dataclass(frozen=True, slots=True)
class Facts:
    """One JSON object of the report; what is missing or of another type reads as unknown."""

    values: Mapping[str, object]

    @classmethod
    def of(cls, value: object) -> Facts:
        """Return the object, or an empty one."""
        return cls({str(key): item for key, item in value.items()} if isinstance(value, dict) else {})

    def sub(self, key: str) -> Facts:
        """Return the object under ``key``."""
        return Facts.of(self.values.get(key))

    def list_of(self, key: str) -> list[Facts]:
        """Return the list of objects under ``key``."""
        value = self.values.get(key)
        return [Facts.of(item) for item in value] if isinstance(value, list) else []

    def flags(self, key: str) -> list[bool]:
        """Return the list of yes and no under ``key``."""
        value = self.values.get(key)
        return [item is True for item in value] if isinstance(value, list) else []

    def wholes(self, key: str) -> list[int]:
        """Return the list of whole numbers under ``key``."""
        value = self.values.get(key)
        return [item for item in value if type(item) is int] if isinstance(value, list) else []

    def has(self, key: str) -> bool:
        """Tell whether there is a value that is not null."""
        return self.values.get(key) is not None

    def whole(self, key: str) -> int | None:
        """Return a whole number; None when unknown."""
        value = self.values.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def count(self, key: str) -> int:
        """Return a number that is not negative; 0 when unknown."""
        return max(0, self.whole(key) or 0)

    def yes(self, key: str) -> bool:
        """Return True only for true."""
        return self.values.get(key) is True

    def text(self, key: str) -> str:
        """Return a text; empty when unknown."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def ratio(self, key: str) -> Fraction | None:
        """Return an exact ratio; None when unknown."""
        try:
            return parse_ratio(self.text(key))
        except ValueError:
            return None

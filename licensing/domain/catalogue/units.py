"""Units of numbers in clauses: singular and plural in each language."""

from __future__ import annotations

from typing import Final

from licensing.domain.wording import Text

DAYS: Final = Text("day|days", "jour|jours")
HOURS: Final = Text("hour|hours", "heure|heures")
SECONDS: Final = Text("second|seconds", "seconde|secondes")
MONTHS: Final = Text("month|months", "mois|mois")
TIMES: Final = Text("time|times", "fois|fois")
PERCENT: Final = Text("%", "%")

"""``docs/performance.md`` from the figures of the last runs, which lie beside this module as data."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Row

FIGURES: Final = Path(__file__).with_name("figures.json")
PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
_HEAD: Final = """# Performance

Made by `python -m benchmarks.page` from `benchmarks/figures.json`, which the commands below write. All figures are
ratios or shares measured in one run on one machine, each round measuring both sides in turn; the median is given, with
the smallest and the largest round. Seconds would tell about the machine; ratios tell about the work.

"""
_COMMANDS: Final = """
## Repeat it

```
python3 run.py test --help                       # sets up .venv
.venv/bin/uv pip install --python .venv/bin/python --no-deps --require-hashes -r benchmarks/requirements.lock
.venv/bin/python -m benchmarks.ingest --write    # everything but the upload of 20 GB; about half an hour
.venv/bin/python -m benchmarks.uploading --write # 20 GB through the embedded server; needs 45 GB of disk
.venv/bin/python -m benchmarks.matching --write  # two million clips on sale; needs PostgreSQL
```

Parts of it: `--only whole growth`. Each subject can also be run alone, with `--quick` for a first look:
`benchmarks.probing` (P1), `benchmarks.watching` (P2, P4), `benchmarks.scaling` (P9), `benchmarks.duplicates`
(P10, P11), `benchmarks.matching` (P12, P13; needs PostgreSQL). The goals are those of the design; a goal that is not
met says so, and why.
"""


def figures() -> dict[str, Any]:
    """Return what the last runs wrote."""
    if not FIGURES.exists():
        return {"rows": [], "growth": []}
    found: dict[str, Any] = json.loads(FIGURES.read_text())
    return found


def page_write(rows: Sequence[Row], growth: Sequence[Mapping[str, Any]] = ()) -> None:
    """Put new figures in the place of those of the same work, and write the page again."""
    kept = figures()
    new = [asdict(row) for row in rows]
    subjects = {row["id"] for row in new}
    old = [row for row in kept["rows"] if row["id"] not in subjects]
    kept["rows"] = sorted(old + new, key=lambda row: (int(row["id"].strip("P") or 0), row["work"]))
    kept["growth"] = list(growth) or kept["growth"]
    kept["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    kept["measured"] = datetime.now(UTC).date().isoformat()
    FIGURES.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
    PAGE.write_text(page())


def page() -> str:
    """Return the page's text for the figures at hand."""
    kept = figures()
    lines = [_HEAD, f"Last measured {kept.get('measured', '')} on {kept.get('machine', '')}.\n\n"]
    lines += ["| | Work | Against | Goal | Measured | Rounds | |\n|---|---|---|---|---|---|---|\n"]
    for row in kept["rows"]:
        met = "" if row["goal"].startswith("none") else "met" if row["met"] else "**not met**"
        cells = (row["id"], row["work"], row["baseline"], row["goal"], f"**{row['figure']}**", row["spread"], met)
        lines.append(f"| {' | '.join(cells)} |\n")
    noted = [row for row in kept["rows"] if row["note"]]
    if noted:
        lines += ["\nNotes\n\n", *(f"* {row['id']}, {row['work']}: {row['note']}.\n" for row in noted)]
    if kept["growth"]:
        lines += [
            "\n## How the cost grows\n\n",
            "One run each, beside other work: processor seconds and memory are the process’s own.\n\n",
            "| | Processor seconds | Wall seconds | Largest process |\n|---|---|---|---|\n",
        ]
        lines += [
            f"| {_amount(one)} | {one['cpu_s']} | {one['wall_s']} | {one['peak_mb']:.0f} MB |\n"
            for one in kept["growth"]
        ]
    return "".join([*lines, _COMMANDS])


def _amount(one: Mapping[str, Any]) -> str:
    if one["what"] == "files":
        return f"{one['amount']} file{'s' if one['amount'] > 1 else ''} of 6 s"
    minutes = one["amount"] // 60
    return f"one file of {minutes} min" if minutes < 60 else f"one file of {minutes // 60} h"


if __name__ == "__main__":
    PAGE.write_text(page())

"""The documentation tells the truth: generated pages are current, links lead somewhere, files and commands exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.jobs.registry import registrations, topics
from marketplace.docs_pages.pages import FOLDER, PAGES
from marketplace.docs_pages.state_machines import MACHINES
from offcut.cli import build_parser
from tests.architecture.source import ROOT, product

SKIPPED = {".venv", "var", ".git", "node_modules", ".pytest_cache"}
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
NAMED_FILE = re.compile(r"`((?=[^`]*[a-z])(?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|toml|yml))`")
FENCE = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def pages() -> list[Path]:
    """Every Markdown file of the repository."""
    found = []
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if name not in SKIPPED]
        found += [Path(folder) / name for name in names if name.endswith(".md")]
    return sorted(found)


def anchors(text: str) -> set[str]:
    """What a link with `#` can point at: headings as GitHub spells them, and named places."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    spelled = {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
    return spelled | set(re.findall(r'<a id="([^"]+)"', text))


def broken_links(page: Path, text: str) -> Iterator[str]:
    """Yield every relative link of a page that leads nowhere."""
    for target in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists():
            yield f"{page.relative_to(ROOT)}: {target}"
        elif anchor and there.suffix == ".md" and anchor not in anchors(there.read_text()):
            yield f"{page.relative_to(ROOT)}: {target} has no such heading"


def test_the_generated_reference_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "docs", "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "client" / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_stale_page_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.management import CommandError, call_command  # noqa: PLC0415 - after the app registry

    from marketplace.management.commands import docs  # noqa: PLC0415 - after the app registry

    monkeypatch.setattr(docs, "PAGES", {"states.md": lambda: "something else"})
    with pytest.raises(CommandError, match=r"states\.md"):
        call_command("docs", "--check")


def test_every_link_and_picture_leads_somewhere() -> None:
    assert [fault for page in pages() for fault in broken_links(page, page.read_text())] == []


def test_a_broken_link_is_found() -> None:
    page = ROOT / "README.md"
    text = (
        "[a](docs/nowhere.md) ![b](docs/pictures/none.png) [c](README.md#no-such) [d](https://example.org) [e](LICENSE)"
    )
    assert len(list(broken_links(page, text))) == 3


@pytest.mark.parametrize("name", ["docs/architecture.md", "CONTRIBUTING.md", "docs/explanation", "docs/how-to"])
def test_every_file_that_is_named_exists(name: str) -> None:
    place = ROOT / name
    missing = []
    for page in sorted(place.rglob("*.md")) if place.is_dir() else [place]:
        for named in NAMED_FILE.findall(page.read_text()):
            if named.split("/")[0] in {"var", "storage", "keys", "scratch", "logs", "run", "static", "demo", "shards"}:
                continue  # folders of an installation, or of a dataset
            found = (ROOT / named).exists() or any(ROOT.glob(f"*/**/{named}"))
            if not found and named not in FUTURE:
                missing.append(f"{page.name}: {named}")
    assert missing == []


FUTURE = {"licensing/domain/ratecards/2026-12.json"}
"""Named as the example of a file that the reader makes."""


def test_the_architecture_page_answers_where_a_change_goes() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    for change in ("price formula", "new clause", "preview size", "delivery format", "API operation", "new job"):
        rows = [line for line in page.splitlines() if line.startswith("|") and change in line.split("|")[1]]
        assert [bool(NAMED_FILE.search(row)) for row in rows] == [True] * max(1, len(rows)), change


def commands_in(text: str) -> Iterator[list[str]]:
    """Yield the words of each line of shell in a page, comments and continued lines aside."""
    for kind, body in FENCE.findall(text):
        if kind in {"sh", ""}:
            for line in body.replace("\\\n", " ").splitlines():
                yield re.split(r"\s+#\s", line)[0].split()


def known_commands() -> dict[str, set[str]]:
    """What can be typed after each of our programs."""
    parser = build_parser()
    level = next(action for action in parser._actions if action.dest == "command")
    manage = {
        path.stem
        for path in ROOT.glob("*/management/commands/*.py")
        if path.stem != "__init__"
    } | {"check", "migrate", "shell", "createsuperuser"}  # fmt: skip
    return {"offcut": set(level.choices or ()), "manage.py": manage, "run.py": {"demo", "serve", "test"}}


def words_after(words: list[str], program: str) -> str | None:
    """Return the command that a line gives to a program; None when it does not run it."""
    for place, word in enumerate(words):
        if word.rsplit("/", 1)[-1] != program:
            continue
        rest = iter(words[place + 1 :])
        for following in rest:
            if following in {"--profile", "--url"}:
                next(rest, None)
            elif not following.startswith("-"):
                return following
        return ""
    return None


def unknown_commands(text: str, program: str, known: set[str]) -> Iterator[str]:
    """Yield every line of shell that gives a program a command which it does not know."""
    for words in commands_in(text):
        if program == "offcut" and not {"offcut", ".venv/bin/offcut"} & set(words[:6]):
            continue
        given = words_after(words, program)
        if given and given not in known and re.fullmatch(r"[a-z_-]+", given):
            yield " ".join(words)


@pytest.mark.parametrize("program", ["offcut", "manage.py", "run.py"])
def test_commands_in_pages_exist(program: str) -> None:
    known = known_commands()[program]
    assert [
        f"{page.relative_to(ROOT)}: {line}"
        for page in pages()
        for line in unknown_commands(page.read_text(), program, known)
    ] == []


def test_a_command_that_does_not_exist_is_found() -> None:
    text = "```sh\noffcut --profile me upload x   # fine\noffcut --profile me send x\npython3 manage.py verfy\n```"
    known = known_commands()
    assert list(unknown_commands(text, "offcut", known["offcut"])) == ["offcut --profile me send x"]
    assert list(unknown_commands(text, "manage.py", known["manage.py"])) == ["python3 manage.py verfy"]


def test_the_reference_names_every_machine_topic_job_and_error() -> None:
    reference = {name: (ROOT / FOLDER / name).read_text() for name in PAGES if name.endswith(".md")}
    rules = [module for module in product() if "/domain/" in module.path or module.path == "core/states.py"]
    made = sum(module.text.count("Machine(") for module in rules)
    assert made - 1 == len(MACHINES), "core/states.py declares the class; every other one is a machine of the page"
    for kind in [one.kind for one in registrations() if "." in one.kind and not one.kind.startswith("test")]:
        assert f"`{kind}`" in reference["topics.md"] or not kind.startswith(("media_ingest", "marketplace", "delivery"))
    assert [name for name in topics() if f"`{name}`" not in reference["topics.md"] and "test" not in name] == []
    codes = {code for module in product() for code in re.findall(r'ErrorCode\(\s*"([a-z_]+)"', module.text)}
    assert {code for code in codes if f"`{code}`" not in reference["errors.md"]} == set()

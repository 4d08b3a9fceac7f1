"""What `python3 run.py test` runs: lint, format, types, import contracts, the tests on SQLite and a local disk,
then those about services on PostgreSQL, Valkey and object storage.

Types and import contracts are checked beside the tests, and shown after them. With pytest's own arguments only those
tests run; `--postgres` then runs them on the real services.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.services import postgres_folder, run_to_its_end, weed

ROOT = Path(__file__).resolve().parent.parent
BESIDE = ("Types", "Import contracts")
"""Steps that use one core for a minute: they run while tests wait for something."""


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Split our own options from pytest's."""
    parser = argparse.ArgumentParser(prog="run.py test", allow_abbrev=False)
    parser.add_argument("--postgres", action="store_true", help="on a temporary real PostgreSQL, Valkey and SeaweedFS")
    parser.add_argument("--long", action="store_true", help="also the chaos and soak tests, and many more examples")
    return parser.parse_known_args(arguments)


def commands(options: argparse.Namespace, rest: list[str]) -> dict[str, list[str]]:
    """Return the commands to run, by name, in order."""
    tool = [sys.executable, "-m"]
    pytest = [*tool, "pytest", *([] if options.long else ["-m", "not long"])]
    real = [*tool, "tests.services", "--only", ",".join(at_hand(options)), "--"]
    if rest:
        return {"Tests": [*(real if options.postgres else []), *pytest, *rest]}
    # What decides whether a change lands is the same order each time; `--long`, and your own runs, shuffle.
    order = [] if options.long else ["--randomly-seed=20261122"]
    # One more process than the usual two cores: tests of whole installations wait most of their time.
    suite = [*pytest, *order, "-n", "3", "--dist", "loadgroup", "--no-loadscope-reorder"]
    steps = {
        "Lint": [*tool, "ruff", "check", "."],
        "Format": [*tool, "ruff", "format", "--check", "."],
        "Types": [*tool, "mypy", "."],
        "Import contracts": [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        "Tests on SQLite and a local disk": suite,
    }
    on_both = [folder for folder in ("tests/integration", "tests/e2e") if (ROOT / folder).is_dir()]
    steps[f"Tests on {', '.join(at_hand(options))}"] = [*real, *suite, *on_both]
    return steps


def at_hand(options: argparse.Namespace) -> list[str]:
    """Return the services of the second half: Valkey, and what is installed; what is required is started or fails."""
    required = os.environ.get("OFFCUT_TEST_REQUIRE", "").split(",")
    return [
        *(["postgres"] if options.postgres or postgres_folder() or "postgres" in required else []),
        "valkey",
        *(["s3"] if weed() or "s3" in required else []),
    ]


@contextlib.contextmanager
def beside(command: list[str], environment: dict[str, str]) -> Iterator[Callable[[], int]]:
    """Hold a command that runs in the background; asked for its exit status, it shows what it said."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)

        def ended() -> int:
            status = process.wait()
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace"))
            return status

        try:
            yield ended
        finally:
            process.kill()
            process.wait()


def main(arguments: list[str]) -> int:
    """Run every step, also after one failed, and say at the end which did."""
    options, rest = parse(arguments)
    environment = {**os.environ, **({"OFFCUT_TEST_LONG": "1"} if options.long else {})}
    environment.pop("DATABASE_URL", None)
    environment.setdefault("OFFCUT_SECRET_KEY", "only-for-tests-" * 4)  # mypy's Django plugin reads the settings
    steps = commands(options, rest)
    results: dict[str, tuple[int, str]] = {}
    with contextlib.ExitStack() as stack:
        environment["OFFCUT_TEST_SHARED"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="offcut-shared-"))
        later = {name: stack.enter_context(beside(steps.pop(name), environment)) for name in BESIDE if name in steps}
        for name, command in steps.items():
            print(f"== {name}", file=sys.stderr, flush=True)
            began = time.monotonic()
            status = run_to_its_end(command, environment)
            results[name] = (status, f"{time.monotonic() - began:.0f} s")
        for name, ended in later.items():
            print(f"== {name}", file=sys.stderr, flush=True)
            results[name] = (ended(), "beside the tests")
    for name, (status, how_long) in results.items():
        print(f"{'ok    ' if status == 0 else 'FAILED'} {name} ({how_long})", file=sys.stderr, flush=True)
    return 1 if any(status for status, _ in results.values()) else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)

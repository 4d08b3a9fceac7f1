"""The migrated, empty database: made once for all processes of a test run; who needs one takes a copy."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

from tests.services import create_database

ROOT = Path(__file__).resolve().parent.parent


def own_database(template: str = "") -> dict[str, str]:
    """On PostgreSQL, the variable that names a database nobody else uses: empty, or a copy of another one."""
    server = os.environ.get("DATABASE_URL")
    return {"DATABASE_URL": create_database(server, f"house_{uuid4().hex[:12]}", template)} if server else {}


@functools.cache
def _original() -> tuple[Path, str]:
    """Return the file of the database that was migrated for this run, or its name on PostgreSQL."""
    server = os.environ.get("DATABASE_URL", "")
    home = Path(os.environ["OFFCUT_TEST_SHARED"]) / f"migrated-{hashlib.sha256(server.encode()).hexdigest()[:12]}"
    home.mkdir(exist_ok=True)
    name = home / "name"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes first makes it, the others wait for it
        if not name.exists():
            name.write_text(_migrate(home))
    return home / "offcut.sqlite3", name.read_text()


def _migrate(home: Path) -> str:
    """Migrate an empty database; return its name on PostgreSQL."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OFFCUT_", "PYTEST_"))}
    told = {"OFFCUT_HOME": str(home), "OFFCUT_SECRET_KEY": "only to migrate " * 4, "OFFCUT_LOG_LEVEL": "ERROR"}
    database = own_database()
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "migrate", "--noinput", "--verbosity", "0"],
        cwd=ROOT, env={**inherited, **told, **database}, capture_output=True, text=True, check=False, timeout=150,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return database.get("DATABASE_URL", "").rpartition("/")[2]


def migrated_database(home: Path) -> dict[str, str]:
    """Give a home a migrated, empty database; return the variable that names it on PostgreSQL."""
    original, template = _original()
    if not template:
        home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(original, home / "offcut.sqlite3")
    return own_database(template)

"""Set-up shared by all tests: a temporary home, no outside network, one Hypothesis profile, limits by folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import django
import django.db.backends.sqlite3.base  # first, because it and its operations import each other
import hypothesis
import pytest
from django.conf import settings
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.sqlite3.operations import DatabaseOperations as SqliteOperations

from tests import services

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(tempfile.mkdtemp(prefix="offcut-test-"))


def _point_the_product_at_a_temporary_home() -> None:
    """Runs at import, because Django reads its settings before any fixture exists; each xdist worker gets its own."""
    for name in list(os.environ):
        if name.startswith(("OFFCUT_", "DJANGO_")) and not name.startswith("OFFCUT_TEST_"):
            del os.environ[name]
    os.environ["OFFCUT_HOME"] = str(HOME)
    os.environ["OFFCUT_SECRET_KEY"] = "only-for-tests-" * 4
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(HOME / "hypothesis")
    if broker := os.environ.get("OFFCUT_TEST_BROKER_URL"):
        os.environ["OFFCUT_BROKER_URL"] = broker
    if bucket := services.s3_of_this_process():
        os.environ.update(bucket)
    os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.config.settings"
    django.setup()
    from media_ingest.adapters.storage import storage_prepare  # noqa: PLC0415 - needs Django's settings

    storage_prepare()
    # Not left in the environment yet: an xdist worker that inherits it loads the settings, with its controller's
    # home, before this file can give it one of its own.
    del os.environ["DJANGO_SETTINGS_MODULE"]
    # Hashing passwords slowly is the point elsewhere.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


_point_the_product_at_a_temporary_home()

# A shell that runs the suite in its background ignores SIGINT, and every program started from here would inherit that.
with contextlib.suppress(ValueError):
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("usual", deadline=None, max_examples=60, database=None)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2000, database=None)
hypothesis.settings.load_profile("long" if os.environ.get("OFFCUT_TEST_LONG") else "usual")

# Seconds a test may take, by the folder it is in; a test's own `timeout` marker wins.
LIMITS = {"unit": 60, "property": 120, "architecture": 180, "integration": 180, "e2e": 600}


def is_about_the_database(item: pytest.Item) -> bool:
    """Whether a test could end differently on other services: it uses one, or is a story; not when told `once`."""
    fixtures = getattr(item, "fixturenames", [])
    uses = item.get_closest_marker("django_db") is not None or bool({"db", "transactional_db"} & set(fixtures))
    story = item.get_closest_marker("e2e") is not None
    once = item.get_closest_marker("once") is not None
    return ((uses or story) and not once) or item.get_closest_marker("s3") is not None


def skip_what_is_about_other_services(item: pytest.Item) -> None:
    """Skip a test for which the services of this half are the wrong ones."""
    on_s3 = bool(os.environ.get("OFFCUT_TEST_S3"))
    if item.get_closest_marker("postgres") and not os.environ.get("DATABASE_URL"):
        item.add_marker(pytest.mark.skip(reason="runs in the suite's second half, on PostgreSQL"))
    if item.get_closest_marker("s3") and not on_s3:
        item.add_marker(pytest.mark.skip(reason="runs in the suite's second half, on an object store"))
    if item.get_closest_marker("local_disk") and on_s3:
        item.add_marker(pytest.mark.skip(reason="runs in the suite's first half, on a local disk"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each test the limit and the marks of its folder; end-to-end tests share one xdist worker.

    On real services, the second half, what touches none of them is not run again.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.config.settings"  # for programs that the tests start
    for item in items:
        try:
            folder = item.path.relative_to(ROOT / "tests").parts[0]
        except ValueError:
            continue
        skip_what_is_about_other_services(item)
        if folder == "e2e":
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("e2e"))
        if item.get_closest_marker("timeout") is None and folder in LIMITS:
            scale = 20 if os.environ.get("OFFCUT_TEST_LONG") else 1
            item.add_marker(pytest.mark.timeout(LIMITS[folder] * scale))
    if os.environ.get("DATABASE_URL") or os.environ.get("OFFCUT_TEST_S3"):
        again = [item for item in items if is_about_the_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in again])
        items[:] = again


@pytest.fixture(autouse=True, scope="session")
def _append_only_tables_can_be_emptied() -> Iterator[None]:
    """Between transactional tests Django empties SQLite by DELETE and PostgreSQL by TRUNCATE: our triggers refuse both.

    For the whole session, because a test's own fixtures may be gone before its database is emptied.
    """
    usual, usual_truncate = SqliteOperations.execute_sql_flush, BaseDatabaseOperations.execute_sql_flush

    def flush(operations: SqliteOperations, statements: Sequence[str]) -> None:
        with operations.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            usual(operations, statements)
            for _, sql in triggers:
                cursor.execute(sql)

    def truncate(operations: BaseDatabaseOperations, statements: Sequence[str]) -> None:
        with operations.connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            usual_truncate(operations, statements)
            cursor.execute("SET session_replication_role = origin")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqliteOperations, "execute_sql_flush", flush)
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", truncate)
        yield


def pytest_sessionfinish() -> None:
    """Leave nothing behind."""
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds run.py."""
    return ROOT


@pytest.fixture(scope="session")
def offcut_home() -> Path:
    """The temporary OFFCUT_HOME of this process."""
    return HOME


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Chromium, for Playwright's `executable_path`; skips without it, fails where CI requires it."""
    found = services.chromium()
    services.require("chromium", found, "apt-get install chromium")
    return str(found)


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A short-named folder for unix sockets: `tmp_path` may be longer than the 108 bytes that a socket allows."""
    with tempfile.TemporaryDirectory(prefix="oc-") as folder:
        yield Path(folder)

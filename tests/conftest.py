"""Set-up shared by all tests: a temporary home, no outside network, one Hypothesis profile, limits by folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import django
import hypothesis
import pytest
from _pytest.nodeid import NodeId
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests import services
from tests.emptying import Emptying
from tests.migrated import migrated_database

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(tempfile.mkdtemp(prefix="offcut-test-"))
T = TypeVar("T")


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
    # What is made once for all processes of this run: xdist's workers inherit their controller's folder.
    Path(os.environ.setdefault("OFFCUT_TEST_SHARED", str(HOME / "shared"))).mkdir(exist_ok=True)
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


def keep_together(item: pytest.Item) -> None:
    """Give tests that use a fixture that is made once for their file or folder, such as a running house, to one xdist
    worker.

    xdist reads its groups from behind the last @ of a test's id. It writes them itself, where pytest 9.2 no longer
    looks: each worker made a house of its own then, and nothing told.
    """
    used = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    scopes = {fixture.scope for fixtures in used.values() for fixture in fixtures}
    if scopes & {"module", "package"}:
        group = item.path.parent.name if "package" in scopes else item.path.stem
        item._id = NodeId.parse(f"{item.nodeid}@{group}")
        assert item.nodeid.endswith(f"@{group}")


def limit_of(item: pytest.Item) -> float:
    """Seconds that a test may take."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker is not None else 0


@pytest.hookimpl(trylast=True)  # pytest-django has an order of its own, which nothing here needs
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each test the limit and the marks of its folder; the longer one may take, the earlier it begins: the many
    small ones fill what time is left.

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
        if item.get_closest_marker("timeout") is None and folder in LIMITS:
            scale = 20 if os.environ.get("OFFCUT_TEST_LONG") else 1
            item.add_marker(pytest.mark.timeout(LIMITS[folder] * scale))
        if getattr(config.option, "loadgroup", False):
            keep_together(item)
    items.sort(key=limit_of, reverse=True)
    if os.environ.get("DATABASE_URL") or os.environ.get("OFFCUT_TEST_S3"):
        again = [item for item in items if is_about_the_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in again])
        items[:] = again


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Take a copy of the migrated database, and keep it, so that each test with real transactions can begin with it."""
    named = migrated_database(HOME / "test").get("DATABASE_URL", "").rpartition("/")[2]
    connection.settings_dict["NAME"] = named or str(HOME / "test" / "offcut.sqlite3")
    with django_db_blocker.unblock():
        migrated = Emptying()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: migrated.again())
        yield


@pytest.fixture(scope="module")
def made_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[[Callable[[], T]], T]]:
    """Makes rows once for all tests of a file: what a test adds goes at its end, these go at the end of the file.

    Not for a file whose tests need real transactions, or none of these rows.
    """
    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()

    def make(how: Callable[[], T]) -> T:
        with django_db_blocker.unblock():
            return how()

    yield make
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After each file of tests, forget what this process has at hand of the object store: to make room for an object,
    it looks at all of them.
    """
    if os.environ.get("OFFCUT_TEST_S3") and (nextitem is None or nextitem.path != item.path):
        shutil.rmtree(settings.OFFCUT.scratch_root / "cache", ignore_errors=True)


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

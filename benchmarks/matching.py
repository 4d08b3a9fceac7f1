"""P12 and P13: why two million clips do not fit a use case, in process and through the interface on PostgreSQL.

`python -m benchmarks.matching` makes 1,500 sets of terms and spreads 2,000,000 clips over them. In process, the time
under each set of terms is summed and explained; as a baseline the same question is asked clip by clip. Then a market
of that size is written into a temporary PostgreSQL, and the product's own operations are asked through HTTP.
"""

from __future__ import annotations

import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import numpy as np

from benchmarks.measure import Row, arguments, percentile, show

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.backends.utils import CursorWrapper

    from licensing.domain.composition import Stored

PROFILES: Final = 1_500
CLIPS: Final = 2_000_000
_QUICK_CLIPS: Final = 50_000
_SEED: Final = 20261122
_ASKED: Final = 100
_ALONE: Final = 20_000
"""Clips asked one by one for the baseline; the rest is multiplied."""
_EXPLAIN_MS: Final = 50
_SEARCH_MS: Final = 300
_CLIPS_A_FILE: Final = 20


def explained_row(clips: int) -> Row:
    """P12: everything in one process, from an array of clips to the explanation."""
    from licensing.domain.composition import profile_of
    from licensing.domain.explain import explain
    from licensing.domain.matching import fail_mask
    from tests.property.licensing.random_terms import needs_at_random, terms_at_random

    draw, chance = random.Random(_SEED), np.random.default_rng(_SEED)
    profiles = [profile_of(values) for values in terms_at_random(draw, PROFILES)]
    needs = needs_at_random(draw, _ASKED)
    under = chance.integers(0, PROFILES, clips)
    lengths = chance.integers(2_000, 600_000, clips).astype(np.int64)
    mine = []
    for need in needs:
        began = time.perf_counter()
        hours = np.bincount(under, weights=lengths, minlength=PROFILES).astype(np.int64).tolist()
        found = explain(zip(profiles, hours, strict=True), need)
        mine.append(1000 * (time.perf_counter() - began))
        if found.total_ms != int(lengths.sum()):
            message = "the explanation lost clips"
            raise RuntimeError(message)
    began = time.perf_counter()
    for place in under[:_ALONE].tolist():
        fail_mask(profiles[place], needs[0])
    alone_s = (time.perf_counter() - began) * clips / _ALONE
    slow = percentile(mine, 0.95)
    return Row(
        id="P12",
        work=f"a use case explained over {PROFILES:,} terms and {clips:,} clips, in process",
        baseline="asking every clip",
        goal=f"95 % < {_EXPLAIN_MS} ms",
        figure=f"{slow:.0f} ms",
        met=slow < _EXPLAIN_MS,
        spread=f"{len(mine)} use cases",
        note=f"median {statistics.median(mine):.0f} ms; clip by clip {alone_s:.0f} s",
    )


# A market of that size


@contextmanager
def market(clips: int) -> Iterator[Market]:
    """Hold a PostgreSQL with a whole market in it, and an installation that uses it."""
    from tests.services import postgres

    with postgres() as url, tempfile.TemporaryDirectory(prefix="offcut-bench-") as home:
        for name in [name for name in os.environ if name.startswith(("OFFCUT_", "DATABASE_"))]:
            del os.environ[name]
        os.environ |= {
            "DATABASE_URL": url,
            "OFFCUT_HOME": home,
            "OFFCUT_SECRET_KEY": "only-for-measuring-" * 3,
            "OFFCUT_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "marketplace.config.settings",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("prepare", stdout=io.StringIO())
        yield market_made(clips)


@dataclass(frozen=True, slots=True)
class Market:
    """Who asks, and for what."""

    key: str
    use_cases: list[str]


def market_made(clips: int) -> Market:
    """Sign terms, then copy one clip on offer until there are enough, spread over studios and kinds of picture."""
    from tests.factories.core import key_of
    from tests.factories.marketplace import buyer_as, clip_live, need, studio_signed
    from tests.property.licensing.random_terms import terms_at_random

    studio = studio_signed()
    template = clip_live(studio, duration_ms=10_000)
    _studios(terms_at_random(random.Random(_SEED), PROFILES))
    _clips(template.pk, clips)
    buyer = buyer_as()
    wanted = [
        need(buyer, name=preset, preset=preset).public_id for preset in ("text_to_video", "perception", "robotics")
    ]
    wanted.append(need(buyer, name="longer", preset="text_to_video", term_months=36).public_id)
    return Market(key_of(buyer), wanted)


def _copied(table: str, **columns: str) -> str:
    """Return the columns of a table and what to select for each: the template's value unless told otherwise."""
    from django.db import connection

    with connection.cursor() as cursor:
        names = [one.name for one in connection.introspection.get_table_description(cursor, table)]
    listed = ", ".join(names)
    chosen = ", ".join(columns.get(name, f"t.{name}") for name in names)
    return _sql("INSERT INTO ", table, " (", listed, ") SELECT ", chosen)


def _sql(*parts: str) -> str:
    """Return a statement from its parts, all of which are ours."""
    return "".join(parts)


def _studios(terms: list[Stored]) -> None:
    """Give each set of terms a studio that signed it."""
    from core.accounts.models import Organisation
    from core.ids import uuid7
    from licensing.domain.composition import terms_sha256
    from licensing.models import Agreement, TermsProfile, TermsProfileVersion

    signed = Agreement.objects.get()
    version = signed.terms_version
    for number, values in enumerate(terms):
        studio = Organisation.objects.create(name=f"Studio {number}", kind="studio")
        profile = TermsProfile.objects.create(organisation=studio, name="Terms")
        one = TermsProfileVersion.objects.create(
            profile=profile,
            number=1,
            contract_version=version.contract_version,
            origin=version.origin,
            values=values,
            sha256=terms_sha256(values),
        )
        fields = {field.attname: getattr(signed, field.attname) for field in Agreement._meta.concrete_fields}
        own = {"id": uuid7(), "organisation_id": studio.id, "terms_version_id": one.id, "effective_version_id": one.id}
        Agreement.objects.create(**{**fields, **own})


def _clips(template: UUID, clips: int) -> None:
    """Copy one clip with its file, declaration and listing; studios, sizes, sound and kind vary."""
    from django.db import connection

    from marketplace.catalog.services.shelving import shelves_recount

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no triggers: the counts are made at the end
        _films(cursor, template, clips // _CLIPS_A_FILE)
        _offers(cursor, template)
        cursor.execute("SET session_replication_role = DEFAULT")
    shelves_recount()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _films(cursor: CursorWrapper, template: UUID, files: int) -> None:
    """Copy the file and the clip, in temporary tables first: ``film`` and ``take``."""
    cursor.execute(
        "CREATE TEMP TABLE made AS SELECT row_number() OVER () - 1 AS n, count(*) OVER () AS all_of_them, "
        "id AS agreement_id, organisation_id, effective_version_id FROM licensing_agreement"
    )
    cursor.execute(
        "CREATE TEMP TABLE film AS SELECT f, gen_random_uuid() AS id, made.*, f / made.all_of_them %% 3 AS size, "
        "f / made.all_of_them %% 4 > 0 AS sound FROM generate_series(0, %s - 1) f "
        "JOIN made ON made.n = f %% made.all_of_them",
        [files],
    )
    asset = _copied(
        "media_ingest_asset",
        id="film.id",
        organisation_id="film.organisation_id",
        sha256="lpad(to_hex(f), 64, '0')",
        width="CASE size WHEN 0 THEN 1920 WHEN 1 THEN 3840 ELSE 1080 END",
        height="CASE size WHEN 0 THEN 1080 WHEN 1 THEN 2160 ELSE 1920 END",
        has_audio="sound",
    )
    source = "(SELECT a.* FROM media_ingest_asset a JOIN media_ingest_clip c ON c.asset_id = a.id WHERE c.id = %s)"
    cursor.execute(_sql(asset, " FROM film, ", source, " t"), [template])
    cursor.execute(
        "CREATE TEMP TABLE take AS "
        "SELECT gen_random_uuid() AS clip, c, 2000 + (random() * 60000)::int AS ms, film.* "
        "FROM film, generate_series(1, %s) c",
        [_CLIPS_A_FILE],
    )
    clip = _copied(
        "media_ingest_clip", id="take.clip", asset_id="take.id", start_ms="c * 100000", end_ms="c * 100000 + ms"
    )
    cursor.execute(_sql(clip, " FROM take, (SELECT * FROM media_ingest_clip WHERE id = %s) t"), [template])


def _offers(cursor: CursorWrapper, template: UUID) -> None:
    """Copy the declaration, the shelf and the listing for each ``take``."""
    kind = "(ARRAY['generic', 'drone', 'talking_head'])[1 + c %% 3]"
    said = _copied("licensing_declaration", id="gen_random_uuid()", clip_id="take.clip", genre=kind)
    cursor.execute(_sql(said, " FROM take, (SELECT * FROM licensing_declaration WHERE clip_id = %s) t"), [template])
    shelf = _copied(
        "marketplace_shelf",
        id="gen_random_uuid()",
        terms_profile_version_id="k.effective_version_id",
        agreement_id="k.agreement_id",
        has_audio="k.sound",
        genre="k.genre",
        resolution_class="CASE k.size WHEN 1 THEN '2160p' ELSE '1080p' END",
        orientation="CASE k.size WHEN 2 THEN 'vertical' ELSE 'horizontal' END",
        clips="0",
        duration_ms="0",
    )
    keys = _sql("SELECT DISTINCT effective_version_id, agreement_id, sound, size, ", kind, " AS genre FROM take")
    cursor.execute(_sql(shelf, " FROM (", keys, ") k, marketplace_shelf t ON CONFLICT DO NOTHING"), [])
    listing = _copied(
        "marketplace_listing",
        id="gen_random_uuid()",
        clip_id="take.clip",
        organisation_id="take.organisation_id",
        terms_profile_version_id="take.effective_version_id",
        agreement_id="take.agreement_id",
        shelved_ms="take.ms",
        shelf_id="s.id",
    )
    where = _sql(
        " FROM take JOIN marketplace_shelf s ON s.agreement_id = take.agreement_id AND s.has_audio = take.sound ",
        "AND s.resolution_class = CASE take.size WHEN 1 THEN '2160p' ELSE '1080p' END ",
        "AND s.orientation = CASE take.size WHEN 2 THEN 'vertical' ELSE 'horizontal' END AND s.genre = ",
        kind,
    )
    cursor.execute(_sql(listing, where, ", (SELECT * FROM marketplace_listing WHERE clip_id = %s) t"), [template])


def asked_rows(found: Market, clips: int) -> list[Row]:
    """P13: search and explanation as a buyer asks for them."""
    from django.conf import settings
    from django.test import Client

    import marketplace.config.wsgi  # noqa: F401 - what a web server's process does before it answers

    host = urlsplit(settings.OFFCUT.public_url).hostname or "127.0.0.1"
    client, headers = Client(SERVER_NAME=host), {"Authorization": f"Bearer {found.key}"}
    rows = []
    for path, filters in (
        ("search", [{}, {"verdict": ["fits", "fits_if"]}, {"genre": ["drone"], "verdict": ["ask"]}]),
        ("search/explain", [{}, {"resolution_class": ["2160p"], "has_audio": True}]),
    ):
        spent, some = [], 0
        for number in range(_ASKED + len(found.use_cases)):
            use_case = found.use_cases[number % len(found.use_cases)]
            body = {"use_case_id": use_case, **filters[number % len(filters)]}
            began = time.perf_counter()
            answer = client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)
            took = 1000 * (time.perf_counter() - began)
            if answer.status_code != 200:
                raise RuntimeError(answer.content.decode()[:500])
            spent.append(took)
            some += answer.json()["clips"] > 0
        first, rest = spent[0], spent[len(found.use_cases) :]
        slow = percentile(rest, 0.95)
        rows.append(
            Row(
                id="P13",
                work=f"POST /{path} with a use case, {PROFILES:,} terms, {clips:,} clips on PostgreSQL",
                baseline="none",
                goal=f"95 % < {_SEARCH_MS} ms",
                figure=f"{slow:.0f} ms",
                met=slow < _SEARCH_MS,
                spread=f"{len(rest)} requests",
                note=f"median {statistics.median(rest):.0f} ms; {some} found clips; the first, cold, {first:.0f} ms",
            )
        )
    return rows


def measure(*, quick: bool) -> list[Row]:
    """Measure both."""
    clips = _QUICK_CLIPS if quick else CLIPS
    with market(clips) as found:
        return [explained_row(clips), *asked_rows(found, clips)]


def rows(*, quick: bool, rounds: int) -> list[Row]:
    """Return both promises with their figures, measured in a process of its own."""
    del rounds  # every request is a round
    command = [sys.executable, "-m", "benchmarks.matching", "--json", *(["--quick"] if quick else [])]
    told: list[dict[str, Any]] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [Row(**row) for row in told]


def main() -> None:
    """Measure and print the table."""
    parser = arguments("Matching: explanations and searches.", quick="fifty thousand clips")
    parser.add_argument("--write", action="store_true", help="put the figures on the page of performance")
    chosen = parser.parse_args()
    found = measure(quick=chosen.quick)
    show(found, as_json=chosen.json)
    if chosen.write:
        from benchmarks.page import page_write

        page_write(found)


if __name__ == "__main__":
    main()

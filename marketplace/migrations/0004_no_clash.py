"""The database itself refuses two clashing holds on a clip, and a licence without one.

PostgreSQL: one exclusion constraint over ranges, which needs no extension and holds at every isolation level. Equality
of clips is the overlap of one-point ranges; a shared hold has a lane of its own, an exclusive one lies across all
lanes, so two shared holds never meet and an exclusive one meets everybody. SQLite: a trigger; its one writer makes
reading and inserting one step.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db import migrations

from core.append_only import AppendOnly

COLUMNS = ("id", "order_id", "clip_id", "cells", "exclusive", "starts_at", "ends_at", "created_at")
CHANGED = " OR ".join(f"CAST(NEW.{column} AS text) <> CAST(OLD.{column} AS text)" for column in COLUMNS)

CLASH = """
SELECT 1 FROM marketplace_reservation r
WHERE r.clip_id = NEW.clip_id AND r.released_at IS NULL AND (r.exclusive OR NEW.exclusive)
AND (r.cells & NEW.cells) <> 0 AND r.starts_at < NEW.ends_at AND NEW.starts_at < r.ends_at
"""
UNRESERVED = """
NOT EXISTS (SELECT 1 FROM marketplace_reservation r WHERE r.order_id = NEW.order_id AND r.clip_id = NEW.clip_id
AND r.released_at IS NULL AND (r.exclusive OR NEW.exclusivity = 'none'))
"""

SQLITE = (
    (
        f"CREATE TRIGGER marketplace_hold_no_clash BEFORE INSERT ON marketplace_reservation "
        f"WHEN NEW.released_at IS NULL AND EXISTS ({CLASH}) BEGIN SELECT RAISE(ABORT, 'holds on a clip clash'); END"
    ),
    (
        f"CREATE TRIGGER marketplace_licence_reserved BEFORE INSERT ON marketplace_licence WHEN {UNRESERVED} "
        f"BEGIN SELECT RAISE(ABORT, 'a licence needs its reservation'); END"
    ),
)
SQLITE_BACK = ("DROP TRIGGER marketplace_licence_reserved", "DROP TRIGGER marketplace_hold_no_clash")

POSTGRES = (
    "CREATE TYPE marketplace_uuidrange AS RANGE (subtype = uuid)",
    (
        "CREATE FUNCTION marketplace_cells(mask integer) RETURNS int4multirange LANGUAGE sql IMMUTABLE STRICT "
        "PARALLEL SAFE AS $$ SELECT range_agg(int4range(place, place + 1)) FROM generate_series(0, 15) AS place "
        "WHERE ((mask >> place) & 1) = 1 $$"
    ),
    (
        "ALTER TABLE marketplace_reservation ADD CONSTRAINT marketplace_hold_no_clash EXCLUDE USING gist ("
        "marketplace_uuidrange(clip_id, clip_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&, "
        "(CASE WHEN exclusive THEN marketplace_uuidrange(NULL, NULL) ELSE marketplace_uuidrange(id, id, '[]') END) "
        "WITH &&, marketplace_cells(cells) WITH &&) WHERE (released_at IS NULL)"
    ),
    (
        f"CREATE FUNCTION marketplace_licence_reserved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {UNRESERVED} THEN RAISE EXCEPTION 'a licence needs its reservation' "
        f"USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$"
    ),
    (
        "CREATE TRIGGER marketplace_licence_reserved BEFORE INSERT ON marketplace_licence FOR EACH ROW "
        "EXECUTE FUNCTION marketplace_licence_reserved()"
    ),
)
POSTGRES_BACK = (
    "DROP TRIGGER marketplace_licence_reserved ON marketplace_licence",
    "DROP FUNCTION marketplace_licence_reserved()",
    "ALTER TABLE marketplace_reservation DROP CONSTRAINT marketplace_hold_no_clash",
    "DROP FUNCTION marketplace_cells(integer)",
    "DROP TYPE marketplace_uuidrange",
)

CLASSES = (
    "video_gen",
    "image_gen",
    "audio_gen",
    "world_model",
    "robotics_policy",
    "vision_understanding",
    "multimodal_llm",
    "detector",
)
TRAINING = {"pretrain", "finetune", "align"}
LONGEST_MONTH = timedelta(days=31)


def cells_of(values: dict[str, Any]) -> tuple[int, bool]:
    """The cells of a stored use case as they were numbered when the table began, and whether others are kept out."""
    purposes = set(values["purposes"])
    kinds = (1 if purposes & TRAINING else 0) | (2 if purposes - TRAINING else 0)
    match values["exclusivity"]:
        case "buyer":
            return 0xFFFF, True
        case "ai_training":
            return 0x5555, True
        case "category":
            return sum(3 << (2 * CLASSES.index(kind)) for kind in values["model_classes"]), True
        case _:
            return sum(kinds << (2 * CLASSES.index(kind)) for kind in values["model_classes"]), False


def hold_what_was_sold(apps: Any, _schema_editor: Any) -> None:
    """Write the holds of standing licences and of payments under way, as the product did not before."""
    licence, payment, reservation = (
        apps.get_model("marketplace", name) for name in ("Licence", "Payment", "Reservation")
    )
    standing = licence.objects.filter(state__in=["active", "under_claim"]).select_related(
        "order__quote__use_case_version"
    )
    for row in standing.iterator(chunk_size=500):
        cells, exclusive = cells_of(row.order.quote.use_case_version.values)
        reservation.objects.create(
            order_id=row.order_id,
            clip_id=row.clip_id,
            cells=cells,
            exclusive=exclusive,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
    for row in payment.objects.filter(state="claimed").select_related("order__quote__use_case_version"):
        quote = row.order.quote
        cells, exclusive = cells_of(quote.use_case_version.values)
        for clip_id in quote.lines.values_list("clip_id", flat=True):
            reservation.objects.create(
                order_id=row.order_id,
                clip_id=clip_id,
                cells=cells,
                exclusive=exclusive,
                starts_at=row.created_at,
                ends_at=row.created_at + quote.term_months * LONGEST_MONTH,
            )


def refuse(_apps: Any, schema_editor: Any) -> None:
    """Create what refuses."""
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES:
        schema_editor.execute(statement)


def allow(_apps: Any, schema_editor: Any) -> None:
    """Drop what refuses."""
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRES_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """The clash constraint, the licence's need for a hold, and columns that stay as written."""

    dependencies: ClassVar = [("marketplace", "0003_reservation")]
    operations: ClassVar = [
        migrations.RunPython(refuse, allow),
        AppendOnly("marketplace_reservation", f"OLD.released_at IS NOT NULL OR {CHANGED}", ("UPDATE",)),
        AppendOnly("marketplace_reservation", events=("DELETE",)),
        migrations.RunPython(hold_what_was_sold, migrations.RunPython.noop),
    ]

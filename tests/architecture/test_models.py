"""What every table keeps to: keys fall, enums are checked, ids sort by time, migrations are complete."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from django.apps import apps
from django.db import models

from tests.architecture.source import FLOORS, product

ENUM_NAMES = ("state", "role", "status")
# One row that is locked, not created: it has no time of its own.
WITHOUT_A_TIME = ("core.AuditHead",)


def tables() -> list[type[models.Model]]:
    """Every model of the four floors."""
    return [model for model in apps.get_models() if model._meta.app_label in FLOORS]


def columns(model: type[models.Model]) -> Iterator[models.Field[object, object]]:
    """Every column of a model."""
    return (field for field in model._meta.get_fields() if isinstance(field, models.Field))


def rises(from_app: str, to_app: str) -> bool:
    """Whether a foreign key would point to a higher floor. Django's own tables lie below all floors."""
    height = {name: number for number, name in enumerate(FLOORS)}
    return height.get(to_app, -1) > height[from_app]


def keys() -> Iterator[tuple[str, str, models.Field[object, object]]]:
    """Every foreign key: the app it is in, the app it points to, the field."""
    for model in tables():
        for field in columns(model):
            target = field.related_model
            if isinstance(target, type) and issubclass(target, models.Model):
                yield model._meta.app_label, target._meta.app_label, field


def allowed_values(model: type[models.Model], column: str) -> set[str] | None:
    """The values that a CHECK made by `core.constraints.check_in` allows in a column; None without one."""
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.CheckConstraint):
            children = getattr(constraint.condition, "children", [])
            if len(children) == 1 and isinstance(children[0], tuple) and children[0][0] == f"{column}__in":
                return {str(value) for value in children[0][1]}
    return None


def test_foreign_keys_only_fall() -> None:
    assert [str(field) for here, there, field in keys() if rises(here, there)] == []


def test_a_rising_foreign_key_is_seen() -> None:
    assert rises("media_ingest", "licensing")
    assert not rises("licensing", "media_ingest")
    assert not rises("core", "auth")


def test_nothing_is_deleted_by_accident_and_every_reverse_name_is_chosen() -> None:
    faults = []
    kept = ("PROTECT", "RESTRICT", "DO_NOTHING")
    for _, _, field in keys():
        remote = field.remote_field
        if isinstance(field, models.ForeignKey) and remote is not None:
            if getattr(remote.on_delete, "__name__", "") not in kept:
                faults.append(f"{field}: on_delete is not PROTECT")
            if remote.related_name is None:
                faults.append(f"{field}: no related_name")
    assert faults == []


def test_every_enum_column_can_hold_nothing_else() -> None:
    faults = []
    for model in tables():
        for field in columns(model):
            if not isinstance(field, models.CharField):
                continue
            held = allowed_values(model, field.name)
            if isinstance(field.default, StrEnum):
                wanted = {str(member) for member in type(field.default)}
                if held != wanted:
                    faults.append(f"{field}: check says {held}, the enum {wanted}")
            elif field.name in ENUM_NAMES and held is None and field.default == models.NOT_PROVIDED:
                faults.append(f"{field}: no check")
    assert faults == []


def test_every_table_has_a_uuid_key_and_a_creation_time_set_by_the_database() -> None:
    faults = []
    for model in tables():
        if not isinstance(model._meta.pk, models.UUIDField | models.OneToOneField):
            faults.append(f"{model._meta.label}: primary key is {type(model._meta.pk).__name__}")
        created = next((field for field in columns(model) if field.name == "created_at"), None)
        if model._meta.label not in WITHOUT_A_TIME and (created is None or not created.has_db_default()):
            faults.append(f"{model._meta.label}: created_at is not set by the database")
    assert faults == []


def test_money_and_time_columns_are_whole_numbers() -> None:
    whole = (models.BigIntegerField, models.IntegerField)
    wrong = [
        str(field)
        for model in tables()
        for field in columns(model)
        if field.name.endswith(("_ms", "_minor", "_ticks", "_bytes")) and not isinstance(field, whole)
    ]
    assert wrong == []


def test_names_of_constraints_are_unique_and_say_their_table() -> None:
    names = [constraint.name for model in tables() for constraint in model._meta.constraints]
    assert len(names) == len(set(names))
    assert [name for name in names if not name.startswith(FLOORS)] == []


def test_every_module_of_models_is_known_to_django() -> None:
    known = {model.__module__ for model in tables()}
    defined = {
        module.path.removesuffix(".py").replace("/", ".")
        for module in product()
        for cls in module.classes()
        if any(getattr(base, "id", getattr(base, "attr", "")) == "Record" for base in cls.bases)
    }
    assert defined - known == set()

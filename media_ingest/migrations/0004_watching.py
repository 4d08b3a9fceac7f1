"""Clips are shots with exact ticks, flaws and measures; moving pictures belong to a clip; what watching told."""

import core.ids
import django.db.models.deletion
import django.db.models.functions.datetime
import media_ingest.domain.detections
import media_ingest.domain.watched
from django.conf import settings
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery


def fill(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give the clips there are their ticks (each is a whole recording), and their first seconds to them."""
    asset, clip = apps.get_model("media_ingest", "Asset"), apps.get_model("media_ingest", "Clip")
    derivative = apps.get_model("media_ingest", "Derivative")
    ticks = asset.objects.filter(pk=OuterRef("asset_id"), duration_ticks__gt=0).values("duration_ticks")
    clip.objects.filter(asset__duration_ticks__gt=0).update(end_ticks=Subquery(ticks[:1]))
    of_asset = clip.objects.filter(asset_id=OuterRef("asset_id")).order_by("start_ms").values("pk")
    derivative.objects.filter(kind="preview").update(kind="opening", clip_id=Subquery(of_asset[:1]))


def empty(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give the first seconds back to the recording; the rest goes with its columns."""
    derivative = apps.get_model("media_ingest", "Derivative")
    derivative.objects.exclude(kind__in=["poster", "opening"]).delete()
    derivative.objects.filter(kind="poster", clip__isnull=False).delete()
    first = derivative.objects.filter(kind="opening", asset_id=OuterRef("asset_id")).order_by("pk").values("pk")
    derivative.objects.filter(kind="opening").exclude(pk=Subquery(first[:1])).delete()
    derivative.objects.filter(kind="opening").update(kind="preview", clip_id=None)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_append_only"),
        ("media_ingest", "0003_uploads_both_ways"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Detection",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("detector", models.CharField(max_length=40)),
                ("version", models.CharField(max_length=40)),
                ("label", models.CharField(max_length=32)),
                ("score", models.PositiveSmallIntegerField()),
                ("evidence", models.JSONField(blank=True, default=list)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("state", models.CharField(default=media_ingest.domain.detections.LabelState["SHOWN"], max_length=12)),
                ("disputed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Watching",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("method", models.CharField(max_length=16)),
                ("frames_decoded", models.PositiveBigIntegerField()),
                ("frames_seen", models.PositiveBigIntegerField()),
                ("tool_version", models.CharField(max_length=80)),
                ("tile_width", models.PositiveIntegerField(default=0)),
                ("tile_height", models.PositiveIntegerField(default=0)),
                ("tile_columns", models.PositiveIntegerField(default=0)),
                ("tile_times", models.JSONField(blank=True, default=list)),
                ("peaks", models.BinaryField(null=True)),
                ("loudness_centi_lufs", models.IntegerField(null=True)),
                ("silent", models.BooleanField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="derivative",
            name="media_ingest_derivative_kind",
        ),
        migrations.RemoveConstraint(
            model_name="derivative",
            name="media_ingest_derivative_once",
        ),
        migrations.AddField(
            model_name="asset",
            name="guess",
            field=models.CharField(blank=True, default="", max_length=16),
        ),
        migrations.AddField(
            model_name="clip",
            name="begins",
            field=models.CharField(default=media_ingest.domain.watched.Begins["START"], max_length=12),
        ),
        migrations.AddField(
            model_name="clip",
            name="brightness",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="clip",
            name="clipped",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="clip",
            name="contrast",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="clip",
            name="end_ticks",
            field=models.BigIntegerField(default=1),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="clip",
            name="flashes_per_s",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="clip",
            name="flaws",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="clip",
            name="motion",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="clip",
            name="sharpness",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="clip",
            name="start_ticks",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="derivative",
            name="clip",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="derivatives",
                to="media_ingest.clip",
            ),
        ),
        migrations.RunPython(fill, empty),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("guess__in", ["", "camera", "drone", "egocentric", "vr360", "animation_3d", "unknown"])
                ),
                name="media_ingest_asset_guess",
            ),
        ),
        migrations.AddConstraint(
            model_name="clip",
            constraint=models.CheckConstraint(
                condition=models.Q(("end_ticks__gt", models.F("start_ticks")), ("start_ticks__gte", 0)),
                name="media_ingest_clip_has_ticks",
            ),
        ),
        migrations.AddConstraint(
            model_name="clip",
            constraint=models.CheckConstraint(
                condition=models.Q(("begins__in", ["start", "cut", "fade", "dissolve"])),
                name="media_ingest_clip_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="clip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("motion__isnull", True), ("motion__lte", 1000), _connector="OR"),
                    models.Q(("sharpness__isnull", True), ("sharpness__lte", 1000), _connector="OR"),
                    models.Q(("brightness__isnull", True), ("brightness__lte", 1000), _connector="OR"),
                    models.Q(("contrast__isnull", True), ("contrast__lte", 1000), _connector="OR"),
                    models.Q(("clipped__isnull", True), ("clipped__lte", 1000), _connector="OR"),
                ),
                name="media_ingest_clip_thousandths",
            ),
        ),
        migrations.AddConstraint(
            model_name="derivative",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["poster", "opening", "preview", "sprite"])),
                name="media_ingest_derivative_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="derivative",
            constraint=models.UniqueConstraint(
                condition=models.Q(("clip__isnull", True)),
                fields=("asset", "kind"),
                name="media_ingest_derivative_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="derivative",
            constraint=models.UniqueConstraint(
                condition=models.Q(("clip__isnull", False)),
                fields=("clip", "kind"),
                name="media_ingest_derivative_once_per_clip",
            ),
        ),
        migrations.AddConstraint(
            model_name="derivative",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "poster"),
                    models.Q(("clip__isnull", False), ("kind__in", ("opening", "preview"))),
                    models.Q(("clip__isnull", True), ("kind", "sprite")),
                    _connector="OR",
                ),
                name="media_ingest_derivative_of_what",
            ),
        ),
        migrations.AddField(
            model_name="detection",
            name="clip",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="detections", to="media_ingest.clip"
            ),
        ),
        migrations.AddField(
            model_name="detection",
            name="disputed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="watching",
            name="asset",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="watching", to="media_ingest.asset"
            ),
        ),
        migrations.AddConstraint(
            model_name="detection",
            constraint=models.UniqueConstraint(
                fields=("clip", "detector", "label"), name="media_ingest_detection_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="detection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "label__in",
                        [
                            "ai_generated",
                            "ai_possible",
                            "silent",
                            "sound",
                            "flashing",
                            "screen_recording",
                            "upscaled",
                            "speech",
                            "on_screen_text",
                        ],
                    )
                ),
                name="media_ingest_detection_label",
            ),
        ),
        migrations.AddConstraint(
            model_name="detection",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["shown", "disputed"])), name="media_ingest_detection_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="detection",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__lte", 1000)), name="media_ingest_detection_score"
            ),
        ),
        migrations.AddConstraint(
            model_name="detection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("disputed_at__isnull", False), ("state", "disputed")),
                    models.Q(("disputed_at__isnull", True), ("state", "shown")),
                    _connector="OR",
                ),
                name="media_ingest_detection_disputed_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="watching",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["every_frame", "key_frames"])), name="media_ingest_watching_method"
            ),
        ),
    ]

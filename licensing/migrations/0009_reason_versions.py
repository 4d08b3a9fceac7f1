"""Reasons of the desk are versioned rows; what one says never changes, published or not."""

from __future__ import annotations

import core.ids
import django.db.models.deletion
import django.db.models.functions.datetime
import licensing.domain.reasons
from django.conf import settings
from django.db import migrations, models

from core.append_only import AppendOnly, Kept

SAID = (
    *("id", "code", "version", "name", "words_en", "words_fr", "fix_en", "fix_fr", "actions", "sha256"),
    *("author_id", "created_at"),
)
SETTLED = "OLD.state <> 'proposed' OR " + " OR ".join(
    f"COALESCE(CAST(NEW.{column} AS text), '') <> COALESCE(CAST(OLD.{column} AS text), '')" for column in SAID
)
"""SQL that holds for any change but the one that publishes or withdraws a proposal as it stands."""


class Migration(migrations.Migration):
    """One table, frozen by triggers."""

    dependencies = [
        ('licensing', '0008_use_case_approval'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ReasonVersion',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('code', models.CharField(max_length=8)),
                ('version', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=40)),
                ('words_en', models.CharField(max_length=200)),
                ('words_fr', models.CharField(max_length=200)),
                ('fix_en', models.CharField(max_length=200)),
                ('fix_fr', models.CharField(max_length=200)),
                ('actions', models.JSONField(default=list)),
                ('sha256', models.CharField(max_length=64)),
                ('state', models.CharField(default=licensing.domain.reasons.ReasonState['PROPOSED'], max_length=16)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reviewer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('code', 'version'), name='licensing_reasonversion_once'), models.UniqueConstraint(condition=models.Q(('state', licensing.domain.reasons.ReasonState['PROPOSED'])), fields=('code',), name='licensing_reasonversion_one_proposed'), models.CheckConstraint(condition=models.Q(('code__in', ['F01', 'F02', 'F03', 'F04', 'F05', 'F06', 'P01', 'P02', 'P03', 'P04', 'R01', 'R02', 'S01', 'S02', 'C01', 'C02', 'C03', 'C04', 'I01', 'I02'])), name='licensing_reasonversion_code'), models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'published', 'withdrawn'])), name='licensing_reasonversion_state'), models.CheckConstraint(condition=models.Q(models.Q(('words_en', ''), _negated=True), models.Q(('words_fr', ''), _negated=True), models.Q(('fix_en', ''), _negated=True), models.Q(('fix_fr', ''), _negated=True)), name='licensing_reasonversion_both_languages'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='licensing_reasonversion_from_one'), models.CheckConstraint(condition=models.Q(models.Q(('state', licensing.domain.reasons.ReasonState['PUBLISHED']), _negated=True), models.Q(('published_at__isnull', False), models.Q(('author', None), models.Q(('reviewer__isnull', False), models.Q(('reviewer', models.F('author')), _negated=True)), _connector='OR')), _connector='OR'), name='licensing_reasonversion_second_person')],
            },
        ),
        AppendOnly("licensing_reasonversion", SETTLED, ("UPDATE",)),
        AppendOnly("licensing_reasonversion", events=("DELETE",)),
        Kept("licensing_reasonversion"),
    ]

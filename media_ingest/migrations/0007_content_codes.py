"""What recordings are called by their content; the database refuses to change it."""

from __future__ import annotations

import core.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from core.append_only import AppendOnly
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('media_ingest', '0006_stored_objects'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContentCode',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('iscc', models.CharField(max_length=80)),
                ('video', models.CharField(max_length=40)),
                ('data', models.CharField(max_length=40)),
                ('instance', models.CharField(max_length=40)),
                ('asset', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='content_code', to='media_ingest.asset')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('iscc', ''), _negated=True), name='media_ingest_contentcode_not_empty')],
            },
        ),
        AppendOnly('media_ingest_contentcode'),
    ]

"""How delivered videos were signed; the database refuses to change it."""

from __future__ import annotations

import core.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from core.append_only import AppendOnly
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marketplace', '0008_transparency_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='SignedCopy',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('source_sha256', models.CharField(max_length=64)),
                ('sha256', models.CharField(max_length=64)),
                ('size_bytes', models.BigIntegerField()),
                ('manifest', models.BinaryField()),
                ('seal', models.BinaryField()),
                ('licence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signed_copies', to='marketplace.licence')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('licence', 'source_sha256'), name='marketplace_signedcopy_once'), models.CheckConstraint(condition=models.Q(('size_bytes__gt', 0), models.Q(('sha256', ''), _negated=True), models.Q(('source_sha256', ''), _negated=True)), name='marketplace_signedcopy_has_bytes')],
            },
        ),
        AppendOnly('marketplace_signedcopy'),
    ]

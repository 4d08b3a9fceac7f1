"""A version of a use case is approved by the buyer's own people; answered requests never change."""

from __future__ import annotations

import core.ids
import django.db.models.deletion
import django.db.models.functions.datetime
import licensing.domain.approval
from django.conf import settings
from django.db import migrations, models

from core.append_only import AppendOnly, Kept


class Migration(migrations.Migration):
    """Requests for approval, one standing for a version."""

    dependencies = [
        ('licensing', '0007_kept'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='UseCaseApproval',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('state', models.CharField(default=licensing.domain.approval.ApprovalState['REQUESTED'], max_length=16)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.TextField(blank=True, default='')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='licensing.usecaseversion')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'approved', 'refused'])), name='licensing_usecaseapproval_state'), models.UniqueConstraint(condition=models.Q(('state__in', ['requested', 'approved'])), fields=('version',), name='licensing_usecaseapproval_one_stands'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 'requested')), models.Q(models.Q(('state', 'requested'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='licensing_usecaseapproval_second_person'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='licensing_usecaseapproval_explained')],
            },
        ),
        AppendOnly("licensing_usecaseapproval", "OLD.state <> 'requested'", ("UPDATE",)),
        AppendOnly("licensing_usecaseapproval", events=("DELETE",)),
        Kept("licensing_usecaseapproval"),
    ]

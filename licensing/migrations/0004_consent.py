"""Releases, consent nodes on clips, and the settled answer beside each declaration."""

from typing import Any

import core.ids
import django.db.models.deletion
import django.db.models.functions.datetime
import licensing.domain.consent
import licensing.domain.matching
import licensing.domain.release
import licensing.domain.wording
from django.db import migrations, models

from core.append_only import AppendOnly


def unreleased_is_not_cleared(apps: Any, _schema_editor: Any) -> None:
    """Nothing was on file before: people declared as released have no release, and count as nobody who agreed."""
    declarations = apps.get_model("licensing", "Declaration").objects
    declarations.filter(people__in=("unreleased", "released")).update(cleared="none")


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_append_only'),
        ('licensing', '0003_publishing'),
        ('media_ingest', '0006_stored_objects'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConsentNode',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('kind', models.CharField(max_length=12)),
                ('label', models.CharField(max_length=120)),
                ('reason', models.CharField(blank=True, max_length=20, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ConsentPlace',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('start_ms', models.BigIntegerField(blank=True, null=True)),
                ('end_ms', models.BigIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('kind', models.CharField(max_length=12)),
                ('subject', models.CharField(max_length=120)),
                ('occasion', models.CharField(blank=True, default='', max_length=200)),
                ('language', models.CharField(default=licensing.domain.wording.Language['EN'], max_length=2)),
                ('shows_pictures', models.BooleanField(default=True)),
                ('state', models.CharField(default=licensing.domain.release.ReleaseState['DRAFT'], max_length=12)),
                ('source', models.CharField(default=licensing.domain.release.ReleaseSource['LINK'], max_length=8)),
                ('last_day', models.DateField(blank=True, null=True)),
                ('link_digest', models.CharField(blank=True, default='', max_length=64)),
                ('link_ends_at', models.DateTimeField(blank=True, null=True)),
                ('kept_digest', models.CharField(blank=True, default='', max_length=64)),
                ('ai', models.CharField(default=licensing.domain.consent.AiAnswer['SILENT'], max_length=16)),
                ('signed_at', models.DateTimeField(blank=True, null=True)),
                ('guardian', models.BooleanField(default=False)),
                ('paper_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('paper_name', models.CharField(blank=True, default='', max_length=200)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ReleaseSignature',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('language', models.CharField(max_length=2)),
                ('text', models.TextField()),
                ('text_version', models.PositiveSmallIntegerField()),
                ('text_sha256', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=120)),
                ('ai', models.CharField(max_length=16)),
                ('minor_name', models.CharField(blank=True, default='', max_length=120)),
                ('guardian_relation', models.CharField(blank=True, default='', max_length=120)),
                ('signed_at', models.DateTimeField()),
                ('ip_hash', models.CharField(blank=True, default='', max_length=64)),
            ],
        ),
        migrations.AddField(
            model_name='declaration',
            name='cleared',
            field=models.CharField(default=licensing.domain.matching.Cleared['GENERATIVE'], max_length=16),
        ),
        migrations.AddField(
            model_name='declaration',
            name='settled_people',
            field=models.CharField(blank=True, max_length=16, null=True),
        ),
        migrations.AddField(
            model_name='declaration',
            name='settled_release',
            field=models.CharField(blank=True, max_length=16, null=True),
        ),
        migrations.AddField(
            model_name='declaration',
            name='settled_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name='declaration',
            constraint=models.CheckConstraint(condition=models.Q(('cleared__in', ['none', 'evaluation', 'non_generative', 'generative'])), name='licensing_declaration_cleared'),
        ),
        migrations.AddConstraint(
            model_name='declaration',
            constraint=models.CheckConstraint(condition=models.Q(('settled_people__in', ['none', 'blurred', 'incidental', 'released', 'unreleased'])), name='licensing_declaration_settled_people'),
        ),
        migrations.AddConstraint(
            model_name='declaration',
            constraint=models.CheckConstraint(condition=models.Q(('settled_release__in', ['full', 'none_needed', 'blurred'])), name='licensing_declaration_settled_release'),
        ),
        migrations.AddField(
            model_name='consentnode',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consent_nodes', to='core.organisation'),
        ),
        migrations.AddField(
            model_name='consentplace',
            name='clip',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consent_places', to='media_ingest.clip'),
        ),
        migrations.AddField(
            model_name='consentplace',
            name='node',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='licensing.consentnode'),
        ),
        migrations.AddField(
            model_name='release',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='core.organisation'),
        ),
        migrations.AddField(
            model_name='consentnode',
            name='release',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='nodes', to='licensing.release'),
        ),
        migrations.AddField(
            model_name='releasesignature',
            name='release',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='signature', to='licensing.release'),
        ),
        migrations.AddIndex(
            model_name='consentplace',
            index=models.Index(fields=['clip'], name='licensing_place_clip'),
        ),
        migrations.AddConstraint(
            model_name='consentplace',
            constraint=models.UniqueConstraint(fields=('node', 'clip'), name='licensing_place_once'),
        ),
        migrations.AddConstraint(
            model_name='consentplace',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_ms__isnull', True), ('start_ms__isnull', True)), models.Q(('end_ms__gt', models.F('start_ms')), ('end_ms__isnull', False), ('start_ms__gte', 0)), _connector='OR'), name='licensing_place_span'),
        ),
        migrations.AddIndex(
            model_name='release',
            index=models.Index(fields=['organisation', 'state'], name='licensing_release_org_state'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['person', 'voice', 'minor', 'premises', 'mark', 'permit'])), name='licensing_release_kind'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'sent', 'signed', 'refused', 'revoked', 'cancelled'])), name='licensing_release_state'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['link', 'paper'])), name='licensing_release_source'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(('language__in', ['en', 'fr'])), name='licensing_release_language'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(('ai__in', ['no', 'silent', 'evaluation', 'non_generative', 'generative'])), name='licensing_release_ai'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', (licensing.domain.release.ReleaseState['SIGNED'], licensing.domain.release.ReleaseState['REVOKED'])), _negated=True), ('signed_at__isnull', False), _connector='OR'), name='licensing_release_signed_when'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', (licensing.domain.release.ReleaseState['SIGNED'], licensing.domain.release.ReleaseState['REVOKED'])), _negated=True), models.Q(('kind', licensing.domain.consent.NodeKind['MINOR']), _negated=True), ('guardian', True), _connector='OR'), name='licensing_release_minor_has_guardian'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', licensing.domain.release.ReleaseState['REVOKED']), _negated=True), ('revoked_at__isnull', False), _connector='OR'), name='licensing_release_revoked_when'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(('state', licensing.domain.release.ReleaseState['SENT']), ('link_digest', ''), _connector='OR'), name='licensing_release_link_only_sent'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(condition=models.Q(('link_digest', ''), _negated=True), fields=('link_digest',), name='licensing_release_link_once'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(condition=models.Q(('kept_digest', ''), _negated=True), fields=('kept_digest',), name='licensing_release_kept_once'),
        ),
        migrations.AddIndex(
            model_name='consentnode',
            index=models.Index(fields=['organisation', 'kind'], name='licensing_node_org_kind'),
        ),
        migrations.AddConstraint(
            model_name='consentnode',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['person', 'voice', 'minor', 'premises', 'mark', 'permit'])), name='licensing_node_kind'),
        ),
        migrations.AddConstraint(
            model_name='consentnode',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['blurred', 'not_recognisable', 'crowd_incidental', 'public_place', 'incidental', 'own', 'no_permit_needed'])), name='licensing_node_reason'),
        ),
        migrations.AddConstraint(
            model_name='consentnode',
            constraint=models.CheckConstraint(condition=models.Q(('reason__isnull', True), ('release__isnull', True), _connector='OR'), name='licensing_node_reason_or_release'),
        ),
        migrations.AddConstraint(
            model_name='releasesignature',
            constraint=models.CheckConstraint(condition=models.Q(('language__in', ['en', 'fr'])), name='licensing_signature_language'),
        ),
        migrations.AddConstraint(
            model_name='releasesignature',
            constraint=models.CheckConstraint(condition=models.Q(('ai__in', ['no', 'silent', 'evaluation', 'non_generative', 'generative'])), name='licensing_signature_ai'),
        ),
        migrations.AddConstraint(
            model_name='releasesignature',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('text', ''), _negated=True), models.Q(('text_sha256', ''), _negated=True)), name='licensing_signature_complete'),
        ),
        migrations.RunPython(unreleased_is_not_cleared, migrations.RunPython.noop),
        AppendOnly("licensing_releasesignature"),
    ]

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import django_claimsauth.api_keys.format


class Migration(migrations.Migration):
    dependencies = [
        ("claimsauth", "0001_tokens"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=django_claimsauth.api_keys.format.new_key_id,
                        editable=False,
                        max_length=32,
                        unique=True,
                        verbose_name="id",
                    ),
                ),
                (
                    "prefix",
                    models.CharField(
                        editable=False, max_length=32, verbose_name="prefix"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "name_key",
                    models.CharField(
                        editable=False, max_length=64, null=True, unique=True
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64)),
                (
                    "previous_digest",
                    models.CharField(blank=True, editable=False, max_length=64),
                ),
                (
                    "previous_valid_until",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="old secret works until"
                    ),
                ),
                (
                    "previous_used_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="old secret last used"
                    ),
                ),
                (
                    "generation",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="rotations"
                    ),
                ),
                ("scope", models.TextField(blank=True, verbose_name="scopes")),
                (
                    "claims",
                    models.JSONField(blank=True, default=dict, verbose_name="claims"),
                ),
                (
                    "networks",
                    models.TextField(blank=True, verbose_name="allowed networks"),
                ),
                (
                    "rate",
                    models.CharField(blank=True, max_length=32, verbose_name="rate"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="issued"
                    ),
                ),
                (
                    "rotated_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="rotated"),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        blank=True, db_index=True, null=True, verbose_name="expires"
                    ),
                ),
                (
                    "expiry_warned_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "disabled_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="disabled"
                    ),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="revoked"),
                ),
                (
                    "reason",
                    models.CharField(blank=True, max_length=200, verbose_name="reason"),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(
                        blank=True, db_index=True, null=True, verbose_name="last used"
                    ),
                ),
                (
                    "last_used_ip",
                    models.GenericIPAddressField(
                        blank=True, null=True, verbose_name="last used from"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_keys",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
            },
        ),
        migrations.CreateModel(
            name="LegacyUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("scheme", models.CharField(max_length=100, verbose_name="scheme")),
                (
                    "credential",
                    models.CharField(max_length=64, verbose_name="credential"),
                ),
                ("name", models.CharField(max_length=255, verbose_name="of")),
                (
                    "uses",
                    models.PositiveBigIntegerField(default=0, verbose_name="uses"),
                ),
                (
                    "first_used_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="first used"
                    ),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(db_index=True, verbose_name="last used"),
                ),
            ],
            options={
                "verbose_name": "use of an old credential",
                "verbose_name_plural": "uses of old credentials",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scheme", "credential"),
                        name="claimsauth_legacy_use_once",
                    )
                ],
            },
        ),
    ]

import django.db.models.deletion
import django.utils.timezone
import django_claimsauth.api_keys.format
from django.conf import settings
from django.db import migrations, models


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
    ]

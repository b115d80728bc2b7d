import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import django_claimsauth.passkeys.models


class Migration(migrations.Migration):
    dependencies = [
        ("claimsauth", "0002_api_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Passkey",
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
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "credential_id",
                    models.TextField(editable=False, verbose_name="credential id"),
                ),
                (
                    "digest",
                    models.CharField(editable=False, max_length=64, unique=True),
                ),
                ("public_key", models.BinaryField(verbose_name="public key")),
                (
                    "algorithm",
                    models.IntegerField(editable=False, verbose_name="algorithm"),
                ),
                (
                    "sign_count",
                    models.PositiveBigIntegerField(default=0, verbose_name="counter"),
                ),
                (
                    "transports",
                    models.CharField(
                        blank=True, max_length=255, verbose_name="transports"
                    ),
                ),
                ("aaguid", models.CharField(max_length=36, verbose_name="AAGUID")),
                (
                    "attestation_format",
                    models.CharField(max_length=32, verbose_name="attestation"),
                ),
                ("backup_eligible", models.BooleanField(verbose_name="may be synced")),
                ("backed_up", models.BooleanField(verbose_name="synced")),
                ("user_verified", models.BooleanField(verbose_name="user verified")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="added"
                    ),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="last used"
                    ),
                ),
                (
                    "clone_suspected_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="clone suspected"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passkeys",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "passkey",
                "verbose_name_plural": "passkeys",
            },
        ),
        migrations.CreateModel(
            name="PasskeyChallenge",
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
                    "digest",
                    models.CharField(editable=False, max_length=64, unique=True),
                ),
                (
                    "ceremony",
                    models.CharField(
                        choices=[
                            ("registration", "registration"),
                            ("authentication", "authentication"),
                            ("sign_up", "sign-up"),
                            ("step_up", "step-up"),
                        ],
                        max_length=16,
                    ),
                ),
                ("browser", models.CharField(max_length=64)),
                ("username", models.CharField(blank=True, max_length=255)),
                ("handle", models.CharField(blank=True, max_length=128)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "passkey challenge",
                "verbose_name_plural": "passkey challenges",
            },
        ),
        migrations.CreateModel(
            name="UserHandle",
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
                    "handle",
                    models.CharField(
                        default=django_claimsauth.passkeys.models.new_handle,
                        editable=False,
                        max_length=128,
                        unique=True,
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passkey_handle",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "user handle",
                "verbose_name_plural": "user handles",
            },
        ),
    ]

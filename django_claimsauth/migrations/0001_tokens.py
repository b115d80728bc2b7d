import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import django_claimsauth.tokens.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RevokedToken",
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
                ("issuer", models.CharField(max_length=255, verbose_name="issuer")),
                ("jti", models.CharField(max_length=255, verbose_name="token id")),
                (
                    "revoked_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="revoked"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("signed_out", "signed out"),
                            ("revoked", "revoked"),
                            ("reused", "refresh token reused"),
                            ("password_changed", "password changed"),
                            ("user_ended", "user deactivated or deleted"),
                            ("spent", "one-time token spent"),
                        ],
                        default="revoked",
                        max_length=32,
                        verbose_name="reason",
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(db_index=True, verbose_name="expires"),
                ),
            ],
            options={
                "verbose_name": "revoked token",
                "verbose_name_plural": "revoked tokens",
            },
        ),
        migrations.CreateModel(
            name="NotBefore",
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
                    "not_before",
                    models.DateTimeField(db_index=True, verbose_name="not before"),
                ),
                (
                    "expires_at",
                    models.DateTimeField(db_index=True, verbose_name="expires"),
                ),
                (
                    "user",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="tokens_not_before",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "not-before stamp",
                "verbose_name_plural": "not-before stamps",
            },
        ),
        migrations.CreateModel(
            name="TokenFamily",
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
                    "sid",
                    models.CharField(
                        default=django_claimsauth.tokens.models.new_identifier,
                        editable=False,
                        max_length=32,
                        unique=True,
                        verbose_name="session",
                    ),
                ),
                (
                    "scheme",
                    models.CharField(
                        default="bearer", max_length=255, verbose_name="scheme"
                    ),
                ),
                (
                    "client",
                    models.CharField(blank=True, max_length=255, verbose_name="client"),
                ),
                ("scope", models.TextField(blank=True, verbose_name="scope")),
                (
                    "amr",
                    models.CharField(
                        blank=True, max_length=255, verbose_name="methods"
                    ),
                ),
                ("stamp", models.CharField(editable=False, max_length=64)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="signed in"
                    ),
                ),
                (
                    "authenticated_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="stepped up"
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(db_index=True, verbose_name="ends"),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(
                        blank=True, db_index=True, null=True, verbose_name="revoked"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("signed_out", "signed out"),
                            ("revoked", "revoked"),
                            ("reused", "refresh token reused"),
                            ("password_changed", "password changed"),
                            ("user_ended", "user deactivated or deleted"),
                            ("spent", "one-time token spent"),
                        ],
                        max_length=32,
                        verbose_name="reason",
                    ),
                ),
                (
                    "user_agent",
                    models.CharField(blank=True, max_length=200, verbose_name="device"),
                ),
                (
                    "ip_address",
                    models.CharField(blank=True, max_length=45, verbose_name="network"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="token_families",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
            },
        ),
        migrations.CreateModel(
            name="RefreshToken",
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
                    "salt",
                    models.CharField(
                        default=django_claimsauth.tokens.models.new_identifier,
                        editable=False,
                        max_length=32,
                    ),
                ),
                (
                    "issued_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="issued"
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(db_index=True, verbose_name="expires"),
                ),
                (
                    "used_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="used"),
                ),
                (
                    "parent",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="successor",
                        to="claimsauth.refreshtoken",
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refresh_tokens",
                        to="claimsauth.tokenfamily",
                    ),
                ),
            ],
            options={
                "verbose_name": "refresh token",
                "verbose_name_plural": "refresh tokens",
            },
        ),
    ]

"""What the endpoints take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from django_claimsauth.drf.serializers import StrictSerializer, TextField
from django_claimsauth.tokens.jws import MAX_TOKEN_SIZE

#: Longer than any that is hashed by Django without a detour, far below a flood.
MAX_PASSWORD = 4096
MAX_NAME = 254
MAX_REFRESH_TOKEN = 512
MAX_SCOPE = 2048


class SignInSerializer(StrictSerializer):
    """Credentials of a user."""

    username = TextField(max_length=MAX_NAME)
    password = TextField(
        max_length=MAX_PASSWORD, style={"input_type": "password"}, write_only=True
    )
    scope = TextField(max_length=MAX_SCOPE, required=False)


class RefreshSerializer(StrictSerializer):
    """A refresh token to be spent."""

    refresh_token = TextField(max_length=MAX_REFRESH_TOKEN)
    scope = TextField(max_length=MAX_SCOPE, required=False)


class RefreshByCookieSerializer(StrictSerializer):
    """The same, where the token is in the cookie."""

    scope = TextField(max_length=MAX_SCOPE, required=False)


class SignOutSerializer(StrictSerializer):
    """The refresh token of the session that ends; else the access token names it."""

    refresh_token = TextField(max_length=MAX_REFRESH_TOKEN, required=False)


class EmptySerializer(StrictSerializer):
    """No field at all."""


class TokenSerializer(StrictSerializer):
    """A token to be looked at by a service (RFC 7009 2.1, RFC 7662 2.1)."""

    token = TextField(max_length=MAX_TOKEN_SIZE)
    token_type_hint = TextField(max_length=64, required=False, allow_blank=True)


class TokenPairSerializer(serializers.Serializer[Any]):
    """The answer to a sign-in and a refresh (RFC 6749 5.1)."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField(required=False)
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()
    scope = serializers.CharField()


class SessionSerializer(serializers.Serializer[Any]):
    """One of one's own sessions; never a secret."""

    sid = serializers.CharField()
    client = serializers.CharField()
    user_agent = serializers.CharField()
    network = serializers.CharField(source="ip_address")
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    current = serializers.SerializerMethodField()

    def get_current(self, family: Any) -> bool:
        """Tell whether this request was made with a token of it."""
        return bool(family.sid == self.context.get("sid"))


class IntrospectionSerializer(serializers.Serializer[Any]):
    """The answer of RFC 7662 2.2; further claims of the token stand beside these."""

    active = serializers.BooleanField()

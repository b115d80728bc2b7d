"""What the endpoints of passkeys take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from django_claimsauth.drf.serializers import StrictSerializer, TextField
from django_claimsauth.passkeys.aaguids import authenticator_name
from django_claimsauth.passkeys.models import NAME_LENGTH
from django_claimsauth.passkeys.sign_up import MAX_USERNAME

MAX_SCOPE = 2048
MAX_DISPLAY_NAME = 254


class EmptySerializer(StrictSerializer):
    """No field at all."""


class RegistrationSerializer(StrictSerializer):
    """A new credential, and what its owner calls it."""

    credential = serializers.DictField()
    name = TextField(max_length=NAME_LENGTH, required=False, allow_blank=True)


class AuthenticationOptionsSerializer(StrictSerializer):
    """Who wants to sign in; without a name, whoever has a passkey."""

    username = TextField(max_length=MAX_USERNAME, required=False, allow_blank=True)


class AuthenticationSerializer(StrictSerializer):
    """A proof of possession, and the scopes that the tokens are to have."""

    credential = serializers.DictField()
    scope = TextField(max_length=MAX_SCOPE, required=False)


class SignUpOptionsSerializer(StrictSerializer):
    """The name of the new account, and what the authenticator shows."""

    username = TextField(max_length=MAX_USERNAME)
    display_name = TextField(
        max_length=MAX_DISPLAY_NAME, required=False, allow_blank=True
    )


class SignUpSerializer(RegistrationSerializer):
    """The first credential of a new account."""

    scope = TextField(max_length=MAX_SCOPE, required=False)


class StepUpSerializer(StrictSerializer):
    """A fresh proof of possession."""

    credential = serializers.DictField()


class RenameSerializer(StrictSerializer):
    """Another name."""

    name = TextField(max_length=NAME_LENGTH)


class OptionsSerializer(serializers.Serializer[Any]):
    """What the browser is asked, as it takes it."""

    publicKey = serializers.DictField()  # noqa: N815  # the browser's word


class PasskeySerializer(serializers.Serializer[Any]):
    """One of one's own passkeys."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    authenticator = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    backup_eligible = serializers.BooleanField()
    backed_up = serializers.BooleanField()
    user_verified = serializers.BooleanField()
    clone_suspected_at = serializers.DateTimeField()

    def get_authenticator(self, passkey: Any) -> str:
        """Return the name of what made it, which nothing proves."""
        return authenticator_name(passkey.aaguid)

"""What the endpoints of keys take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from django_claimsauth.api_keys.models import NAME_LENGTH, REASON_LENGTH, ApiKey
from django_claimsauth.api_keys.networks import MAX_NETWORKS
from django_claimsauth.api_keys.validation import MAX_SCOPE_LENGTH, MAX_SCOPES
from django_claimsauth.drf.serializers import (
    StrictSerializer,
    TextField,
    WholeNumberField,
)

#: A hundred years; what the settings allow may be less.
MAX_SECONDS = 3_155_760_000
MAX_OVERLAP = 31_622_400


class IssueSerializer(StrictSerializer):
    """A key that is wished for; times are seconds from now."""

    name = TextField(max_length=NAME_LENGTH)
    scopes = serializers.ListField(
        child=TextField(max_length=MAX_SCOPE_LENGTH),
        max_length=MAX_SCOPES,
        required=False,
    )
    expires_in = WholeNumberField(min_value=1, max_value=MAX_SECONDS, required=False)
    allowed_networks = serializers.ListField(
        child=TextField(max_length=64), max_length=MAX_NETWORKS, required=False
    )
    rate = TextField(max_length=32, required=False)


class RotateSerializer(StrictSerializer):
    """For how long the old secret works beside the new one, in seconds."""

    overlap = WholeNumberField(min_value=0, max_value=MAX_OVERLAP, required=False)


class RevokeSerializer(StrictSerializer):
    """Why, for the record."""

    reason = TextField(max_length=REASON_LENGTH, required=False, allow_blank=True)


class ApiKeySerializer(serializers.Serializer[ApiKey]):
    """A key as its owner sees it; never a secret."""

    id = serializers.CharField(source="public_id")
    start = serializers.CharField()
    name = serializers.CharField()
    state = serializers.SerializerMethodField()
    scopes = serializers.ListField(child=serializers.CharField())
    allowed_networks = serializers.ListField(child=serializers.CharField())
    rate = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    last_used_ip = serializers.CharField()
    rotated_at = serializers.DateTimeField()
    previous_valid_until = serializers.DateTimeField()
    previous_used_at = serializers.DateTimeField()

    def get_state(self, api_key: ApiKey) -> str:
        """Return what has become of the key."""
        return str(api_key.state())


class IssuedApiKeySerializer(ApiKeySerializer):
    """A key that was issued or rotated just now, with its secret, this once."""

    secret = serializers.SerializerMethodField()

    def get_secret(self, api_key: ApiKey) -> Any:
        """Return the secret, which is nowhere but in the context."""
        return self.context["secret"]

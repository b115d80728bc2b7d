"""Django's door to the admin pages of every room."""

from django_claimsauth.api_keys.admin import ApiKeyAdmin

__all__ = ["ApiKeyAdmin"]

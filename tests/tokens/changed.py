"""Settings that a test changes, and what they name."""

from django.contrib.auth import get_user_model

from django_claimsauth.authentication import ClaimsTransformation


def tokens_settings(settings, **changes):
    """Change settings of the section TOKENS; None takes one out."""
    section = {**settings.CLAIMSAUTH["TOKENS"], **changes}
    section = {name: value for name, value in section.items() if value is not None}
    settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "TOKENS": section}


def bearer_options(settings, scheme="bearer", **options):
    """Set the options of a bearer scheme, new or there already."""
    entry = {
        "BACKEND": "django_claimsauth.tokens.handler.JWTBearerHandler",
        "OPTIONS": options,
    }
    schemes = {**settings.CLAIMSAUTH["SCHEMES"], scheme: entry}
    settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "SCHEMES": schemes}


def tenant_of(user):
    """A hook: claims of the project's own."""
    return {"tenant": "acme", "roles": ["owner"]}


def unchanged(principal, request):
    """A transformation without a word about tokens."""
    return principal


class TierTransformation(ClaimsTransformation):
    """A transformation that has a claim for tokens."""

    def transform(self, principal, request):
        """Add nothing."""
        return principal

    def token_claims(self, user):
        """Choose what goes into tokens."""
        return {"tier": "gold"}


def user_by_name(principal):
    """A hook: a user by the name that the token states."""
    return get_user_model()(username=principal.find_first("preferred_username").value)

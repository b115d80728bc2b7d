"""Schemes for tests: who is calling stands in a header, as JSON claims."""

import json

from django_claimsauth.authentication import AuthenticateResult, SchemeHandler
from django_claimsauth.claims import ClaimsPrincipal


class HeaderHandler(SchemeHandler):
    """Reads `Test-<Alias>: {"sub": ...}`; "bad" is a bad credential."""

    does_io = False

    def authenticate(self, request):
        value = request.headers.get(f"Test-{self.name.title()}")
        if value is None:
            return AuthenticateResult.no_result()
        if value.startswith("bad"):
            return AuthenticateResult.fail(value.partition(":")[2] or "bad_header", "")
        return AuthenticateResult.succeed(
            ClaimsPrincipal.of(self.name, json.loads(value))
        )


def claimsauth(**settings):
    """Return `CLAIMSAUTH` with two header schemes, `alpha` by default, and a session."""
    return {
        "SCHEMES": {
            "alpha": {"BACKEND": "tests.schemes.HeaderHandler"},
            "beta": {"BACKEND": "tests.schemes.HeaderHandler"},
            "session": {"BACKEND": "django_claimsauth.sessions.SessionHandler"},
        },
        "DEFAULT_SCHEME": "alpha",
        **settings,
    }


def as_(alias="alpha", /, sub="1", **claims):
    """Return the header of a caller, for the test client's `headers=`."""
    return {f"Test-{alias.title()}": json.dumps({"sub": sub, **claims})}

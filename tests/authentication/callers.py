"""Schemes of tests: each answers what it was told to, and counts who asked."""

from django_claimsauth.authentication import AuthenticateResult, SchemeHandler
from django_claimsauth.claims import ClaimsPrincipal

PATH = "tests.authentication.callers.Caller"


class Caller(SchemeHandler):
    """
    Answers one thing, whatever the request.

    Args:
        sub: succeed as this subject. `fails`: fail with this code. Neither: no result.
    """

    does_io = False

    def __init__(self, name, *, sub=None, fails=None, raises=None, realm="api"):
        super().__init__(name, realm=realm)
        self.sub = sub
        self.fails = fails
        self.raises = raises
        self.asked = []

    def authenticate(self, request):
        self.asked.append(request)
        if self.raises is not None:
            raise self.raises
        if self.fails is not None:
            return AuthenticateResult.fail(self.fails, "secret detail")
        if self.sub is None:
            return AuthenticateResult.no_result()
        return AuthenticateResult.succeed(
            ClaimsPrincipal.of(self.name, {"sub": self.sub})
        )

    def challenge(self, request, result):
        return f"{self.name} code={result.code}"

    def forbid(self, request, failure):
        return f"{self.name} forbids" if self.sub else None


def scheme(**options):
    """Return an entry of `SCHEMES`."""
    return {"BACKEND": PATH, "OPTIONS": options}


def forwarding(backend=None, **forward):
    """Return an entry that forwards; by itself it does nothing without a backend."""
    return {"BACKEND": backend, "FORWARD": forward}

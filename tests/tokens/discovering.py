"""An issuer's server and keys, as the tests of discovery hold them."""

from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens.discovery import DiscoveredKeys
from django_claimsauth.tokens.metadata import IssuerDocuments
from tests.tokens.minted import NOW, signing_key, token, validator

OLD = signing_key(kid="old", name="old")
NEW = signing_key(kid="new", name="new")
HOUR = 3600.0


class Clock:
    """A clock that a test sets."""

    def __init__(self, now=1000.0):
        self.now = now

    def __call__(self):
        return self.now


def keys_of(server, clock, **options):
    documents = IssuerDocuments(server.url, allow_loopback_http=True, **options)
    return DiscoveredKeys(documents, clock=clock, wall_clock=clock)


def code_of(server, keys, key, issuer=None):
    """What becomes of a token of this issuer, signed with this key."""
    judge = validator(issuers={server.url: keys})
    try:
        judge.validate(token(key=key, iss=issuer or server.url), NOW)
    except InvalidTokenError as error:
        return error.code
    return None

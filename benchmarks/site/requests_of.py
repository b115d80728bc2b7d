"""A credential for each view, and the calls that present it."""

import contextlib

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import override_settings
from rest_framework_api_key.models import APIKey as PeerKey

from benchmarks.site import calls, keys, peers
from django_claimsauth.api_keys import flows as api_keys
from django_claimsauth.api_keys.models import ApiKey
from django_claimsauth.tokens import flows as tokens

SOME_KEYS = 10
#: So many tokens in turn, and room for fewer: each is met for the first time.
IN_TURN = 4


class Bench:
    """The project's data, once; calls by view, as often as asked."""

    def __init__(self):
        self.user = get_user_model().objects.create_user("ada", password="x")
        self.is_server = connection.vendor != "sqlite"
        self.app = calls.application()
        self.headers = {"bare": {}, **peers.headers(self.user)}
        access = tokens.issue(self.user, scopes=["documents.read"]).access_token
        for name in ("seen", "touching", "decorated", "judged", "drf", "rules"):
            self.headers[name] = {"HTTP_AUTHORIZATION": f"Bearer {access}"}
        secret = self.add_keys(SOME_KEYS)
        for name in ("key", "cached-key", "raw"):
            self.headers[name] = {"HTTP_X_API_KEY": secret}

    def add_keys(self, count):
        """Store more keys, of this package and of the peer; return one of ours."""
        issued = api_keys.issue(f"key {count}", owner=self.user)
        first = ApiKey.objects.count()
        numbers = range(first, first + count)
        ours = (_like(issued.api_key, number) for number in numbers)
        theirs = (
            PeerKey(id=str(number), prefix=f"{number:08}", name="x", hashed_key=number)
            for number in numbers
        )
        ApiKey.objects.bulk_create(ours, batch_size=2000)
        PeerKey.objects.bulk_create(theirs, batch_size=2000)
        return issued.secret

    @contextlib.contextmanager
    def revocation(self, mode):
        """Have the schemes that are measured, in one mode of revocation."""
        given = settings.CLAIMSAUTH
        firsts = {
            f"first_{alg}": {
                "BACKEND": "django_claimsauth.tokens.handler.JWTBearerHandler",
                "OPTIONS": keys.options(alg, cache_size=IN_TURN // 2),
            }
            for alg in keys.ALGORITHMS
        }
        changed = {
            **given,
            "SCHEMES": {**given["SCHEMES"], **firsts},
            "TOKENS": {**given["TOKENS"], "REVOCATION": mode},
        }
        with override_settings(CLAIMSAUTH=changed):
            yield

    def cases(self, *names):
        """Return a call for each view."""
        return {name: calls.request(self.app, name, *self._of(name)) for name in names}

    def _of(self, name):
        if not name.startswith("first-"):
            return [self.headers[name]]
        alg = name.removeprefix("first-")
        return [
            {"HTTP_AUTHORIZATION": f"Bearer {keys.token(alg, number)}"}
            for number in range(IN_TURN)
        ]


def _like(api_key, number):
    fields = {
        each.attname: getattr(api_key, each.attname) for each in ApiKey._meta.fields
    }
    changed = {
        "id": None,
        "name": str(number),
        "name_key": str(number),
        "public_id": f"bench{number:07}",
        "digest": f"{number:064x}",
    }
    return ApiKey(**{**fields, **changed})

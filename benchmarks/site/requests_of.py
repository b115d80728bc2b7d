"""A credential for each view, and the calls that present it."""

import contextlib

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import override_settings
from knox.models import AuthToken
from rest_framework.authtoken.models import Token
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
        self.headers |= {f"inside-{alg}": {} for alg in keys.ALGORITHMS}
        access = tokens.issue(self.user, scopes=["documents.read"]).access_token
        for name in ("seen", "touching", "decorated", "judged", "drf", "rules"):
            self.headers[name] = {"HTTP_AUTHORIZATION": f"Bearer {access}"}
        secret = api_keys.issue("the key", owner=self.user).secret
        self.fill_keys(SOME_KEYS)
        for name in ("key", "cached-key", "raw"):
            self.headers[name] = {"HTTP_X_API_KEY": secret}

    def fill_keys(self, count):
        """Have so many keys stored, of this package and of each peer."""
        like = ApiKey.objects.first()
        users = get_user_model().objects
        names = range(users.count(), count)
        users.bulk_create(
            (users.model(username=f"user {number}") for number in names),
            batch_size=2000,
        )
        # One each: what a peer does for a user with many is not what is asked here.
        pks = list(users.order_by("pk").values_list("pk", flat=True))
        make = {
            ApiKey: lambda number: _like(like, number),
            PeerKey: lambda number: PeerKey(
                id=str(number), prefix=f"{number:08}", name="x", hashed_key=number
            ),
            AuthToken: lambda number: AuthToken(
                digest=f"{number:0128x}", token_key=f"{number:08x}", user_id=pks[number]
            ),
        }
        for model, of in make.items():
            there = model.objects.count()
            rows = (of(number) for number in range(there, count))
            model.objects.bulk_create(rows, batch_size=2000)
        without = users.filter(auth_token=None).values_list("pk", flat=True)
        tokens = (Token(key=f"{pk:040}", user_id=pk) for pk in without)
        Token.objects.bulk_create(tokens, batch_size=2000)

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

"""Refresh tokens, spent one after the other: by hand, by this package, by peers."""

import json
import secrets
from datetime import timedelta
from pathlib import Path

import jwt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oauth2_provider.views import TokenView
from rest_framework_simplejwt.serializers import TokenRefreshSerializer
from rest_framework_simplejwt.tokens import RefreshToken as PeerToken

from benchmarks.site import peers
from django_claimsauth.tokens import flows
from django_claimsauth.tokens.models import RefreshToken, TokenFamily
from django_claimsauth.tokens.views import RefreshView

UPDATE = (
    "UPDATE claimsauth_refreshtoken SET used_at = %s WHERE id = %s AND used_at IS NULL"
)
INSERT = (
    "INSERT INTO claimsauth_refreshtoken "
    "(family_id, parent_id, digest, salt, issued_at, expires_at) "
    "VALUES (%s, %s, %s, %s, %s, %s) RETURNING id"
)


def without_claims():
    """Have tokens say what they say where a project adds nothing."""
    given = settings.CLAIMSAUTH
    tokens = {k: v for k, v in given["TOKENS"].items() if k != "CLAIMS"}
    return override_settings(CLAIMSAUTH={**given, "TOKENS": tokens})


class Bench:
    """One user, signed in everywhere; each way has a token that is good now."""

    def __init__(self):
        self.is_server = connection.vendor != "sqlite"
        self.user = get_user_model().objects.create_user("ada", password="x")
        self.ours = flows.issue(self.user).refresh_token
        self.by_view = flows.issue(self.user).refresh_token
        self.peer = str(PeerToken.for_user(self.user))
        self.dot = peers.dot_tokens(self.user)[0].refresh_token.token
        flows.issue(self.user)
        self.row = RefreshToken.objects.latest("pk").pk
        self.family = RefreshToken.objects.latest("pk").family_id
        pem = Path(settings.CLAIMSAUTH["TOKENS"]["SIGNING_KEYS"][0]).read_bytes()
        self.key = jwt.algorithms.ECAlgorithm(None).prepare_key(pem)
        self.size = TokenFamily.objects.count()

    def grow(self, size):
        """Have so many families, with a live token each; and of the peers' rows."""
        more = size - self.size
        if more > 0:
            fill(self.user, more, timezone.now() + timedelta(days=14), self.size)
            self.size = size

    def cases(self):
        """Return a call for each way; each call spends what the one before gave."""
        return {
            "by hand": self._by_hand,
            "ours": self._ours,
            "view": self._view,
            "simplejwt": self._simplejwt,
            "dot": self._dot,
        }

    def statements(self):
        """Count what one refresh asks the database, besides BEGIN and COMMIT."""
        with CaptureQueriesContext(connection) as queries:
            self._ours()
        asked = [each["sql"] for each in queries]
        return sum(not sql.startswith(("BEGIN", "COMMIT")) for sql in asked)

    def _by_hand(self):
        now = timezone.now()
        expires = now + timedelta(days=14)
        secret = secrets.token_urlsafe(32)
        moment = connection.ops.adapt_datetimefield_value(now)
        until = connection.ops.adapt_datetimefield_value(expires)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(UPDATE, [moment, self.row])
            cursor.execute(
                INSERT,
                [self.family, self.row, secret, secret[:32], moment, until],
            )
            self.row = cursor.fetchone()[0]
        stamp = int(now.timestamp())
        claims = {
            "iss": "https://issuer.example", "sub": str(self.user.pk),
            "aud": "https://api.example", "exp": stamp + 600, "iat": stamp,
            "jti": secrets.token_hex(16), "client_id": "first-party",
            "sid": secret[:32], "auth_time": stamp,
        }  # fmt: skip
        return jwt.encode(claims, self.key, "ES256", {"typ": "at+jwt"}), secret

    def _ours(self):
        self.ours = flows.rotate(self.ours).refresh_token

    def _view(self):
        body = json.dumps({"refresh_token": self.by_view})
        request = FACTORY.post("/", body, content_type="application/json")
        response = REFRESH(request)
        response.render()
        self.by_view = json.loads(response.content)["refresh_token"]

    def _simplejwt(self):
        serializer = TokenRefreshSerializer(data={"refresh": self.peer})
        serializer.is_valid(raise_exception=True)
        self.peer = serializer.validated_data["refresh"]

    def _dot(self):
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self.dot,
            "client_id": "bench",
        }
        response = DOT(FACTORY.post("/", form))
        self.dot = json.loads(response.content)["refresh_token"]


FACTORY = RequestFactory()
REFRESH = RefreshView.as_view()
DOT = TokenView.as_view()


def fill(user, count, expires_at, start=0):
    """Store so many families of one refresh token each, and the peer's like them."""
    from rest_framework_simplejwt.token_blacklist.models import (
        BlacklistedToken,
        OutstandingToken,
    )

    now = timezone.now() - timedelta(days=100)
    numbers = range(start, start + count)
    families = (
        TokenFamily(user=user, sid=f"{n:032x}", stamp="x", created_at=now,
                    expires_at=expires_at)
        for n in numbers
    )  # fmt: skip
    TokenFamily.objects.bulk_create(families, batch_size=5000)
    known = TokenFamily.objects.filter(stamp="x").order_by("-pk")[:count]
    tokens = (
        RefreshToken(family_id=pk, digest=secrets.token_hex(32), salt=f"{pk:032x}",
                     issued_at=now, expires_at=expires_at)
        for pk in known.values_list("pk", flat=True).iterator()
    )  # fmt: skip
    RefreshToken.objects.bulk_create(tokens, batch_size=5000)
    outstanding = (
        OutstandingToken(user=user, jti=f"{n:032x}", token="x" * 250,
                         expires_at=expires_at)
        for n in numbers
    )  # fmt: skip
    OutstandingToken.objects.bulk_create(outstanding, batch_size=5000)
    spent = OutstandingToken.objects.filter(token="x" * 250).order_by("-pk")[:count]
    BlacklistedToken.objects.bulk_create(
        (
            BlacklistedToken(token_id=pk)
            for pk in spent.values_list("pk", flat=True).iterator()
        ),
        batch_size=5000,
    )

"""
Credentials of other packages, accepted while a project changes over.

One scheme each, listed beside `api_key` in a policy's schemes. Each use is counted
(`LegacyUse`) and logged, so an operator sees who still comes with an old one, and
when nobody does. The packages stay installed; nothing of theirs is changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from django.apps import apps
from django.core import checks
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from django_claimsauth.api_keys.legacy_uses import counter
from django_claimsauth.api_keys.models import subject_for
from django_claimsauth.api_keys.principals import SERVICE_ISSUER
from django_claimsauth.authentication.digests import digest, matches
from django_claimsauth.authentication.handlers import SchemeHandler, quoted
from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.claims import (
    LOCAL_ISSUER,
    Claim,
    ClaimsIdentity,
    ClaimsPrincipal,
)
from django_claimsauth.errors import SettingsError

if TYPE_CHECKING:
    from django.core.checks import CheckMessage
    from django.http import HttpRequest

NO_RESULT: Final = AuthenticateResult.no_result()
#: Longer than any of the three packages makes.
MAX_LENGTH: Final = 256


class Found(NamedTuple):
    """
    An old credential that works.

    Args:
        credential: what names it in the count; no secret.

        user: the local user for whom it acts, or None.
    """

    credential: str
    name: str
    user: Any = None


class LegacyHandler(SchemeHandler):
    """
    What the three schemes share.

    Args:
        keyword: of `Authorization: <keyword> <credential>`.

        header: another header that carries the credential instead.

        model: the label of the other package's model, where it was swapped.

        scopes: what the principals get, since old credentials carry none.
    """

    default_keyword: ClassVar[str]
    default_model: ClassVar[str]
    shape: ClassVar[re.Pattern[str]]

    def __init__(
        self,
        name: str,
        *,
        realm: str = "api",
        keyword: str | None = None,
        header: str | None = None,
        model: str | None = None,
        scopes: Sequence[str] = (),
    ) -> None:
        super().__init__(name, realm=realm)
        self.accepted = keyword or self.default_keyword
        self.header = header
        self.label = model or self.default_model
        if isinstance(scopes, str):
            raise TypeError(f"scopes is a list, not {scopes!r}.")
        self.scopes = tuple(scopes)

    def model(self) -> Any:
        """
        Return the other package's model.

        Raises:
            SettingsError: its app is not installed.
        """
        try:
            return apps.get_model(self.label)
        except (LookupError, ValueError) as error:
            raise SettingsError(
                f"The scheme {self.name!r} reads {self.label!r}, which is not "
                f"installed: {error}"
            ) from error

    def find(self, credential: str) -> Found | None:
        """Return what an old credential is, or None where it does not work."""
        raise NotImplementedError

    @sensitive_variables("credential")
    def authenticate(self, request: HttpRequest) -> AuthenticateResult:
        """Find the credential in the request and ask the other package's table."""
        credential = self._presented(request)
        if credential is None:
            return NO_RESULT
        if len(credential) > MAX_LENGTH or not self.shape.fullmatch(credential):
            return AuthenticateResult.fail("invalid_api_key", "malformed")
        found = self.find(credential)
        if found is None:
            return AuthenticateResult.fail("invalid_api_key", f"not in {self.label}")
        counter.note(self.name, found.credential, found.name)
        principal = ClaimsPrincipal([ClaimsIdentity(self._claims(found), self.name)])
        principal.memo["user"] = found.user
        return AuthenticateResult.succeed(principal)

    def _presented(self, request: HttpRequest) -> str | None:
        if self.header is not None:
            name = "HTTP_" + self.header.upper().replace("-", "_")
            return request.META.get(name) or None
        sent = request.META.get("HTTP_AUTHORIZATION", "")
        keyword, _, credential = sent.partition(" ")
        return credential if keyword.lower() == self.accepted.lower() else None

    def _claims(self, found: Found) -> list[Claim]:
        user = found.user
        owner_id = None if user is None else user.pk
        issuer = SERVICE_ISSUER if user is None else LOCAL_ISSUER
        return [
            Claim("sub", subject_for(owner_id, found.name), issuer),
            Claim("name", found.name),
            *(Claim("scope", scope) for scope in self.scopes),
        ]

    def user(self, principal: ClaimsPrincipal) -> object:
        """Return the user, who was read with the credential."""
        return principal.memo.get("user") or super().user(principal)

    def challenge(self, request: HttpRequest, result: AuthenticateResult) -> str:
        """Return the old keyword's challenge."""
        value = f'{self.accepted} realm="{quoted(self.realm)}"'
        if result.code is None:
            return value
        return f'{value}, error="{result.code}"'

    def check(self) -> list[CheckMessage]:
        """E305: the other package's app is not installed."""
        try:
            self.model()
        except SettingsError as error:
            return [checks.Error(str(error), id="claimsauth.E305")]
        return []


class RestFrameworkAPIKeyHandler(LegacyHandler):
    """
    Accepts keys of djangorestframework-api-key, as services.

    Their names need not be unique there; keys of one name have one subject here.
    """

    default_keyword = "Api-Key"
    default_model = "rest_framework_api_key.APIKey"
    shape = re.compile(r"[0-9A-Za-z]{1,64}\.[0-9A-Za-z]{1,128}")

    @sensitive_variables("credential")
    def find(self, credential: str) -> Found | None:
        """Return the key if it is neither revoked nor expired."""
        prefix, _, _ = credential.partition(".")
        row = self.model().objects.get_usable_keys().filter(prefix=prefix).first()
        # Some databases find `A` where `a` is asked for; the hash does not.
        if row is None or not row.is_valid(credential) or row.has_expired:
            return None
        return Found(row.prefix, row.name)


class KnoxHandler(LegacyHandler):
    """
    Accepts tokens of django-rest-knox.

    They are neither renewed nor deleted by being used, so they run out.
    """

    default_keyword = "Token"
    default_model = "knox.AuthToken"
    shape = re.compile(r"[\x21-\x7e]{1,256}")

    @sensitive_variables("credential")
    def find(self, credential: str) -> Found | None:
        """Return the token if it has not expired and its user is active."""
        crypto: Any = import_module("knox.crypto")
        settings: Any = import_module("knox.settings")
        length = settings.CONSTANTS.TOKEN_KEY_LENGTH
        hashed = crypto.hash_token(credential)
        rows = self.model().objects.filter(token_key=credential[:length])
        for row in rows.select_related("user"):
            if matches(row.digest, hashed):
                return _of_user(row.user, credential) if _is_current(row) else None
        return None


class AuthTokenHandler(LegacyHandler):
    """Accepts tokens of `rest_framework.authtoken`, which are stored in clear there."""

    default_keyword = "Token"
    default_model = "authtoken.Token"
    shape = re.compile(r"[0-9a-f]{40}")

    @sensitive_variables("credential", "row")
    def find(self, credential: str) -> Found | None:
        """Return the token if its user is active."""
        row = self.model().objects.select_related("user").filter(key=credential).first()
        if row is None or not matches(row.key, credential):
            return None
        return _of_user(row.user, credential)


def _is_current(row: Any) -> bool:
    return row.expiry is None or row.expiry > timezone.now()


def _of_user(user: Any, credential: str) -> Found | None:
    if not user.is_active:
        return None
    return Found(digest(credential)[:12], user.get_username(), user)

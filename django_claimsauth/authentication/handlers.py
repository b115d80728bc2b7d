"""The contract of a scheme: what turns a request into a principal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from asgiref.sync import async_to_sync, iscoroutinefunction, sync_to_async

from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.authentication.users import user_of
from django_claimsauth.claims import ClaimsPrincipal

if TYPE_CHECKING:
    from django.core.checks import CheckMessage
    from django.http import HttpRequest

    from django_claimsauth.authorization.evaluation import AuthorizationFailure


class SchemeHandler:
    """
    Authenticates requests for one named scheme, and says how to authenticate.

    A subclass writes `authenticate()` or `aauthenticate()` and, where its
    protocol has one, a `challenge()`. Its keyword arguments are the entry's
    `OPTIONS`: the signature is the documentation. One instance serves every
    request and thread, so it keeps nothing about a request on itself.

    Args:
        name: the scheme's alias in `CLAIMSAUTH["SCHEMES"]`.

        realm: the protection space of the challenge (RFC 9110 11.5).
    """

    #: The auth-scheme of the challenge (RFC 9110 11.1); the alias where None.
    keyword: ClassVar[str | None] = None
    #: Whether `authenticate()` waits for a database, a cache or a network. One
    #: that does not is called on the event loop, without a thread hop.
    does_io: bool = True

    def __init__(self, name: str, *, realm: str = "api") -> None:
        if not isinstance(realm, str):
            raise TypeError(f"`realm` is a str, not {realm!r}.")
        self.name = name
        self.realm = realm

    def authenticate(self, request: HttpRequest) -> AuthenticateResult:
        """
        Find this scheme's credential in the request and judge it.

        What is wrong with a credential is a result, never an exception: the
        client sent it. An exception is a defect or an outage and goes up.
        """
        if type(self).aauthenticate is not SchemeHandler.aauthenticate:
            return async_to_sync(self.aauthenticate)(request)
        raise NotImplementedError(
            f"{type(self).__name__} of the scheme {self.name!r} has no authenticate()."
        )

    async def aauthenticate(self, request: HttpRequest) -> AuthenticateResult:
        """Do as `authenticate()`, from an event loop."""
        # One that is async by mistake answers a coroutine, which is told apart.
        if not self.does_io or iscoroutinefunction(self.authenticate):
            return self.authenticate(request)
        return await sync_to_async(self.authenticate)(request)

    def challenge(self, request: HttpRequest, result: AuthenticateResult) -> str | None:
        """
        Return this scheme's part of `WWW-Authenticate` on a 401, or None.

        Args:
            result: what this scheme's `authenticate()` found. Only its code may
                reach the client, and only as a fixed sentence.
        """
        return f'{self.keyword or self.name} realm="{quoted(self.realm)}"'

    def forbid(
        self, request: HttpRequest, failure: AuthorizationFailure | None
    ) -> str | None:
        """Return this scheme's `WWW-Authenticate` on a 403, or None (the default)."""
        return None

    def user(self, principal: ClaimsPrincipal) -> object:
        """Return what `request.user` is for this principal; asked when touched."""
        return user_of(principal)

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI security scheme object that tells how to authenticate."""
        return {"type": "http", "scheme": (self.keyword or self.name).lower()}

    def check(self) -> list[CheckMessage]:
        """Return what is wrong with this scheme's set-up, as system check messages."""
        return []


def quoted(text: str) -> str:
    """
    Return the text as the inside of a quoted-string (RFC 9110 5.6.4).

    Quotes and backslashes are escaped; what no header may hold is left out.
    """
    visible = "".join(each for each in text if " " <= each <= "~")
    return visible.replace("\\", "\\\\").replace('"', '\\"')

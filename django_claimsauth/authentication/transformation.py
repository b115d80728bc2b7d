"""
Claims transformations: what enriches a principal before it is judged.

They run after authentication and before authorization, in the order of
`CLAIMS_TRANSFORMATIONS`, once a request for each distinct list of schemes, on
the merged principal. Nobody authenticated, nothing to transform.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from asgiref.sync import async_to_sync, iscoroutinefunction, sync_to_async

from django_claimsauth.authentication.django_grants import grants_of
from django_claimsauth.authentication.grant_versions import LONGEST
from django_claimsauth.claims import Claim, ClaimsPrincipal
from django_claimsauth.conf import load, settings
from django_claimsauth.errors import SettingsError

if TYPE_CHECKING:
    from django.http import HttpRequest


class ClaimsTransformation:
    """
    Turns a principal into a richer one.

    A subclass writes `transform()` or `atransform()` and returns the principal
    that it was given or a new one; principals are immutable. A function
    `(principal, request)` will do where no state is needed; it may be async.
    """

    #: Whether `transform()` waits for a database, a cache or a network. One that
    #: does not is called on the event loop, without a thread hop. A function may
    #: have the same attribute.
    does_io: bool = True

    def transform(
        self, principal: ClaimsPrincipal, request: HttpRequest
    ) -> ClaimsPrincipal:
        """Return the principal, enriched."""
        if type(self).atransform is not ClaimsTransformation.atransform:
            return async_to_sync(self.atransform)(principal, request)
        raise NotImplementedError(f"{type(self).__name__} has no transform().")

    async def atransform(
        self, principal: ClaimsPrincipal, request: HttpRequest
    ) -> ClaimsPrincipal:
        """Do as `transform()`, from an event loop."""
        # One that is async by mistake answers a coroutine, which is told apart.
        if not self.does_io or iscoroutinefunction(self.transform):
            return self.transform(principal, request)
        return await sync_to_async(self.transform)(principal, request)


class FunctionTransformation(ClaimsTransformation):
    """A transformation that is a function, sync or async."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.does_io = getattr(function, "does_io", True)

    def transform(
        self, principal: ClaimsPrincipal, request: HttpRequest
    ) -> ClaimsPrincipal:
        """Call the function; an async one runs to its end."""
        if iscoroutinefunction(self.function):
            return async_to_sync(self.function)(principal, request)  # type: ignore[no-any-return]
        return self.function(principal, request)  # type: ignore[no-any-return]

    async def atransform(
        self, principal: ClaimsPrincipal, request: HttpRequest
    ) -> ClaimsPrincipal:
        """Await an async function; call a sync one off the event loop."""
        if iscoroutinefunction(self.function):
            return await self.function(principal, request)  # type: ignore[no-any-return]
        return await super().atransform(principal, request)


class DjangoClaims(ClaimsTransformation):
    """
    The base of what Django knows of a local user; an inactive one has nothing.

    Claims are added to the primary identity where it vouches for a local user
    (`sub` of issuer `LOCAL AUTHORITY`). An API key says itself what it may, and is
    not widened to what its owner may.
    """

    #: How long what was read is kept in Django's cache. A change is seen at once
    #: by every process that shares the cache, and by others when this is over.
    timeout: timedelta = timedelta(seconds=60)

    def __init__(self) -> None:
        if not timedelta(0) <= self.timeout <= LONGEST:
            raise ValueError(f"`timeout` is from 0 to {LONGEST}, not {self.timeout}.")

    def enriched(
        self, principal: ClaimsPrincipal, type: str, values: Iterable[str]
    ) -> ClaimsPrincipal:
        """Return the principal with these claims, as far as it lacks them."""
        primary = principal.identity
        if primary is None:
            return principal
        claims = (Claim(type, each) for each in values)
        present = frozenset(primary.claims)
        lacking = [each for each in claims if each not in present]
        if not lacking:
            return principal
        richer = primary.with_claims(*lacking)
        enriched = ClaimsPrincipal(
            richer if each is primary else each for each in principal.identities
        )
        if "user" in principal.memo:
            # The same user, who was loaded by then.
            enriched.memo["user"] = principal.memo["user"]
        return enriched


class DjangoGroups(DjangoClaims):
    """
    Makes the groups of a local user roles, by the identity's own role type.

    One query a user, where the cache does not know.
    """

    def transform(
        self, principal: ClaimsPrincipal, request: HttpRequest
    ) -> ClaimsPrincipal:
        """Return the principal with a role for each group."""
        grants = grants_of(principal, request, permissions=False, timeout=self.timeout)
        role_type = principal.identity.role_type if principal.identity else ""
        return self.enriched(principal, role_type, grants.groups)


class DjangoPermissions(DjangoClaims):
    """
    Makes the permissions of a local user claims: `permission`, `app_label.codename`.

    A user's own, their groups', and of a superuser all. Two queries a user, where
    the cache does not know; `DjangoGroups` beside it adds none. Authentication
    backends that decide about permissions themselves are asked, at their own price.
    """

    type: str = "permission"

    def transform(
        self, principal: ClaimsPrincipal, request: HttpRequest
    ) -> ClaimsPrincipal:
        """Return the principal with a claim for each permission."""
        grants = grants_of(principal, request, permissions=True, timeout=self.timeout)
        return self.enriched(principal, self.type, grants.permissions or ())


class Transformations:
    """The transformations of the settings, made at first use."""

    def __init__(self) -> None:
        self._made: tuple[ClaimsTransformation, ...] | None = None

    def reset(self) -> None:
        """Forget what was made: the settings changed."""
        self._made = None

    def all(self) -> tuple[ClaimsTransformation, ...]:
        """
        Return them in order.

        Raises:
            SettingsError: an entry that is no transformation.
        """
        if self._made is None:
            self._made = tuple(
                _made(entry, f"CLAIMSAUTH['CLAIMS_TRANSFORMATIONS'][{place}]")
                for place, entry in enumerate(settings.claims_transformations)
            )
        return self._made

    def run(self, principal: ClaimsPrincipal, request: HttpRequest) -> ClaimsPrincipal:
        """Return the principal after every transformation."""
        for each in self.all():
            principal = _checked(each.transform(principal, request), each)
        return principal

    async def arun(
        self, principal: ClaimsPrincipal, request: HttpRequest
    ) -> ClaimsPrincipal:
        """Do as `run()`, from an event loop."""
        for each in self.all():
            principal = _checked(await each.atransform(principal, request), each)
        return principal


def _made(entry: Any, where: str) -> ClaimsTransformation:
    target = load(entry, where)
    if inspect.isclass(target):
        try:
            target = target()
        except (TypeError, ValueError) as error:
            raise SettingsError(f"{where} cannot be made: {error}") from error
    if isinstance(target, ClaimsTransformation):
        return target
    if not callable(target):
        raise SettingsError(
            f"{where} is {entry!r}; a ClaimsTransformation or a function "
            "(principal, request) is expected."
        )
    return FunctionTransformation(target)


def _checked(answer: object, transformation: ClaimsTransformation) -> ClaimsPrincipal:
    if inspect.iscoroutine(answer):
        # An `async def transform` in a class of one's own.
        answer.close()
    if not isinstance(answer, ClaimsPrincipal):
        shown = getattr(transformation, "function", type(transformation))
        raise TypeError(
            f"The transformation {shown!r} returned {answer!r}; a ClaimsPrincipal "
            "is expected. What is async is named atransform(), or is a function."
        )
    return answer


transformations = Transformations()
settings.on_drop(transformations.reset)

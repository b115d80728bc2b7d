"""
The named schemes: made from settings, asked once a request, merged in order.

A scheme's `FORWARD` sends an operation to another one: the specific target
(`challenge`), else what the selector says, else the default; its own name means
"I do it myself".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import Any

from django_claimsauth.authentication.entries import forwarded, made
from django_claimsauth.authentication.handlers import SchemeHandler
from django_claimsauth.authentication.requests import RequestState, django_request, state_of
from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.authentication.transformation import transformations
from django_claimsauth.authentication.users import user_of
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.conf import SchemeSettings, settings
from django_claimsauth.errors import ConfigurationError, UnknownSchemeError


class SchemeRegistry(Mapping[str, SchemeHandler]):
    """The configured schemes by alias; handlers are made at first use."""

    def __init__(self) -> None:
        self._handlers: dict[str, SchemeHandler] = {}
        self._lock = Lock()

    def reset(self) -> None:
        """Forget the handlers: the settings changed."""
        self._handlers = {}

    def __getitem__(self, alias: str) -> SchemeHandler:
        handler = self._handlers.get(alias)
        if handler is None:
            with self._lock:
                handler = self._handlers.get(alias) or made(alias, self.entry(alias))
                self._handlers[alias] = handler
        return handler

    def __iter__(self) -> Iterator[str]:
        return iter(settings.schemes)

    def __len__(self) -> int:
        return len(settings.schemes)

    def __contains__(self, alias: object) -> bool:
        return alias in settings.schemes

    def entry(self, alias: str) -> SchemeSettings:
        """
        Return a scheme's settings.

        Raises:
            UnknownSchemeError: no such scheme.
        """
        if alias not in settings.schemes:
            raise UnknownSchemeError(alias, settings.schemes)
        return settings.schemes[alias]

    def default(self, operation: str) -> str:
        """
        Return the default scheme of an operation: authenticate, challenge, forbid.

        Raises:
            ConfigurationError: several schemes, or none, and no default.
        """
        current = settings.current()
        specific = getattr(current, f"default_{operation}_scheme")
        if operation == "forbid" and specific is None:
            return self.default("challenge")
        found = specific or current.default_scheme
        if found is not None:
            return found  # type: ignore[no-any-return]
        if len(current.schemes) == 1:
            return next(iter(current.schemes))
        raise ConfigurationError(
            f"No scheme was named to {operation}, and there is no default: "
            f"CLAIMSAUTH['SCHEMES'] has {', '.join(current.schemes) or 'none'}. "
            f"Set DEFAULT_SCHEME or DEFAULT_{operation.upper()}_SCHEME."
        )

    def target(self, alias: str, operation: str, request: Any) -> str:
        """
        Return the scheme that does an operation for this one.

        Raises:
            ConfigurationError: a ring of forwards, or a scheme that only
                forwards and has no target.
        """
        way = [alias]
        while True:
            entry = self.entry(alias)
            chosen = forwarded(entry, operation, django_request(request))
            if chosen is None or chosen == alias:
                break
            if chosen in way:
                raise ConfigurationError(
                    "Schemes forward in a ring: " + " -> ".join([*way, chosen])
                )
            way.append(chosen)
            alias = chosen
        if entry.backend is None:
            raise ConfigurationError(
                f"The scheme {alias!r} has no BACKEND and forwards {operation} "
                "nowhere; name a default in its FORWARD."
            )
        return alias

    def authenticate(
        self, request: Any, names: Iterable[str] | None = None
    ) -> AuthenticateResult:
        """
        Authenticate by each of these schemes (None: the default) and merge.

        Each scheme is asked at most once a request, whoever asks. One that fails
        never stops the next; the transformations run on what was merged.

        Raises:
            TypeError: names that are one str.

            UnknownSchemeError: a name that is not configured.
        """
        inner, state, aliases = self._asked(request, names)
        if state.forced is not None:
            return AuthenticateResult.succeed(state.forced)
        known = state.combined.get(aliases)
        if known is not None:
            return known
        for alias in aliases:
            self.result_of(alias, inner)
        result = _merged(aliases, state)
        if result.principal is not None:
            principal = transformations.run(result.principal, inner)
            result = AuthenticateResult.succeed(principal, results=result.results)
        state.combined[aliases] = result
        return result

    async def aauthenticate(
        self, request: Any, names: Iterable[str] | None = None
    ) -> AuthenticateResult:
        """Do as `authenticate()`, from an event loop."""
        inner, state, aliases = self._asked(request, names)
        if state.forced is not None:
            return AuthenticateResult.succeed(state.forced)
        known = state.combined.get(aliases)
        if known is not None:
            return known
        for alias in aliases:
            await self.aresult_of(alias, inner)
        result = _merged(aliases, state)
        if result.principal is not None:
            principal = await transformations.arun(result.principal, inner)
            result = AuthenticateResult.succeed(principal, results=result.results)
        state.combined[aliases] = result
        return result

    def _asked(
        self, request: Any, names: Iterable[str] | None
    ) -> tuple[Any, RequestState, tuple[str, ...]]:
        inner = django_request(request)
        return inner, state_of(inner), self.aliases(names, "authenticate")

    def aliases(
        self, names: Iterable[str] | None, operation: str
    ) -> tuple[str, ...]:
        """Return the names as a tuple; None, or no name, is the operation's default."""
        if isinstance(names, str):
            raise TypeError(f"Schemes are a list of names, not {names!r}: [{names!r}].")
        return tuple(dict.fromkeys(names or ())) or (self.default(operation),)

    def result_of(self, alias: str, request: Any) -> AuthenticateResult:
        """Return one scheme's own result, asked once a request."""
        state = state_of(request)
        known = state.results.get(alias)
        if known is not None:
            return known
        target = self.target(alias, "authenticate", request)
        result = state.results.get(target)
        if result is None:
            result = _checked(self[target].authenticate(request), target)
        state.results[target] = state.results[alias] = result
        return result

    async def aresult_of(self, alias: str, request: Any) -> AuthenticateResult:
        """Do as `result_of()`, from an event loop."""
        state = state_of(request)
        known = state.results.get(alias)
        if known is not None:
            return known
        target = self.target(alias, "authenticate", request)
        result = state.results.get(target)
        if result is None:
            result = _checked(await self[target].aauthenticate(request), target)
        state.results[target] = state.results[alias] = result
        return result

    def challenge(
        self, request: Any, names: Iterable[str] | None = None
    ) -> list[str]:
        """
        Return the `WWW-Authenticate` values of a 401, one a scheme, in order.

        Each handler is told its own result, so that it can say what was wrong.
        """
        inner = django_request(request)
        handlers = self._targets(inner, names, "challenge")
        values = [
            handler.challenge(inner, self._own_result(handler, inner))
            for handler in handlers
        ]
        return [value for value in values if value]

    async def achallenge(
        self, request: Any, names: Iterable[str] | None = None
    ) -> list[str]:
        """Do as `challenge()`, from an event loop."""
        inner = django_request(request)
        for handler in self._targets(inner, names, "challenge"):
            if handler.name not in state_of(inner).results:
                result = _checked(await handler.aauthenticate(inner), handler.name)
                state_of(inner).results[handler.name] = result
        return self.challenge(inner, names)

    def forbid(
        self,
        request: Any,
        names: Iterable[str] | None = None,
        failure: Any = None,
    ) -> list[str]:
        """Return the `WWW-Authenticate` values of a 403; most schemes have none."""
        inner = django_request(request)
        handlers = self._targets(inner, names, "forbid")
        values = [handler.forbid(inner, failure) for handler in handlers]
        return [value for value in values if value]

    async def aforbid(
        self,
        request: Any,
        names: Iterable[str] | None = None,
        failure: Any = None,
    ) -> list[str]:
        """Do as `forbid()`, from an event loop; it waits for nothing."""
        return self.forbid(request, names, failure)

    def user(self, principal: ClaimsPrincipal) -> object:
        """Return `request.user` for a principal, as its primary identity's scheme says."""
        identity = principal.identity
        alias = None if identity is None else identity.authentication_type
        entry = settings.schemes.get(alias) if alias else None
        if alias is None or entry is None or entry.backend is None:
            return user_of(principal)
        return self[alias].user(principal)

    def _own_result(self, handler: SchemeHandler, request: Any) -> AuthenticateResult:
        state = state_of(request)
        result = state.results.get(handler.name)
        if result is None:
            result = _checked(handler.authenticate(request), handler.name)
            state.results[handler.name] = result
        return result

    def _targets(
        self, request: Any, names: Iterable[str] | None, operation: str
    ) -> list[SchemeHandler]:
        aliases = self.aliases(names, operation)
        targets = [self.target(alias, operation, request) for alias in aliases]
        return [self[target] for target in dict.fromkeys(targets)]


def _merged(aliases: tuple[str, ...], state: RequestState) -> AuthenticateResult:
    results = {alias: state.results[alias] for alias in aliases}
    principal: ClaimsPrincipal | None = None
    for result in results.values():
        if result.principal is not None:
            principal = (
                principal.merge(result.principal) if principal else result.principal
            )
    if principal is not None:
        return AuthenticateResult.succeed(principal, results=results)
    for result in results.values():
        if result.code is not None:
            return AuthenticateResult.fail(result.code, result.detail, results=results)
    return AuthenticateResult.no_result(results=results)


def _checked(result: object, alias: str) -> AuthenticateResult:
    if result is None:
        return AuthenticateResult.no_result()
    if not isinstance(result, AuthenticateResult):
        raise TypeError(
            f"The scheme {alias!r} answered {result!r}; an AuthenticateResult is "
            "expected."
        )
    return result


schemes = SchemeRegistry()
settings.on_drop(schemes.reset)

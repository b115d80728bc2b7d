"""
The named schemes: made from settings, asked once a request, merged in order.

A scheme's `FORWARD` sends an operation to another one: the specific target
(`challenge`), else what the selector says, else the default; its own name means
"I do it myself".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from threading import RLock
from typing import Any

from django_claimsauth.authentication.answers import checked
from django_claimsauth.authentication.entries import forwarded, made
from django_claimsauth.authentication.handlers import SchemeHandler
from django_claimsauth.authentication.merging import Merged
from django_claimsauth.authentication.requests import (
    ATTRIBUTE,
    RequestState,
    django_request,
    state_of,
)
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
        # Those of lists of one, to be asked straight away: the entry forwards
        # nothing, and nothing transforms what is found.
        self._plain: dict[tuple[str, ...], SchemeHandler] = {}
        # Whom a request is asked by that names no scheme.
        self._usual: tuple[str, ...] | None = None
        # Reentrant: a handler may ask for another while it is made.
        self._lock = RLock()

    def reset(self) -> None:
        """Forget the handlers: the settings changed."""
        self._handlers = {}
        self._plain = {}
        self._usual = None

    def __getitem__(self, alias: str) -> SchemeHandler:
        handler = self._handlers.get(alias)
        if handler is None:
            with self._lock:
                handler = self._handlers.get(alias) or self._made(alias)
        return handler

    def _made(self, alias: str) -> SchemeHandler:
        handler = self._handlers[alias] = made(alias, self.entry(alias))
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
        known = settings.schemes
        if alias not in known:
            raise UnknownSchemeError(alias, known)
        return known[alias]

    def default(self, operation: str) -> str:
        """
        Return the default scheme of an operation: authenticate, challenge, forbid.

        Raises:
            ConfigurationError: several schemes, or none, and no default.
        """
        current = settings.current()
        specific = getattr(current, f"default_{operation}_scheme")
        if operation == "forbid":
            specific = specific or current.default_challenge_scheme
        found = specific or current.default_scheme
        if found is not None:
            return found
        if len(current.schemes) == 1:
            return next(iter(current.schemes))
        raise ConfigurationError(
            f"No scheme was named to {operation}, and there is no default: "
            f"CLAIMSAUTH['SCHEMES'] has {', '.join(current.schemes) or 'none'}. "
            f"Set DEFAULT_SCHEME or DEFAULT_{operation.upper()}_SCHEME."
        )

    def find_default(self, operation: str) -> str | None:
        """Return the default scheme of an operation, or None where there is none."""
        try:
            return self.default(operation)
        except ConfigurationError:
            return None

    def target(self, alias: str, operation: str, request: Any) -> str:
        """
        Return the scheme that does an operation for this one.

        Raises:
            ConfigurationError: a ring of forwards, or a scheme that only
                forwards and has no target.
        """
        entry = self.entry(alias)
        if entry.forward is None and entry.backend is not None:
            return alias
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
        inner = getattr(request, "_request", request)
        state: RequestState | None = inner.__dict__.get(ATTRIBUTE)
        if state is None:
            state = inner.__dict__[ATTRIBUTE] = RequestState()
        one: Any = self._usual if names is None else names
        handler = self._plain.get(one) if one.__class__ is tuple else None
        if handler is None or state.results or state.forced is not None:
            aliases = self.aliases(names, "authenticate")
            if names is None:
                self._usual = aliases
            return self._merged(aliases, inner, state)
        # The first that is asked in this request, and the only one of its list.
        alias = one[0]
        result = handler.authenticate(inner)
        if result.__class__ is not AuthenticateResult:
            result = checked(result, alias)
        state.results[alias] = result
        if alias not in result.results:
            # Else the handler keeps what it always comes to as a list of one.
            result = result.alone(alias)
        state.combined[one] = result
        return result

    async def aauthenticate(
        self, request: Any, names: Iterable[str] | None = None
    ) -> AuthenticateResult:
        """Do as `authenticate()`, from an event loop."""
        inner = django_request(request)
        state = state_of(inner)
        aliases = self.aliases(names, "authenticate")
        known = state.known(aliases)
        if known is not None:
            return known
        merged = Merged({each: await self.aresult_of(each, inner) for each in aliases})
        if merged.principal is not None:
            async with state.turn(merged.made_of):
                await _transformed_in_turn(merged.principal, merged.made_of, inner)
        result = merged.as_result(state.transformed.get(merged.made_of))
        state.combined[aliases] = result
        return result

    def aliases(self, names: Iterable[str] | None, operation: str) -> tuple[str, ...]:
        """
        Return the names as a tuple; None, or no name, is the operation's default.

        Raises:
            TypeError: names that are one str, or no iterable of str.
        """
        if names is None:
            return (self.default(operation),)
        if names.__class__ is tuple and len(names) == 1:
            return names
        if isinstance(names, str | bytes):
            raise TypeError(f"Schemes are a list of names, not {names!r}: [{names!r}].")
        return tuple(dict.fromkeys(names)) or (self.default(operation),)

    def _merged(
        self, aliases: tuple[str, ...], request: Any, state: RequestState
    ) -> AuthenticateResult:
        known = state.known(aliases)
        if known is not None:
            return known
        merged = Merged({each: self.result_of(each, request) for each in aliases})
        done = state.transformed
        if merged.principal is not None and merged.made_of not in done:
            done[merged.made_of] = transformations.run(merged.principal, request)
        if len(aliases) == 1 and not transformations.all():
            entry = self.entry(aliases[0])
            if entry.forward is None and entry.backend is not None:
                self._plain[aliases] = self[aliases[0]]
        result = merged.as_result(done.get(merged.made_of))
        state.combined[aliases] = result
        return result

    def result_of(self, alias: str, request: Any) -> AuthenticateResult:
        """Return one scheme's own result, asked once a request."""
        request = django_request(request)
        results = state_of(request).results
        known = results.get(alias)
        if known is not None:
            return known
        target = self.target(alias, "authenticate", request)
        results[alias] = found = self._own_result(target, request)
        return found

    async def aresult_of(self, alias: str, request: Any) -> AuthenticateResult:
        """Do as `result_of()`, from an event loop."""
        request = django_request(request)
        results = state_of(request).results
        known = results.get(alias)
        if known is not None:
            return known
        target = self.target(alias, "authenticate", request)
        results[alias] = found = await self._aown_result(target, request)
        return found

    def challenge(self, request: Any, names: Iterable[str] | None = None) -> list[str]:
        """
        Return the `WWW-Authenticate` values of a 401, one a scheme, in order.

        Each handler is told its own result, so that it can say what was wrong.
        """
        inner = django_request(request)
        values = [
            self[target].challenge(inner, self._own_result(target, inner))
            for target in self._targets(inner, names, "challenge")
        ]
        return [value for value in values if value]

    async def achallenge(
        self, request: Any, names: Iterable[str] | None = None
    ) -> list[str]:
        """Do as `challenge()`, from an event loop."""
        inner = django_request(request)
        values = [
            self[target].challenge(inner, await self._aown_result(target, inner))
            for target in self._targets(inner, names, "challenge")
        ]
        return [value for value in values if value]

    def forbid(
        self,
        request: Any,
        names: Iterable[str] | None = None,
        failure: Any = None,
    ) -> list[str]:
        """Return the `WWW-Authenticate` values of a 403; most schemes have none."""
        inner = django_request(request)
        targets = self._targets(inner, names, "forbid")
        values = [self[target].forbid(inner, failure) for target in targets]
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
        """Return the `request.user` of a principal: its primary identity's scheme's."""
        identity = principal.identity
        alias = None if identity is None else identity.authentication_type
        entry = settings.schemes.get(alias) if alias else None
        if alias is None or entry is None or entry.backend is None:
            return user_of(principal)
        return self[alias].user(principal)

    def _own_result(self, target: str, request: Any) -> AuthenticateResult:
        results = state_of(request).results
        found = results.get(target)
        if found is None:
            found = checked(self[target].authenticate(request), target)
            results[target] = found
        return found

    async def _aown_result(self, target: str, request: Any) -> AuthenticateResult:
        # Tasks of one request may ask at the same time, and one is enough.
        async with state_of(request).turn(target):
            return await self._in_turn(target, request)

    async def _in_turn(self, target: str, request: Any) -> AuthenticateResult:
        results = state_of(request).results
        found = results.get(target)
        if found is None:
            found = checked(await self[target].aauthenticate(request), target)
            results[target] = found
        return found

    def _targets(
        self, request: Any, names: Iterable[str] | None, operation: str
    ) -> list[str]:
        aliases = self.aliases(names, operation)
        targets = [self.target(alias, operation, request) for alias in aliases]
        return list(dict.fromkeys(targets))


async def _transformed_in_turn(
    principal: ClaimsPrincipal, made_of: tuple[int, ...], request: Any
) -> None:
    done = state_of(request).transformed
    if made_of not in done:
        done[made_of] = await transformations.arun(principal, request)


schemes = SchemeRegistry()
settings.on_drop(schemes.reset)

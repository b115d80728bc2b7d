"""Validating a token: parsed, tied to its issuer, verified, then its claims judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django_claimsauth.authentication.encoding import decode_json
from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens.algorithms import allow_list
from django_claimsauth.tokens.claim_checks import (
    check_actors,
    check_audience,
    check_kind,
    check_required,
    text,
)
from django_claimsauth.tokens.claim_map import ClaimMap
from django_claimsauth.tokens.issuers import Issuer, IssuerTemplate
from django_claimsauth.tokens.jwks import KeySource, KeysUnavailableError
from django_claimsauth.tokens.jws import (
    CompactJWS,
    Header,
    media_type,
    parse_jws,
    shown,
    verify_signature,
)
from django_claimsauth.tokens.lifetime import Lifetime
from django_claimsauth.tokens.parameters import TokenValidationParameters

# A `typ` that does not say what the token is for.
UNTYPED = frozenset({"jwt", None})


@dataclass(frozen=True, slots=True, repr=False)
class VerifiedToken:
    """
    A token that is what the parameters ask for.

    Args:
        issuer: the `iss`; for a template the very one that fitted.

        tenant: the tenant, where the issuer came from a template.
    """

    header: Mapping[str, Any]
    claims: dict[str, Any]
    issuer: str
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class IssuerRules:
    """What holds for an issuer, ready for the hot path."""

    keys: KeySource
    audiences: frozenset[str] | None
    allowed: frozenset[str] | None
    required: tuple[str, ...]
    claim_map: ClaimMap | None
    tenant_claim: str | None


class SelectedIssuer(NamedTuple):
    """The issuer that a name selects, and the tenant where it came from a template."""

    name: str
    rules: IssuerRules
    tenant: str | None


class TokenValidator:
    """
    Validates tokens against parameters; holds no state but them.

    Args:
        parameters: what is accepted; checked when they were built.
    """

    def __init__(self, parameters: TokenValidationParameters) -> None:
        self.parameters = parameters
        self._issuers: dict[str | None, SelectedIssuer] = {}
        self._templates: list[tuple[IssuerTemplate, IssuerRules]] = []
        for name, issuer in parameters.bound_issuers().items():
            if isinstance(name, str):
                rules = self._rules(issuer, None)
                self._issuers[name] = SelectedIssuer(name, rules, None)
            else:
                self._templates.append((name, self._rules(issuer, name.claim)))
        named = [selected.rules for selected in self._issuers.values()]
        templates = [rules for _, rules in self._templates]
        self._sources = tuple(each.keys for each in (*named, *templates))
        self._types = frozenset(map(media_type, parameters.token_types))
        self._lifetime = Lifetime(
            leeway=parameters.leeway.total_seconds(),
            max_age=_seconds(parameters.max_age),
            max_lifetime=_seconds(parameters.max_lifetime),
            expires=not parameters.accept_missing_expiry,
        )

    def validate(self, token: str, now: datetime | None = None) -> dict[str, Any]:
        """
        Return the claims of a valid token.

        Args:
            now: an aware datetime; the system's clock when None.

        Raises:
            InvalidTokenError: not valid; its code says why.
            ValueError: `now` is naive.
        """
        if type(self).verify is not TokenValidator.verify:
            # One's own, which may refuse more.
            return self.verify(token, now).claims
        return self._judged(token, now)[1]

    def verify(self, token: str, now: datetime | None = None) -> VerifiedToken:
        """
        Return a valid token with its header and its issuer; as `validate()`.

        Raises:
            InvalidTokenError: not valid; its code says why.
            ValueError: `now` is naive.
        """
        header, claims, selected = self._judged(token, now)
        return VerifiedToken(
            dict(header.members), claims, selected.name, selected.tenant
        )

    def generation(self) -> tuple[int, ...]:
        """
        Return what changes whenever the keys of an issuer change.

        Nothing is fetched for it: an issuer that is away delays no other's tokens.
        """
        return tuple([_generation(keys) for keys in self._sources])

    def watched(self) -> Callable[[], object]:
        """Return what tells `generation()`, or as much as it, by the shortest way."""
        if len(self._sources) == 1 and hasattr(self._sources[0], "generation"):
            return partial(getattr, self._sources[0], "generation")
        return self.generation

    def rules_of(self, issuer: str) -> SelectedIssuer | None:
        """Return what holds for an issuer, None for one that is not accepted."""
        selected = self._issuers.get(issuer)
        if selected is not None:
            return selected
        for template, rules in self._templates:
            tenant = template.tenant_of(issuer)
            if tenant is not None:
                return SelectedIssuer(issuer, rules, tenant)
        return None

    def _rules(self, issuer: Issuer, tenant_claim: str | None) -> IssuerRules:
        any_audience = self.parameters.accept_any_audience
        return IssuerRules(
            keys=issuer.keys,
            audiences=None if any_audience else frozenset(issuer.audiences or ()),
            allowed=allow_list(issuer.algorithms),
            required=tuple(issuer.required_claims or ()),
            claim_map=issuer.claim_map,
            tenant_claim=tenant_claim,
        )

    def _judged(
        self, token: str, now: datetime | None
    ) -> tuple[Header, dict[str, Any], SelectedIssuer]:
        at = time.time() if now is None else _timestamp(now)
        jws = parse_jws(token, self.parameters.max_token_size)
        claims = _claims_of(jws)
        # Nothing is believed yet: the name only says whose keys have to fit.
        name = text(claims, "iss")
        selected = self._issuers.get(name) or self._selected(name)
        header, rules = jws.header, selected.rules
        typed = header.media_type in self._types
        if not typed and not self.parameters.accept_any_token_type:
            raise InvalidTokenError("invalid_token_type", f"typ {shown(header.typ)}")
        _verify(jws, rules)
        self._check_claims(header, claims, rules, at)
        if selected.tenant is not None and rules.tenant_claim is not None:
            _check_tenant(claims, rules.tenant_claim, selected.tenant)
        return header, claims, selected

    def _selected(self, issuer: str | None) -> SelectedIssuer:
        if issuer is None:
            raise InvalidTokenError("missing_claim", "iss")
        selected = self.rules_of(issuer)
        if selected is None:
            raise InvalidTokenError("invalid_issuer", f"iss {shown(issuer)}")
        return selected

    def _check_claims(
        self, header: Header, claims: dict[str, Any], rules: IssuerRules, now: float
    ) -> None:
        parameters = self.parameters
        self._lifetime.check(claims, now)
        if rules.audiences is not None:
            check_audience(claims, rules.audiences)
        check_required(claims, rules.required)
        for name in ("sub", "jti"):
            text(claims, name)
        if header.media_type in UNTYPED and not parameters.accept_any_token_type:
            check_kind(claims, id_tokens=parameters.accept_id_tokens)
        if "act" in claims:
            check_actors(claims)
        if "cnf" in claims and not parameters.accept_bound_tokens:
            raise InvalidTokenError("invalid_claim", "cnf asks for a proof")


def _claims_of(jws: CompactJWS) -> dict[str, Any]:
    try:
        claims = decode_json(jws.payload)
    except ValueError as error:
        raise InvalidTokenError("malformed_token", str(error)[:200]) from None
    if not isinstance(claims, dict):
        raise InvalidTokenError("malformed_token", "the payload is no JSON object")
    return claims


def _verify(jws: CompactJWS, rules: IssuerRules) -> None:
    kid, known = jws.header.kid, rules.keys.current()
    try:
        verify_signature(jws, known.candidates(kid), rules.allowed)
    except InvalidTokenError as error:
        # A token that names no key does not show that its key is a new one.
        if error.code != "unknown_key" and kid is not None:
            raise
        newer = rules.keys.refreshed() or rules.keys.current()
        # Another thread may have refreshed them between our two questions.
        if newer is known:
            raise
        verify_signature(jws, newer.candidates(kid), rules.allowed)


def _generation(keys: KeySource) -> int:
    known: int | None = getattr(keys, "generation", None)
    if known is not None:
        return known
    try:
        return keys.current().generation
    except KeysUnavailableError:
        return 0


def _check_tenant(claims: Mapping[str, Any], name: str, tenant: str) -> None:
    if name not in claims:
        raise InvalidTokenError("missing_claim", name)
    if claims[name] != tenant:
        raise InvalidTokenError("invalid_issuer", f"{name} {shown(claims[name])}")


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()


def _timestamp(now: datetime) -> float:
    if now.tzinfo is None:
        raise ValueError(f"now is {now!r}; an aware datetime is expected.")
    return now.timestamp()

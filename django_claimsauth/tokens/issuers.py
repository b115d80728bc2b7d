"""
Issuers: each bound to its own keys, audiences and algorithms (RFC 8725 section 3.8).

A token's `iss` only selects among them; what was selected then has to verify it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens.algorithms import Family, allow_list, families
from django_claimsauth.tokens.claim_map import ClaimMap, checked_claim_map
from django_claimsauth.tokens.jwks import KeySet, KeySource

TENANT = "{tenantid}"
COMMON = ("audiences", "algorithms", "required_claims")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """
    What holds for one issuer of several.

    Args:
        keys: the keys that this issuer, and no other, signs with. In the options of
            a scheme also what `key_source()` takes; None is by discovery.

        authority: in the options of a scheme, where the metadata is found, when it
            is not the issuer itself.

        audiences: instead of the common ones, for this issuer alone.

        algorithms: instead of the common ones, for this issuer alone.

        required_claims: instead of the common ones, for this issuer alone.

        claim_map: instead of the scheme's, for this issuer alone; empty maps
            nothing.
    """

    keys: Any = None
    authority: str | None = None
    audiences: Sequence[str] | None = None
    algorithms: Sequence[str] | None = None
    required_claims: Sequence[str] | None = None
    claim_map: ClaimMap | None = None


@dataclass(frozen=True, slots=True, eq=False)
class IssuerTemplate:
    """
    An issuer with a tenant in it: `https://login.example/{tenantid}/v2.0`.

    Args:
        template: the issuer, `{tenantid}` once in it.

        tenants: the tenants that are let in, or a predicate that is True for one.

        claim: the claim that has to repeat the tenant; None asks for none.

    Raises:
        SettingsError: no tenant in the template, or an empty list of tenants.
    """

    template: str
    tenants: Sequence[str] | Callable[[str], bool]
    claim: str | None = "tid"

    def __post_init__(self) -> None:
        if not isinstance(self.template, str) or self.template.count(TENANT) != 1:
            raise SettingsError(
                f"An issuer template is {self.template!r}; {TENANT} once in it is "
                "expected."
            )
        if not callable(self.tenants):
            checked_names(self.tenants, "tenants")

    def tenant_of(self, issuer: str) -> str | None:
        """Return the tenant of an issuer that fits and is let in, else None."""
        before, after = self.template.split(TENANT)
        tenant = issuer[len(before) : len(issuer) - len(after)]
        if not tenant or "/" in tenant or issuer != f"{before}{tenant}{after}":
            return None
        if callable(self.tenants):
            return tenant if self.tenants(tenant) is True else None
        return tenant if tenant in self.tenants else None


IssuerName = str | IssuerTemplate
Issuers = Mapping[IssuerName, KeySource | Issuer]


def bound_issuers(
    issuers: Issuers | Sequence[IssuerName], keys: KeySource | None, common: Issuer
) -> dict[IssuerName, Issuer]:
    """
    Return each issuer with what holds for it in full.

    Args:
        keys: the keys of the one issuer that a list names.

        common: what holds for issuers that say nothing of their own.

    Raises:
        SettingsError: an issuer without keys, keys without an issuer, or secrets
            beside public keys for one issuer.
    """
    bound = {}
    for name, entry in _entries(issuers, keys).items():
        own = entry if isinstance(entry, Issuer) else Issuer(keys=entry)
        lacking = {
            each: getattr(common, each) for each in COMMON if getattr(own, each) is None
        }
        bound[name] = replace(own, **lacking)
        checked_claim_map(own.claim_map)
        _check_keys(bound[name], str(getattr(name, "template", name)))
    return bound


def checked_names(names: object, what: str) -> tuple[str, ...]:
    """
    Return a list of names as a tuple.

    Raises:
        SettingsError: a str, an empty list, or an entry that is no name.
    """
    # Neither a string, whose letters would be names, nor what is read only once.
    if isinstance(names, str | bytes) or not isinstance(names, Collection):
        raise SettingsError(f"{what} is {names!r}; a list is expected.")
    listed = tuple(names)
    if not listed:
        raise SettingsError(f"{what} is empty; it has to name at least one.")
    for name in listed:
        if not isinstance(name, str) or not name.strip():
            raise SettingsError(f"{what} has {name!r}; a name is expected.")
    return listed


def _entries(
    issuers: Issuers | Sequence[IssuerName], keys: KeySource | None
) -> Mapping[IssuerName, KeySource | Issuer]:
    if isinstance(issuers, str) or not isinstance(issuers, Collection):
        raise SettingsError(
            f"issuers is {issuers!r}; a dict of issuers and their keys is expected."
        )
    checked_names([getattr(name, "template", name) for name in issuers], "issuers")
    if isinstance(issuers, Mapping):
        if keys is not None:
            raise SettingsError(
                "keys is set beside issuers that have keys of their own."
            )
        return issuers
    if len(issuers) != 1 or keys is None:
        # One set of keys for several issuers would let each sign for the others.
        raise SettingsError(
            "issuers is a list; one issuer beside its keys, or a dict of issuers and "
            "their keys, is expected."
        )
    return {issuers[0]: keys}


def _check_keys(issuer: Issuer, name: str) -> None:
    if not callable(getattr(issuer.keys, "current", None)):
        raise SettingsError(
            f"The keys of issuer {name!r} are a {type(issuer.keys).__name__}; a "
            "KeySet, or another source of keys, is expected."
        )
    held = issuer.keys.families() if isinstance(issuer.keys, KeySet) else set()
    if isinstance(issuer.keys, KeySet) and not held:
        raise SettingsError(f"Issuer {name!r} has no usable key; the log says why.")
    named = families(allow_list(issuer.algorithms) or ())
    for mixed in (named, held):
        if Family.HMAC in mixed and len(mixed) > 1:
            raise SettingsError(
                f"Issuer {name!r} mixes HMAC with public keys: whoever knows the "
                "public key could try it as the secret. One of the two is expected."
            )
    if named and held and not named & held:
        raise SettingsError(
            f"Issuer {name!r} has no key for the algorithms {issuer.algorithms!r}."
        )

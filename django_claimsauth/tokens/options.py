"""What every scheme takes whose credential is a bearer token."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar

from django_claimsauth.errors import SettingsError, near_miss
from django_claimsauth.tokens.challenges import Challenge
from django_claimsauth.tokens.claim_map import ClaimMap, checked_claim_map

Constructor = TypeVar("Constructor", bound=Callable[..., None])
Section = TypeVar("Section")
USER_MODES = ("claims", "lookup", "provision")


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerOptions:
    """
    What every bearer scheme takes.

    Args:
        realm: the protection space of the challenge (RFC 9110 section 11.5).

        scope: the scopes that the challenge names (RFC 6750 section 3).

        error_uri: where a developer reads what an error means.

        resource_metadata: the URL of the protected resource metadata (RFC 9728), or
            its members, `resource` at least, to be served here.

        name_type: the claim that holds the name.

        role_type: the claim that holds the roles.

        claim_map: by the token's name of a claim, or a path into an object, the
            type that it gets in the principal.

        user: what `request.user` is: `"claims"`, `"lookup"`, `"provision"`; None is
            the local user for tokens of this project, else `"claims"`.

        user_field: for `"lookup"`, the field by which the user is found; None is
            the user model's USERNAME_FIELD.

        user_claim: for `"lookup"`, the claim whose value stands in that field.

        create_user: for `"provision"`, a function or its dotted path that makes the
            user: the principal goes in, a user comes out.

    Raises:
        SettingsError: a value that does not fit.
    """

    realm: str = "api"
    scope: str | Sequence[str] = ()
    error_uri: str | None = None
    resource_metadata: str | Mapping[str, Any] | None = None
    name_type: str = "name"
    role_type: str = "roles"
    claim_map: ClaimMap | None = None
    user: str | None = None
    user_field: str | None = None
    user_claim: str = "sub"
    create_user: str | Callable[..., Any] | None = None

    def __post_init__(self) -> None:
        checked_claim_map(self.claim_map)
        if self.user is not None and self.user not in USER_MODES:
            raise SettingsError(
                f"user is {self.user!r}; one of {', '.join(USER_MODES)} is expected."
            )
        for name in ("name_type", "role_type", "user_claim"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value:
                raise SettingsError(f"{name} is {value!r}; a claim type is expected.")
        if self.user_field is not None and not isinstance(self.user_field, str):
            raise SettingsError(
                f"user_field is {self.user_field!r}; a str is expected."
            )

    @property
    def challenge(self) -> Challenge:
        """The challenge that these options describe."""
        return Challenge.of(
            self.realm, self.scope, self.error_uri, self.resource_metadata
        )


def takes(*sections: type) -> Callable[[Constructor], Constructor]:
    """
    Give `__init__(self, name, **options)` the keywords that dataclasses have.

    Its signature is the documentation, and by it a wrong option is found.
    """
    parameters = [
        inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD),
        inspect.Parameter("name", inspect.Parameter.POSITIONAL_OR_KEYWORD),
        *(_parameter(field) for each in sections for field in fields(each)),
    ]

    def decorate(constructor: Constructor) -> Constructor:
        signature = inspect.Signature(parameters)
        constructor.__signature__ = signature  # type: ignore[attr-defined]
        return constructor

    return decorate


def names_of(*sections: type) -> frozenset[str]:
    """Return the names of the fields of dataclasses."""
    return frozenset(field.name for each in sections for field in fields(each))


def taken(section: type[Section], options: Mapping[str, Any]) -> Section:
    """Return a section of the options that were given."""
    names = names_of(section)
    return section(**{name: options[name] for name in options if name in names})


def check_known(options: Iterable[str], *sections: type) -> None:
    """
    Refuse an option that no section has.

    Raises:
        SettingsError: names the near one.
    """
    known = names_of(*sections)
    for each in options:
        if each not in known:
            raise SettingsError(f"No option {each!r}{near_miss(each, known)}")


def _parameter(field: Any) -> inspect.Parameter:
    default = None if field.default is MISSING else field.default
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=default
    )

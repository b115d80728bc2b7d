"""
The errors of django_claimsauth, each with a short machine-readable `code`.

    ClaimsAuthError
    ├── ConfigurationError        the operator's mistake; also an ImproperlyConfigured
    │   ├── SettingsError         a wrong key or value in settings.CLAIMSAUTH
    │   ├── UnknownSchemeError    no scheme of that name
    │   ├── UnknownPolicyError    no policy of that name
    │   ├── DuplicatePolicyError  a policy name that is taken
    │   ├── EmptyPolicyError      a policy without a requirement
    │   ├── NoHandlerError        a requirement that nothing judges
    │   └── NotNarrowableError    a policy that has no queryset form
    ├── ResourceNotAskedError     a view answered without asking its resource policy
    ├── NotAuthorizedError        service.require() refused
    ├── InvalidGrantError         a refresh token, or a user, gets no tokens
    │   └── InvalidScopeError     a scope that was never granted
    └── InvalidTokenError         a token that does not verify

What can be expected of a credential is a value (`AuthenticateResult`), not an
error of this tree; `InvalidTokenError` stays inside the token rooms.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from django_claimsauth.authorization.evaluation import AuthorizationFailure


class ClaimsAuthError(Exception):
    """The base of every error that this package raises."""

    code: ClassVar[str] = "error"

    def __str__(self) -> str:
        # KeyError, a second base of some, would show the message's repr().
        return str(self.args[0]) if self.args else self.code


class ConfigurationError(ClaimsAuthError):
    """
    The project is set up wrongly.

    `conf` makes this class an ImproperlyConfigured as well; here it is not, so
    that the rooms that judge need no Django.
    """

    code = "configuration_error"


class SettingsError(ConfigurationError):
    """A key or a value in `settings.CLAIMSAUTH` is not what it may be."""

    code = "settings_error"


class UnknownNameError(ConfigurationError, KeyError):
    """A name that was looked up and is not there; says which are, and which is near."""

    code = "unknown_name"
    kind: ClassVar[str] = "name"

    def __init__(self, name: object, known: Iterable[str] = ()) -> None:
        self.name = name
        self.known = tuple(sorted(known))
        known_text = ", ".join(self.known) or "none"
        super().__init__(
            f"No {self.kind} {name!r}{near_miss(name, self.known)} Known: {known_text}."
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # By default it is made again of its message, and says "No policy 'No ...".
        return (type(self), (self.name, self.known))


class UnknownSchemeError(UnknownNameError):
    """No scheme of that name is configured in `CLAIMSAUTH["SCHEMES"]`."""

    code = "unknown_scheme"
    kind = "scheme"


class UnknownPolicyError(UnknownNameError):
    """No policy of that name was added, and no provider builds it."""

    code = "unknown_policy"
    kind = "policy"


class DuplicatePolicyError(ConfigurationError):
    """A policy name was added twice with different requirements."""

    code = "duplicate_policy"


class EmptyPolicyError(ConfigurationError, ValueError):
    """A policy without a requirement: nothing asked is not the same as allowed."""

    code = "empty_policy"


class NoHandlerError(ConfigurationError):
    """A requirement is asked that no registered handler judges."""

    code = "no_handler"


class NotNarrowableError(ConfigurationError):
    """A policy cannot narrow a queryset: a handler of it has no queryset form."""

    code = "not_narrowable"


class ResourceNotAskedError(ClaimsAuthError):
    """A view that declares a resource policy answered without having asked it."""

    code = "resource_not_asked"


class NotAuthorizedError(ClaimsAuthError):
    """
    `service.require()` refused: `.status` is 401, 403 or 404.

    `.failure` has the unmet requirements and the reasons; they are for the log,
    never for the client.
    """

    code = "not_authorized"

    def __init__(
        self,
        message: str,
        *,
        status: int = 403,
        failure: AuthorizationFailure | None = None,
        schemes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.failure = failure
        self.schemes = schemes


class InvalidGrantError(ClaimsAuthError):
    """
    No tokens for this refresh token, or for this user (RFC 6749 section 5.2).

    Args:
        cause: what was wrong (`unknown`, `expired`, `reused`, ...), for the log
            and for callers of the flow; a client gets the code alone.
    """

    code = "invalid_grant"

    def __init__(self, cause: str) -> None:
        super().__init__(f"{self.code}: {cause}")
        self.cause = cause

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.cause,))


class InvalidScopeError(InvalidGrantError):
    """A scope was asked for that was not granted at sign-in."""

    code = "invalid_scope"


class InvalidTokenError(ClaimsAuthError):
    """
    A token does not verify.

    Args:
        code: one of the token codes listed in docs/errors (`token_expired`,
            `invalid_signature`, ...). It may be shown to the client.

        detail: what was wrong, for the log alone.
    """

    code: str  # type: ignore[misc]  # an instance's own, where the others have a class's

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.code, self.detail))


def near_miss(name: object, known: Iterable[str]) -> str:
    """Return `"; did you mean 'x'?"` where a known name is close, else `"."`."""
    lowered = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(str(name).lower()[:100], list(lowered), n=1)
    return f"; did you mean {lowered[near[0]]!r}?" if near else "."

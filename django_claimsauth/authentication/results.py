"""What a scheme, or several of them, found out about a request."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from django_claimsauth.claims import ClaimsPrincipal

NO_RESULTS: Final[Mapping[str, AuthenticateResult]] = MappingProxyType({})


class AuthenticateResult:
    """
    The outcome of authenticating: success, no result, or failure with a code.

    "No result" means that the request carries nothing for this scheme; a
    failure means that it does and that it is not accepted. Neither ends the
    request: the policy decides. `bool()` is `.succeeded`. It is made by
    `succeed()`, `no_result()` and `fail()`, and frozen.

    `principal` is there on success, `code` on failure (of several schemes, the
    first failure's), `detail` is for the log alone. `results` are each tried
    scheme's own results, by alias, in order.
    """

    # Plain slots, since they are read several times a request.
    __slots__ = ("code", "detail", "principal", "results")
    code: str | None
    detail: str
    principal: ClaimsPrincipal | None
    results: Mapping[str, AuthenticateResult]

    def __init__(
        self,
        principal: ClaimsPrincipal | None,
        code: str | None,
        detail: str,
        results: Mapping[str, AuthenticateResult],
    ) -> None:
        # Kept with the request and given to every handler: nobody writes into it.
        if not isinstance(results, MappingProxyType):
            results = MappingProxyType(dict(results))
        put = object.__setattr__
        put(self, "principal", principal)
        put(self, "code", code)
        put(self, "detail", detail)
        put(self, "results", results)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("An AuthenticateResult is frozen.")

    @classmethod
    def succeed(
        cls,
        principal: ClaimsPrincipal,
        *,
        results: Mapping[str, AuthenticateResult] = NO_RESULTS,
    ) -> AuthenticateResult:
        """
        Return the success of a scheme that vouches for this principal.

        Raises:
            TypeError: what is no principal.
        """
        if not isinstance(principal, ClaimsPrincipal):
            raise TypeError(f"succeed() takes a ClaimsPrincipal, not {principal!r}.")
        return cls(principal, None, "", results)

    @classmethod
    def no_result(
        cls, *, results: Mapping[str, AuthenticateResult] = NO_RESULTS
    ) -> AuthenticateResult:
        """Return "the request carries no credential of mine"."""
        return cls(None, None, "", results)

    @classmethod
    def fail(
        cls,
        code: str,
        detail: str = "",
        *,
        results: Mapping[str, AuthenticateResult] = NO_RESULTS,
    ) -> AuthenticateResult:
        """
        Return the failure of a credential.

        Args:
            code: the kind of failure (`token_expired`); it may reach the client.

            detail: what was wrong, for the log alone.

        Raises:
            TypeError: a code or a detail that is no str.

            ValueError: a blank code.
        """
        if not isinstance(code, str) or not isinstance(detail, str):
            raise TypeError(
                f"A failure's code and detail are str, not {code!r}, {detail!r}."
            )
        if not code.strip():
            raise ValueError("A failure's code is blank.")
        return cls(None, code, detail, results)

    def alone(self, alias: str) -> AuthenticateResult:
        """Return the result of a list of one scheme, whose own result is this one."""
        results = MappingProxyType({alias: self})
        return AuthenticateResult(self.principal, self.code, self.detail, results)

    @property
    def succeeded(self) -> bool:
        """Whether a principal was authenticated."""
        return self.principal is not None

    @property
    def is_no_result(self) -> bool:
        """Whether the request carried no credential at all."""
        return self.principal is None and self.code is None

    def __bool__(self) -> bool:
        return self.principal is not None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AuthenticateResult):
            return NotImplemented
        return (self.principal, self.code, self.detail) == (
            other.principal,
            other.code,
            other.detail,
        )

    def __hash__(self) -> int:
        return hash((self.principal, self.code, self.detail))

    def __reduce__(self) -> tuple[Any, ...]:
        # What is frozen cannot be filled in later, as a copy would be.
        return (type(self), (self.principal, self.code, self.detail, {**self.results}))

    def __repr__(self) -> str:
        if self.principal is not None:
            return f"AuthenticateResult.succeed({self.principal!r})"
        if self.code is None:
            return "AuthenticateResult.no_result()"
        return f"AuthenticateResult.fail({self.code!r}, {self.detail!r})"

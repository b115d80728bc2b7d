"""What a scheme, or several of them, found out about a request."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django_claimsauth.claims import ClaimsPrincipal

NO_RESULTS: Final[Mapping[str, AuthenticateResult]] = MappingProxyType({})


class AuthenticateResult:
    """
    The outcome of authenticating: success, no result, or failure with a code.

    "No result" means that the request carries nothing for this scheme; a
    failure means that it does and that it is not accepted. Neither ends the
    request: the policy decides. `bool()` is `.succeeded`. It is made by
    `succeed()`, `no_result()` and `fail()`.
    """

    __slots__ = ("_code", "_detail", "_principal", "_results")

    def __init__(
        self,
        principal: ClaimsPrincipal | None,
        code: str | None,
        detail: str,
        results: Mapping[str, AuthenticateResult],
    ) -> None:
        self._principal = principal
        self._code = code
        self._detail = detail
        # Kept with the request and given to every handler: nobody writes into it.
        if not isinstance(results, MappingProxyType):
            results = MappingProxyType(dict(results))
        self._results = results

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
        return AuthenticateResult(self._principal, self._code, self._detail, results)

    @property
    def succeeded(self) -> bool:
        """Whether a principal was authenticated."""
        return self._principal is not None

    @property
    def principal(self) -> ClaimsPrincipal | None:
        """The principal, on success."""
        return self._principal

    @property
    def code(self) -> str | None:
        """The failure's code; of several schemes, the first failure's."""
        return self._code

    @property
    def detail(self) -> str:
        """The failure's detail, for the log alone."""
        return self._detail

    @property
    def is_no_result(self) -> bool:
        """Whether the request carried no credential at all."""
        return self._principal is None and self._code is None

    @property
    def results(self) -> Mapping[str, AuthenticateResult]:
        """Each tried scheme's own result, by alias, in order."""
        return self._results

    def __bool__(self) -> bool:
        return self._principal is not None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AuthenticateResult):
            return NotImplemented
        return (self._principal, self._code, self._detail) == (
            other._principal,
            other._code,
            other._detail,
        )

    def __hash__(self) -> int:
        return hash((self._principal, self._code, self._detail))

    def __repr__(self) -> str:
        if self._principal is not None:
            return f"AuthenticateResult.succeed({self._principal!r})"
        if self._code is None:
            return "AuthenticateResult.no_result()"
        return f"AuthenticateResult.fail({self._code!r}, {self._detail!r})"

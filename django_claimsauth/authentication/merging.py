"""What several schemes found, as one result."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.claims import ClaimsPrincipal


class Merged:
    """
    The results of a list of schemes, in its order.

    `principal` has the identities of all that succeeded, or is None; `made_of`
    tells which results those were, so that what was made of the same is the same.
    """

    __slots__ = ("made_of", "principal", "results")

    def __init__(self, results: Mapping[str, AuthenticateResult]) -> None:
        self.results = MappingProxyType(results)
        self.principal: ClaimsPrincipal | None = None
        made_of = []
        for each in results.values():
            # Two aliases may lead to one scheme, which is one identity.
            if each.principal is None or id(each) in made_of:
                continue
            made_of.append(id(each))
            if self.principal is None:
                self.principal = each.principal
            else:
                self.principal = self.principal.merge(each.principal)
        self.made_of = tuple(made_of)

    def as_result(self, principal: ClaimsPrincipal | None) -> AuthenticateResult:
        """
        Return the result of the list.

        Args:
            principal: the merged one, transformed. Without one, the code is that
                of the first failure.
        """
        if principal is not None:
            return AuthenticateResult(principal, None, "", self.results)
        for each in self.results.values():
            if each.code is not None:
                return AuthenticateResult(None, each.code, each.detail, self.results)
        return AuthenticateResult(None, None, "", self.results)

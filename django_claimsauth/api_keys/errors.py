"""What a flow refuses, with a code that says why."""

from __future__ import annotations

from typing import ClassVar

from django_claimsauth.errors import ClaimsAuthError


class ApiKeyError(ClaimsAuthError, ValueError):
    """
    A key cannot be issued or changed as asked; nothing was written.

    Args:
        field: the argument that is at fault, as in `flows.issue()`.

        code: `invalid_name`, `duplicate_name`, `invalid_owner`,
            `too_many_keys`, `invalid_scope`, `invalid_claim`, `invalid_expiry`,
            `invalid_network`, `invalid_rate`, `invalid_reason`,
            `invalid_overlap`, `already_issued`, `not_live`, `changed_meanwhile`.
    """

    code: str  # type: ignore[misc]  # an instance's own, where the others have a class's
    field: ClassVar[str]

    def __init__(self, code: str, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.field = field  # type: ignore[misc]

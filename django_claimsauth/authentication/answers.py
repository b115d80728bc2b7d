"""What a scheme's handler answered, made sure of."""

from __future__ import annotations

import inspect

from django_claimsauth.authentication.results import AuthenticateResult


def checked(result: object, alias: str) -> AuthenticateResult:
    """
    Return the answer; None is "no result".

    Raises:
        TypeError: anything but an AuthenticateResult.
    """
    if result.__class__ is AuthenticateResult:
        return result
    if result is None:
        return AuthenticateResult.no_result()
    if inspect.iscoroutine(result):
        # An `async def authenticate` in a class of one's own.
        result.close()
    if not isinstance(result, AuthenticateResult):
        raise TypeError(
            f"The scheme {alias!r} answered {result!r}; an AuthenticateResult is "
            "expected. What is async is named aauthenticate()."
        )
    return result

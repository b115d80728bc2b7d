"""
DRF's `force_authenticate`, understood both ways.

In a test, `force_authenticate(user)` makes a principal of the user, and
`force_authenticate(user, token=principal)` sets the principal itself. And what
a guard has let in is handed to DRF by the same door, since a guard decides
before DRF's request exists and whatever the view's authentication classes are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_claimsauth.claims import ClaimsPrincipal

USER = "_force_auth_user"
TOKEN = "_force_auth_token"  # noqa: S105  # the name of DRF's attribute
SCHEME = "session"


def adopt_forced(request: Any) -> None:
    """Take over what a test forced, as the principal of every scheme."""
    user = getattr(request, USER, None)
    token = getattr(request, TOKEN, None)
    if user is None and token is None:
        return
    # Late: this is registered when Django starts, and needed by requests.
    from django_claimsauth.authentication.requests import state_of
    from django_claimsauth.authentication.users import principal_of_user
    from django_claimsauth.claims import ClaimsPrincipal

    state = state_of(request)
    if state.forced is not None:
        return
    if token is not None and state.current is not None:
        # Ours: handed over below.
        return
    if isinstance(token, ClaimsPrincipal):
        state.forced = token
        return
    principal = principal_of_user(user, SCHEME)
    if principal.is_authenticated:
        principal.memo["user"] = user
        state.forced = principal


def hand_over(request: Any, principal: ClaimsPrincipal) -> None:
    """Give DRF the user and the principal that a guard let in."""
    given = request.__dict__
    given[USER] = request.user
    given[TOKEN] = principal

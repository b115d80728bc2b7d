"""Signing in with a name and a password, through Django's own backends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.views.decorators.debug import sensitive_variables

from django_claimsauth.conf import settings
from django_claimsauth.errors import InvalidScopeError
from django_claimsauth.tokens.devices import Device
from django_claimsauth.tokens.issuance import issue
from django_claimsauth.tokens.pairs import TokenPair

if TYPE_CHECKING:
    from django.http import HttpRequest

#: RFC 8176.
PASSWORD_METHOD = "pwd"  # noqa: S105  # the name of a method


@sensitive_variables("password")
def sign_in(
    request: HttpRequest,
    username: str,
    password: str,
    *,
    scopes: Iterable[str] | None = None,
    client: str | None = None,
    device: Device,
    now: datetime | None = None,
) -> TokenPair | None:
    """
    Return tokens for a user whose password is right, else None.

    An unknown name, a wrong password and an inactive user are one answer, for one
    hash of work; Django's backends see to that, and its signals are sent.

    Args:
        scopes: of those in `SCOPES`; all of them when None.

    Raises:
        InvalidScopeError: a scope that is not in `SCOPES`.
    """
    granted = granted_scopes(scopes)
    user: Any = authenticate(request, username=username, password=password)
    if user is None or not user.is_active:
        return None
    pair = issue(
        user,
        scopes=granted,
        client=client,
        device=device,
        amr=[PASSWORD_METHOD],
        now=now,
    )
    user_logged_in.send(sender=type(user), request=request, user=user)
    return pair


def granted_scopes(asked: Iterable[str] | None) -> list[str]:
    """
    Return what a sign-in may have of the scopes that it asks for.

    Raises:
        InvalidScopeError: one that is not in `SCOPES`.
    """
    offered = list(settings.tokens.scopes)
    if asked is None:
        return offered
    wanted = list(dict.fromkeys(asked))
    if not set(wanted) <= set(offered):
        raise InvalidScopeError("not_offered")
    return wanted

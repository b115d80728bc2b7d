"""
The debt: a resource policy that a view declares and has yet to ask.

DRF asks for permission before there is an object. A view that declares a
resource policy owes the question; one that answers without having asked is
refused, in production too.
"""

from __future__ import annotations

import logging
from typing import Any

from django_claimsauth.authentication.requests import state_of
from django_claimsauth.errors import ResourceNotAskedError

logger = logging.getLogger("django_claimsauth.authorization")
NOTE = "debt"
#: From here on, an answer shows nothing.
FIRST_ERROR = 400


def owe(request: Any, view: str, policy: object) -> None:
    """Note that the view must ask this policy about a resource before it answers."""
    state_of(request).notes.setdefault(NOTE, (view, repr(policy)))


def pay(request: Any) -> None:
    """Note that a resource policy was asked."""
    state_of(request).notes[NOTE] = None


def outstanding(request: Any, status: int) -> ResourceNotAskedError | None:
    """
    Return the error of a view that answered with this status and still owes.

    Answers from 400 show nothing, and OPTIONS is about no resource.
    """
    owed = state_of(request).notes.get(NOTE)
    if owed is None or status >= FIRST_ERROR or request.method == "OPTIONS":
        return None
    view, policy = owed
    message = (
        f"{view} answered {status} without asking its resource policy {policy}: use "
        "get_object(), the filtered queryset, or service.require(..., request=request)."
    )
    logger.error(message)
    return ResourceNotAskedError(message)

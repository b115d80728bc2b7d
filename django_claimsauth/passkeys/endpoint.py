"""What every endpoint of passkeys shares: its user, its browser, its refusals."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, ClassVar, Final

from django.http import Http404
from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from django_claimsauth.authentication.requests import django_request
from django_claimsauth.authentication.users import local_user_of
from django_claimsauth.authorization import service
from django_claimsauth.authorization.builtin import RequireRecentAuthentication
from django_claimsauth.conf import settings
from django_claimsauth.drf.endpoint import Endpoint, problem
from django_claimsauth.errors import InvalidGrantError, InvalidScopeError
from django_claimsauth.passkeys import browsers
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.models import Passkey
from django_claimsauth.signals import passkey_rejected

logger = logging.getLogger("django_claimsauth.passkeys")

#: Refusals that are about what there is, and not about what was sent.
STATUS_OF_CODE: Final = {
    "credential_taken": status.HTTP_409_CONFLICT,
    "no_passkey": status.HTTP_409_CONFLICT,
    "last_way_in": status.HTTP_409_CONFLICT,
    "sign_up_unavailable": status.HTTP_404_NOT_FOUND,
    "too_many_passkeys": status.HTTP_409_CONFLICT,
    "username_taken": status.HTTP_409_CONFLICT,
}


class PasskeyEndpoint(Endpoint):
    """An endpoint of a ceremony, or of one's own passkeys."""

    endpoint = "passkeys"
    #: For the log and the signal.
    ceremony: ClassVar[str] = ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Answer 404 where the project has no passkeys."""
        if settings.passkeys.rp_id is None:
            raise Http404
        super().initial(request, *args, **kwargs)

    def user(self) -> Any:
        """
        Return the local user who asks.

        Raises:
            PermissionDenied: a principal of another issuer has no passkeys here.
        """
        found = local_user_of(django_request(self.request).principal)  # type: ignore[attr-defined]
        if found is None:
            raise PermissionDenied
        return found

    def recent_user(self) -> Any:
        """
        Return the local user who asks, if it signed in a moment ago.

        Raises:
            NotAuthorizedError: it did not: a 401 that says so (RFC 9470).
        """
        within = settings.passkeys.recent_authentication
        principal = django_request(self.request).principal  # type: ignore[attr-defined]
        needed = RequireRecentAuthentication(within)
        service.require(principal, needed, request=self.request)
        return self.user()

    def asked(self, options: Callable[[str], dict[str, Any]]) -> Response:
        """Return the options of a ceremony, bound to the browser that asks."""
        request = django_request(self.request)
        browser = browsers.bound_to(request)
        response = Response({"publicKey": options(browser)})
        browsers.remember(response, request, browser)
        return response

    def browsers(self) -> tuple[str, ...]:
        """Return what the browser shows."""
        return browsers.shown_by(django_request(self.request))

    def handle_exception(self, exc: Exception) -> Response:
        """Answer what a ceremony, or a token, was refused for."""
        response = self._refused(exc)
        if response is None:
            return super().handle_exception(exc)
        response.exception = True
        return response

    def _refused(self, exc: Exception) -> Response | None:
        if isinstance(exc, InvalidScopeError):
            return problem(
                status.HTTP_400_BAD_REQUEST, exc.code, "The scope is not offered."
            )
        if isinstance(exc, InvalidGrantError):
            # In this very moment a session was ended, or a user deactivated.
            ended = exc.cause == "no_session"
            code = "session_ended" if ended else "account_unavailable"
            exc = PasskeyError(code, str(exc))
        if not isinstance(exc, PasskeyError):
            return None
        report(self.request, self.ceremony, exc)
        answer = STATUS_OF_CODE.get(exc.code, status.HTTP_400_BAD_REQUEST)
        return problem(answer, exc.code, exc.sentence)


def report(request: Request, ceremony: str, refusal: PasskeyError) -> None:
    """Log a refusal and send its signal; what the client sent is shown escaped."""
    # The detail quotes the client; %a leaves no line break and no control character.
    logger.info("Passkey %s refused: %a", ceremony, str(refusal))
    passkey_rejected.send_robust(
        sender=Passkey,
        request=django_request(request),
        ceremony=ceremony,
        code=refusal.code,
    )

"""The ceremonies over HTTP: two requests each, options and answer."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from django_claimsauth.authorization.endpoints import allow_anonymous, authorize
from django_claimsauth.conf import settings
from django_claimsauth.passkeys import flows
from django_claimsauth.passkeys.endpoint import PasskeyEndpoint
from django_claimsauth.passkeys.models import Ceremony
from django_claimsauth.passkeys.serializers import (
    AuthenticationOptionsSerializer,
    AuthenticationSerializer,
    EmptySerializer,
    OptionsSerializer,
    PasskeySerializer,
    RegistrationSerializer,
    SignUpOptionsSerializer,
    SignUpSerializer,
    StepUpSerializer,
)
from django_claimsauth.passkeys.startup import MANAGE
from django_claimsauth.passkeys.success import (
    check_page,
    has_session,
    scopes_for,
    signed_in,
    stepped_up,
)


class SuccessEndpoint(PasskeyEndpoint):
    """An endpoint that signs in; `as_view(success="session")` says by what."""

    #: `"tokens"`, `"session"`, or None for the setting `SUCCESS`.
    success: ClassVar[str | None] = None

    @property
    def kind(self) -> str:
        """What a sign-in gives here."""
        return self.success or settings.passkeys.success


@authorize(MANAGE)
class RegistrationOptionsView(PasskeyEndpoint):
    """Begin to add a passkey. Needs a recent sign-in."""

    ceremony = Ceremony.REGISTRATION
    serializer_class = EmptySerializer
    response_serializer_class = OptionsSerializer

    def post(self, request: Request) -> Response:
        """Return the options of `navigator.credentials.create()`."""
        user = self.recent_user()
        self.validated()
        return self.asked(
            lambda browser: flows.registration_options(user, browser=browser)
        )


@authorize(MANAGE)
class RegistrationView(PasskeyEndpoint):
    """Add the passkey that the browser made. Needs a recent sign-in."""

    ceremony = Ceremony.REGISTRATION
    serializer_class = RegistrationSerializer
    response_serializer_class = PasskeySerializer

    def post(self, request: Request) -> Response:
        """Verify the attestation, and store the passkey."""
        user, data = self.recent_user(), self.validated()
        passkey = flows.register(
            user,
            data["credential"],
            browsers=self.browsers(),
            name=data.get("name", ""),
        )
        return Response(PasskeySerializer(passkey).data, status.HTTP_201_CREATED)


@allow_anonymous
class AuthenticationOptionsView(PasskeyEndpoint):
    """Begin to sign in, with a user name or without."""

    endpoint = "passkeys-sign-in"
    ceremony = Ceremony.AUTHENTICATION
    serializer_class = AuthenticationOptionsSerializer
    response_serializer_class = OptionsSerializer

    def post(self, request: Request) -> Response:
        """Return the options of `navigator.credentials.get()`."""
        username = self.validated().get("username", "")
        return self.asked(
            lambda browser: flows.authentication_options(username, browser=browser)
        )


@allow_anonymous
class AuthenticationView(SuccessEndpoint):
    """Sign in with the answer of a passkey."""

    endpoint = "passkeys-sign-in"
    ceremony = Ceremony.AUTHENTICATION
    serializer_class = AuthenticationSerializer

    def post(self, request: Request) -> Response:
        """Verify the assertion, and give tokens or a session."""
        check_page(request, self.kind)
        data = self.validated()
        scopes = scopes_for(data.get("scope"))
        found = flows.authenticate(data["credential"], browsers=self.browsers())
        return signed_in(request, found, self.kind, scopes)


@allow_anonymous
class SignUpOptionsView(PasskeyEndpoint):
    """Begin to make an account that has no password."""

    endpoint = "passkeys-sign-up"
    ceremony = Ceremony.SIGN_UP
    serializer_class = SignUpOptionsSerializer
    response_serializer_class = OptionsSerializer

    def post(self, request: Request) -> Response:
        """Return the options of `navigator.credentials.create()`."""
        data = self.validated()
        return self.asked(lambda browser: _sign_up_options(data, browser))


@allow_anonymous
class SignUpView(SuccessEndpoint):
    """Make the account, with the passkey that the browser made."""

    endpoint = "passkeys-sign-up"
    ceremony = Ceremony.SIGN_UP
    serializer_class = SignUpSerializer

    def post(self, request: Request) -> Response:
        """Verify the attestation, make the account, sign its user in."""
        check_page(request, self.kind)
        data = self.validated()
        scopes = scopes_for(data.get("scope"))
        found = flows.sign_up(
            data["credential"], browsers=self.browsers(), name=data.get("name", "")
        )
        return signed_in(request, found, self.kind, scopes, status.HTTP_201_CREATED)


@authorize(MANAGE)
class StepUpOptionsView(PasskeyEndpoint):
    """Begin to prove again that one is there."""

    ceremony = Ceremony.STEP_UP
    serializer_class = EmptySerializer
    response_serializer_class = OptionsSerializer

    def post(self, request: Request) -> Response:
        """Return the options of `navigator.credentials.get()`."""
        user = self.user()
        self.validated()
        return self.asked(lambda browser: flows.step_up_options(user, browser=browser))


@authorize(MANAGE)
class StepUpView(PasskeyEndpoint):
    """Lift the session by which one came: its `auth_time` and `amr`."""

    ceremony = Ceremony.STEP_UP
    serializer_class = StepUpSerializer

    def post(self, request: Request) -> Response:
        """Verify the assertion; answer with an access token, or lift the session."""
        user, data = self.user(), self.validated()
        if not has_session(request):
            # An API key, or the token of a service: there is nothing to lift.
            raise PermissionDenied
        found = flows.step_up(user, data["credential"], browsers=self.browsers())
        return stepped_up(request, found)


def _sign_up_options(data: dict[str, Any], browser: str) -> dict[str, Any]:
    return flows.sign_up_options(
        data["username"], data.get("display_name", ""), browser=browser
    )

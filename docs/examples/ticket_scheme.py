"""A scheme in one file: tickets that Django's own signing makes."""

from datetime import timedelta

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from django_claimsauth.authentication import AuthenticateResult, SchemeHandler
from django_claimsauth.claims import ClaimsPrincipal

signer = TimestampSigner(salt="tickets")


def issue(subject, **claims):
    """Return a ticket; what it says can be read by its holder, and not changed."""
    return signer.sign_object({"sub": subject, **claims})


class TicketHandler(SchemeHandler):
    """
    Authenticates the holder of a ticket: `Authorization: Ticket ...`.

    Args:
        lifetime: how long a ticket is good for.
    """

    keyword = "Ticket"
    does_io = False

    def __init__(self, name, *, lifetime=timedelta(hours=1), realm="api"):
        super().__init__(name, realm=realm)
        self.lifetime = lifetime

    def authenticate(self, request):
        """Judge the ticket; a request with another credential is not ours."""
        scheme, _, ticket = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "ticket":
            return AuthenticateResult.no_result()
        try:
            claims = signer.unsign_object(ticket.strip(), max_age=self.lifetime)
        except SignatureExpired:
            return AuthenticateResult.fail("ticket_expired")
        except BadSignature as error:
            return AuthenticateResult.fail("invalid_ticket", str(error))
        return AuthenticateResult.succeed(ClaimsPrincipal.of(self.name, claims))

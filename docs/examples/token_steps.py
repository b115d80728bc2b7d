"""The other steps of a bearer scheme, each another one than it was."""

from django_claimsauth.claims import Claim, ClaimsPrincipal
from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens.handler import JWTBearerHandler


class PartnerHandler(JWTBearerHandler):
    """Accepts tokens of a partner's clients, and of its own people only by day."""

    def validate(self, token):
        """Judge further; whoever overrides this is asked at every request."""
        claims = super().validate(token)
        if claims.get("shift") == "night":
            raise InvalidTokenError("invalid_claim", "night shift")
        return claims

    def principal_from(self, claims):
        """Add what we know of the partner; it is our word, not the token's."""
        principal = super().principal_from(claims)
        identity = principal.identities[0].with_claims(Claim("partner", value=True))
        return ClaimsPrincipal([identity])

    def challenge(self, request, result):
        """Name the partner's sign-in page in place of an error."""
        return 'Bearer realm="partners", error_uri="https://partner.example/sign-in"'

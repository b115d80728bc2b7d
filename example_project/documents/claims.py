"""Claims that the service adds to what a scheme vouches for."""

from django_claimsauth.authentication import ClaimsTransformation, schemes
from django_claimsauth.claims import ClaimsPrincipal
from example_project.documents.models import Profile


class ProfileClaims(ClaimsTransformation):
    """
    Adds the tenant and the birthdate of a local user.

    Our own tokens state both already, so a request with one asks no database.
    """

    def token_claims(self, user):
        return claims_of(user)

    def transform(self, principal, request):
        if principal.has_claim("tenant"):
            return principal
        user = schemes.user(principal)
        claims = {} if user.pk is None else claims_of(user)
        if not claims:
            return principal
        return principal.merge(ClaimsPrincipal.of("profile", claims))


def claims_of(user):
    """Return what the profile says; nothing where a user has none."""
    profile = Profile.objects.filter(user=user.pk).select_related("tenant").first()
    if profile is None:
        return {}
    if profile.birthdate is None:
        return {"tenant": profile.tenant.slug}
    birthdate = profile.birthdate.isoformat()
    return {"tenant": profile.tenant.slug, "birthdate": birthdate}

"""A bearer token in another header, as a proxy in front of the project sends it."""

from django_claimsauth.tokens.handler import JWTBearerHandler


class HeaderTokenHandler(JWTBearerHandler):
    """
    Takes the token of a header that a trusted proxy sets, and that nobody else can.

    Args:
        header: the header's name.
    """

    def __init__(self, name, *, header="X-Forwarded-Access-Token", **options):
        super().__init__(name, **options)
        self.header = header

    def get_token(self, request):
        """Return the header's token; None where there is none: not our credential."""
        return request.headers.get(self.header) or None

    def openapi(self):
        """Return where the token is, for the API's description."""
        return {"type": "apiKey", "in": "header", "name": self.header}

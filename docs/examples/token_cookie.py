"""A bearer token in a cookie, for pages in a browser: with the CSRF check."""

from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.sessions import csrf_failure
from django_claimsauth.tokens.handler import JWTBearerHandler


class CookieTokenHandler(JWTBearerHandler):
    """
    Takes the token of a cookie, which browsers send by themselves.

    Args:
        cookie: its name; `__Host-` keeps it from other hosts and from plain HTTP.
    """

    def __init__(self, name, *, cookie="__Host-access_token", **options):
        super().__init__(name, **options)
        self.cookie = cookie

    def get_token(self, request):
        """Return the cookie's token, once it is known that a page of ours sent it."""
        token = request.COOKIES.get(self.cookie)
        if not token:
            return None
        reason = csrf_failure(request)
        if reason:
            # Answered with 403: the token may be good, and the page is not.
            raise InvalidTokenError("csrf_failed", reason)
        return token

    def openapi(self):
        """Return where the token is, for the API's description."""
        return {"type": "apiKey", "in": "cookie", "name": self.cookie}

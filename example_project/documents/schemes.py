"""Which scheme a request is meant for, where its endpoint names none."""

from django.conf import settings


def by_request(request):
    """Choose the session for a browser that has one and brings no token."""
    if "Authorization" in request.headers:
        return "bearer"
    return "session" if settings.SESSION_COOKIE_NAME in request.COOKIES else "bearer"

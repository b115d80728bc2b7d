"""An ASGI application of async and sync views, for a real server to run."""

import asyncio

from django.core.asgi import get_asgi_application
from django.http import HttpResponse
from django.urls import path

from django_claimsauth.authorization import RequireAssertion, allow_anonymous, authorize


async def is_itself(context):
    """Let another request in between, then look again."""
    before = context.principal
    await asyncio.sleep(0)
    return context.request.principal is before


@authorize
@authorize(RequireAssertion(is_itself))
async def shows(request):
    await asyncio.sleep(0.001)
    return HttpResponse(request.principal.subject)


@authorize
def shows_sync(request):
    return HttpResponse(request.principal.subject)


async def undeclared(request):
    return HttpResponse(request.principal.subject)


@allow_anonymous
async def opened(request):
    return HttpResponse(request.principal.subject or "nobody")


urlpatterns = [
    path("async/", shows),
    path("sync/", shows_sync),
    path("undeclared/", undeclared),
    path("open/", opened),
]

# Last: it reads the settings, whose URLs are above.
application = get_asgi_application()

"""The page of the documentation, beside the endpoints that it calls."""

from pathlib import Path

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import ensure_csrf_cookie

from django_claimsauth.authorization import allow_anonymous
from tests.tokens.urls import urlpatterns as endpoints

PAGE = Path(__file__).parents[2] / "docs" / "examples" / "single_page.html"


@allow_anonymous
@ensure_csrf_cookie
def page(request):
    """Answer the page as it stands in the documentation."""
    return HttpResponse(PAGE.read_text(encoding="utf-8"))


urlpatterns = [path("page/", page), *endpoints]

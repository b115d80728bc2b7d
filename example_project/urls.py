"""What there is to ask."""

from django.contrib import admin
from django.urls import include, path

from django_claimsauth.passkeys.well_known import related_origins
from example_project.documents import pages

urlpatterns = [
    path("", pages.start, name="start"),
    path("documents/<int:pk>/", pages.document, name="document"),
    path("titles/", pages.titles, name="titles"),
    path("undeclared/", pages.undeclared, name="undeclared"),
    path("account/", include("example_project.passkeys_pages.urls")),
    path(".well-known/webauthn", related_origins),
    path("api/", include("example_project.documents.urls")),
    path("", include("django_claimsauth.urls")),
    path("accounts/", include("rest_framework.urls")),
    path("admin/", admin.site.urls),
]

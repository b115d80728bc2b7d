"""The metadata alone, mounted by hand."""

from django.urls import path

from django_claimsauth.tokens.publication import metadata

urlpatterns = [path("metadata", metadata)]

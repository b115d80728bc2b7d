"""The URLs of the test suite; a test that needs others marks them."""

from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]

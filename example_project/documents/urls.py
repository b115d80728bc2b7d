"""The API's URLs."""

from django.urls import path
from rest_framework.routers import DefaultRouter

from example_project.documents import views

router = DefaultRouter()
router.register("documents", views.DocumentViewSet)

urlpatterns = [
    *router.urls,
    path("statistics/", views.statistics, name="statistics"),
    path("me/", views.me, name="me"),
    path("wine-list/", views.wine_list, name="wine-list"),
]

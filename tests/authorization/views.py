"""View classes that inherit from each other what guards them."""

from django.http import HttpResponse
from django.views import View

from django_claimsauth.authorization import allow_anonymous, authorize


class Base(View):
    @authorize(roles=["staff"])
    def get(self, request):
        return HttpResponse("inside")

    @allow_anonymous
    def put(self, request):
        return HttpResponse("inside")

    def post(self, request):
        return HttpResponse("inside")


@authorize(roles=["member"])
class Child(Base):
    def get(self, request):
        return super().get(request)


@allow_anonymous
class Opened(Child):
    def get(self, request):
        return HttpResponse("inside")

    @authorize(roles=["admin"])
    def put(self, request):
        return HttpResponse("inside")

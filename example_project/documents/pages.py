"""Plain Django views, sync and async."""

from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render

from django_claimsauth.authorization import allow_anonymous, authorize, service
from example_project.documents.demo_data import PEOPLE
from example_project.documents.models import Document


@allow_anonymous
def start(request):
    """Say what to try. Open to all, and yet it knows who is calling."""
    context = {
        "people": PEOPLE if settings.DEBUG else [],
        "here": request.build_absolute_uri("/").rstrip("/"),
        "document": Document.objects.filter(state="published").first(),
    }
    return render(request, "documents/start.html", context)


@authorize
def document(request, pk):
    """Show one document, by asking the policy in the view."""
    found = get_object_or_404(Document.objects.select_related("tenant", "owner"), pk=pk)
    service.require(
        request.principal,
        "documents.read",
        found,
        hidden_by="documents.read",
        request=request,
    )
    return render(request, "documents/document.html", {"document": found})


@authorize
async def titles(request):
    """List titles, narrowed by the policy, without leaving the event loop."""
    readable = service.narrow(
        request.principal, "documents.read", Document.objects.all()
    )
    return JsonResponse({"titles": [each.title async for each in readable]})


def undeclared(request):
    """Declare nothing: the fallback policy lets nobody in who is anonymous."""
    return JsonResponse({"seen": "by anybody who is authenticated"})

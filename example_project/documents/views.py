"""The API, in Django REST Framework."""

from django.db.models import Count
from rest_framework.decorators import action, api_view
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet

from django_claimsauth.authorization import authorize
from django_claimsauth.drf import resource_policies
from example_project.documents.models import Document, Profile
from example_project.documents.serializers import DocumentSerializer


@authorize(schemes=["smart", "api_key"])
@resource_policies(
    list="documents.read",
    retrieve="documents.read",
    create="documents.create",
    update="documents.edit",
    destroy="documents.delete",
    publish="documents.publish",
)
class DocumentViewSet(ModelViewSet):
    """Lists hold what one may read; what one may not even read is a 404."""

    queryset = Document.objects.select_related("tenant", "owner")
    serializer_class = DocumentSerializer

    def perform_create(self, serializer):
        profile = Profile.objects.filter(user=self.request.user.pk).first()
        if profile is None:
            raise PermissionDenied
        # Judged by "documents.create" before it is written.
        serializer.save(owner=profile.user, tenant=profile.tenant)

    @action(detail=True, methods=["post"])
    def publish(self, request, pk=None):
        document = self.get_object()
        document.state = Document.State.PUBLISHED
        document.save(update_fields=["state"])
        return Response(self.get_serializer(document).data)


@api_view()
@authorize("statistics")
def statistics(request):
    """For services: the policy accepts an API key, and asks for its scope."""
    by_tenant = Document.objects.values("tenant__slug").annotate(count=Count("pk"))
    return Response({row["tenant__slug"]: row["count"] for row in by_tenant})


@api_view()
@authorize(schemes=["bearer"])
def me(request):
    """For people with a token: what it says about them."""
    claims = {each.type: each.value for each in request.principal.claims}
    return Response({"name": request.user.get_username(), "claims": claims})


@api_view()
@authorize("AtLeast21")
def wine_list(request):
    """For those who are old enough."""
    return Response(["Riesling", "Trollinger", "Lemberger"])

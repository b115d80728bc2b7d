"""A guarded document service, and the ways in which a view can slip."""

from django.http import StreamingHttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ModelViewSet

from django_claimsauth.authorization import (
    Operations,
    RequireAuthenticated,
    RequireRole,
    claim,
    resource,
    service,
)
from django_claimsauth.drf import (
    HasPolicy,
    PolicyFilterBackend,
    SchemeAuthentication,
    resource_policies,
)
from tests.app.models import Document

OWN = resource.owner_id == claim("sub")
SAME_TENANT = resource.tenant.slug == claim("tenant")
READ = SAME_TENANT | (resource.state == "published")
EDIT = OWN | RequireRole("editor")


class DocumentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Document
        fields = ["id", "title", "owner", "tenant", "state"]


class Open(ModelViewSet):
    queryset = Document.objects.order_by("pk")
    serializer_class = DocumentSerializer
    authentication_classes = []
    permission_classes = [AllowAny]


@resource_policies(
    list=READ,
    retrieve=READ,
    create=OWN & SAME_TENANT,
    update=EDIT & SAME_TENANT,
    publish=EDIT & SAME_TENANT,
)
class Documents(Open):
    @action(detail=True, methods=["post"])
    def publish(self, request, pk):
        document = self.get_object()
        document.state = "published"
        document.save()
        return Response({"state": document.state})

    @action(detail=False)
    def undeclared(self, request):
        return Response("inside")


class OwnedDocuments(Documents):
    """What an owner's view usually does: the owner is not in the body."""

    def perform_create(self, serializer):
        serializer.save(owner_id=int(self.request.principal.subject))


class Bulk(Documents):
    def get_serializer(self, *args, **kwargs):
        kwargs["many"] = isinstance(kwargs.get("data"), list)
        return super().get_serializer(*args, **kwargs)


@resource_policies(
    list=READ, retrieve=READ, peek=READ, count=READ, stream=READ, asked=READ
)
class Slipping(Open):
    def get_object(self):
        return Document.objects.get(pk=self.kwargs["pk"])

    def list(self, request):
        return Response(DocumentSerializer(self.get_queryset(), many=True).data)

    @action(detail=True)
    def peek(self, request, pk):
        return Response(self.get_queryset().get(pk=pk).title)

    @action(detail=False)
    def count(self, request):
        return Response(Document.objects.count())

    @action(detail=False)
    def stream(self, request):
        return StreamingHttpResponse(each.title for each in Document.objects.all())

    @action(detail=True)
    def asked(self, request, pk):
        document = Document.objects.get(pk=pk)
        service.require(request.principal, READ, document, request=request)
        return Response(document.title)


class Permitted(Open):
    """The same by DRF's own permission classes."""

    authentication_classes = [SchemeAuthentication]
    permission_classes = [IsAuthenticated & HasPolicy(READ)]
    filter_backends = [PolicyFilterBackend]


class PermittedSlipping(Permitted):
    def retrieve(self, request, pk):
        return Response(Document.objects.get(pk=pk).title)


@resource_policies(list=RequireAuthenticated() & READ, retrieve=Operations.read)
class Unnarrowable(Open):
    pass


router = SimpleRouter()
router.register("documents", Documents, "document")
router.register("owned", OwnedDocuments, "owned")
router.register("bulk", Bulk, "bulk")
router.register("slipping", Slipping, "slipping")
router.register("permitted", Permitted, "permitted")
router.register("permitted-slipping", PermittedSlipping, "permitted-slipping")
router.register("unnarrowable", Unnarrowable, "unnarrowable")
urlpatterns = [*router.urls, path("x/", Documents.as_view({"get": "list"}))]

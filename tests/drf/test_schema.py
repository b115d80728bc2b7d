"""OpenAPI: the schemes, and which of them each operation accepts."""

import pytest
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from django_claimsauth.authorization import allow_anonymous, authorize
from django_claimsauth.drf import APIKeyAuthentication, SchemeAuthentication
from django_claimsauth.drf.schema import PolicyAutoSchema
from tests.drf.documents import Documents


class ThingSerializer(serializers.Serializer):
    name = serializers.CharField()


class Things(GenericAPIView):
    serializer_class = ThingSerializer
    schema = PolicyAutoSchema()
    authentication_classes = [SchemeAuthentication, APIKeyAuthentication]

    def get(self, request):
        return Response()


@authorize("authenticated", schemes=["session", "bearer"])
class Guarded(Things):
    pass


@allow_anonymous
class Opened(Things):
    pass


class AnswerSerializer(serializers.Serializer):
    number = serializers.IntegerField()


class Answering(Things):
    response_serializer_class = AnswerSerializer

    def post(self, request):
        return Response()


class GuardedDocuments(Documents):
    schema = PolicyAutoSchema()


urlpatterns = [
    path("things/", Things.as_view()),
    path("guarded/", Guarded.as_view()),
    path("opened/", Opened.as_view()),
    path("answering/", Answering.as_view()),
    path("documents/", GuardedDocuments.as_view({"get": "list", "post": "create"})),
]


@pytest.fixture
def document():
    generated = SchemaGenerator(patterns=urlpatterns).get_schema(public=True)
    validate_schema(generated)
    return generated


def security(document, url, method="get"):
    return document["paths"][url][method]["security"]


def test_schemes_are_described_by_their_handlers(document):
    described = document["components"]["securitySchemes"]

    assert {"type": "http", "scheme": "bearer"} == described["bearer"]
    assert {"type": "apiKey", "in": "header", "name": "X-API-Key"} == described[
        "api_key"
    ]
    assert "cookie" == described["session"]["in"]


def test_operations_accept_what_their_policies_accept(document):
    assert [{"bearer": []}, {"api_key": []}, {}] == security(document, "/things/")
    assert [{"session": []}, {"bearer": []}] == security(document, "/guarded/")
    assert [{"bearer": []}, {}] == security(document, "/opened/")
    assert [{"bearer": []}] == security(document, "/documents/", "post")


def test_guarded_operations_document_their_refusals(document):
    assert {"401", "403"} <= set(document["paths"]["/guarded/"]["get"]["responses"])
    assert "401" not in document["paths"]["/opened/"]["get"]["responses"]


def test_a_view_may_answer_with_other_than_it_is_given(document):
    operation = document["paths"]["/answering/"]["post"]
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]

    assert "#/components/schemas/Answer" == answer["$ref"]
    assert {"Answer", "Thing"} <= set(document["components"]["schemas"])

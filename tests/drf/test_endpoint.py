"""What our own endpoints share: a busy database, bad bodies, no caching."""

import logging

import pytest
from django.db import InterfaceError, OperationalError
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from django_claimsauth.drf.endpoint import Endpoint
from django_claimsauth.drf.serializers import (
    StrictSerializer,
    TextField,
    WholeNumberField,
)


class PartsSerializer(StrictSerializer):
    text = TextField(required=False)
    number = WholeNumberField(required=False)
    parts = serializers.ListField(child=TextField(), required=False)


class Parts(Endpoint):
    """Answers with what it was sent, or raises what it is told to."""

    endpoint = "parts"
    serializer_class = PartsSerializer
    error = None

    def post(self, request):
        if self.error is not None:
            raise self.error
        return Response(self.validated())


def post(body, **initkwargs):
    request = APIRequestFactory().post("/", body, format="json")
    return Parts.as_view(**initkwargs)(request)


def test_a_body_of_known_fields_is_taken_as_it_is():
    body = {"text": " a ", "number": 1, "parts": ["b"]}

    answer = post(body)

    assert body == answer.data
    assert "no-store" == answer["Cache-Control"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"other": 1}, "other"),
        ({f"o{n}": 1 for n in range(50)}, "o0"),
        ({"x" * 5000: 1}, "x" * 64),
        ({"text": 1}, "text"),
        ({"number": "1"}, "number"),
        ({"number": True}, "number"),
        ({"number": 1.0}, "number"),
        ({"parts": [1]}, "parts"),
        ({"parts": {"a": 1}}, "parts"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_any_other_is_400_by_the_name_of_its_field(body, named):
    answer = post(body)

    assert (400, "invalid_request") == (answer.status_code, answer.data["code"])
    assert named in answer.data["fields"]
    assert named in answer.data["detail"]
    assert len(answer.data["fields"]) <= 10


def test_a_serializer_says_what_is_no_object():
    checked = PartsSerializer(data=[])

    assert not checked.is_valid()


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_503_and_when_to_come_again(error, caplog):
    with caplog.at_level(logging.ERROR):
        answer = post({}, error=error("database is locked"))

    assert (503, "temporarily_unavailable") == (answer.status_code, answer.data["code"])
    assert "1" == answer["Retry-After"]
    assert "locked" not in str(answer.data)
    assert "The database failed" in caplog.text


def test_a_defect_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        post({}, error=ZeroDivisionError())

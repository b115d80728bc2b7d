"""Bodies: one reading, known fields, their types; each slip named, nothing changed."""

import json

import pytest

from django_claimsauth.tokens.models import TokenFamily
from django_claimsauth.tokens.serializers import SignInSerializer
from tests.tokens.conftest import PASSWORD

GOOD = {"username": "alice", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _nothing_is_changed(user):
    yield
    assert not TokenFamily.objects.exists()


def refused(response, status=400, code="invalid_request"):
    body = response.json()
    assert (status, code) == (response.status_code, body["code"]), body
    assert "no-store" == response["Cache-Control"]
    return body


@pytest.mark.parametrize("name", ["sign-in", "refresh", "sign-out"])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing but a type"),
        pytest.param("not json", id="no JSON"),
        pytest.param("{", id="half of it"),
        pytest.param("[]", id="a list"),
        pytest.param("null", id="null"),
        pytest.param("true", id="a boolean"),
        pytest.param('"text"', id="a string"),
        pytest.param("5", id="a number"),
        pytest.param("[" * 100_000 + "]" * 100_000, id="deep lists", marks=[]),
        pytest.param('{"a":' * 10_000 + "1" + "}" * 10_000, id="deep objects"),
        pytest.param('{"a": ' + "[" * 40 + "]" * 40 + "}", id="deeper than allowed"),
        pytest.param('{"refresh_token": ' + "9" * 5000 + "}", id="a long number"),
        pytest.param('{"refresh_token": NaN}', id="NaN"),
        pytest.param('{"refresh_token": 1e999}', id="an infinity"),
        pytest.param('{"refresh_token": "\\ud800"}', id="a lone surrogate"),
        pytest.param(b'{"refresh_token": "\xff\xfe"}', id="no UTF-8"),
        pytest.param(b'\xef\xbb\xbf{"refresh_token": "a"}', id="a byte order mark"),
        pytest.param("{}\0", id="a NUL behind"),
        pytest.param("{} {}", id="two objects"),
    ],
)
def test_what_is_no_json_object_is_refused(post, name, body):
    response = post(name, body)

    if len(body) > 64 * 1024:
        refused(response, 413, "body_too_large")
    else:
        refused(response)


@pytest.mark.parametrize("size", [64 * 1024, 10_000_000])
def test_a_body_without_end_is_refused_unread(post, size):
    body = json.dumps({**GOOD, "scope": "x" * size})

    refused(post("sign-in", body), 413, "body_too_large")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"is_staff": True}, "is_staff"),
        ({"Username": "alice"}, "Username"),
        ({"username": None}, "username"),
        ({"username": 5}, "username"),
        ({"username": True}, "username"),
        ({"username": ["alice"]}, "username"),
        ({"username": {"a": 1}}, "username"),
        ({"username": ""}, "username"),
        ({"username": "a\0b"}, "username"),
        ({"username": "x" * 255}, "username"),
        ({"password": 5}, "password"),
        ({"password": None}, "password"),
        ({"password": "p\0"}, "password"),
        ({"password": "x" * 4097}, "password"),
        ({"scope": ["read"]}, "scope"),
    ],
)
def test_a_field_that_is_unknown_or_mistyped_is_named(post, change, named):
    body = refused(post("sign-in", {**GOOD, **change}))

    assert [named] == list(body["fields"])
    assert named in body["detail"]


def test_what_is_missing_is_named(post):
    assert {"username", "password"} == set(refused(post("sign-in", {}))["fields"])
    assert {"refresh_token"} == set(refused(post("refresh", {}))["fields"])


def test_a_field_that_stands_twice_is_named(post):
    body = refused(
        post("sign-in", '{"username": "alice", "password": "a", "password": "b"}')
    )

    assert "'password'" in body["detail"]


def test_a_field_that_stands_twice_inside_is_named(post):
    body = refused(post("sign-in", '{"username": {"a": 1, "a": 2}, "password": "b"}'))

    assert "'a'" in body["detail"]


def test_a_name_of_an_attacker_s_is_cut(post):
    body = refused(post("sign-in", {**GOOD, "<script>" * 1000: 1}))

    assert 64 == max(len(name) for name in body["fields"])


def test_of_many_unknown_fields_a_few_are_named(post):
    body = refused(post("sign-in", {**GOOD, **{f"f{n}": 1 for n in range(1000)}}))

    assert 10 == len(body["fields"])


def test_no_password_is_shown_in_what_is_answered(post):
    response = post("sign-in", {"username": "alice", "password": "canary-91", "x": 1})

    assert b"canary-91" not in response.content


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=bz2_codec",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
        "application/json; charset=\xff",
        "application/jsonx",
        "nonsense",
        "",
    ],
)
def test_another_type_or_charset_is_415(post, content_type):
    response = post("sign-in", json.dumps(GOOD), content_type=content_type)

    refused(response, 415, "unsupported_media_type")


@pytest.mark.parametrize("header", ["text/nothing", "application/json;q=x", "x" * 100])
def test_an_odd_accept_is_406_or_answered(post, header):
    response = post("sign-in", {}, headers={"accept": header})

    assert response.status_code in {400, 406}


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_another_method_is_405(get, method):
    assert 405 == get("/tokens/sign-in/", method=method).status_code


def test_options_describe_the_fields(get):
    response = get("/tokens/sign-in/", method="OPTIONS")

    assert 200 == response.status_code
    assert {"username", "password", "scope"} == set(response.json()["actions"]["POST"])


def test_a_serializer_that_is_given_no_mapping_says_so():
    serializer = SignInSerializer(data=["alice"])

    assert not serializer.is_valid()
    assert "non_field_errors" in serializer.errors


class TestGoodBodies:
    """What a good client may send."""

    @pytest.fixture(autouse=True)
    def _nothing_is_changed(self, user):
        """Here something is."""

    @pytest.mark.parametrize(
        "content_type",
        [
            "application/json",
            "application/json; charset=utf-8",
            'application/json; charset="UTF-8"',
            "Application/JSON",
        ],
    )
    def test_json_by_any_of_its_names(self, post, content_type):
        response = post("sign-in", json.dumps(GOOD), content_type=content_type)

        assert 200 == response.status_code

    def test_a_password_counts_to_the_last_character(self, user, post):
        long = "pässwörd 🔑 " * 300 + "x"
        user.set_password(long)
        user.save()

        assert 200 == post("sign-in", {**GOOD, "password": long}).status_code
        assert 401 == post("sign-in", {**GOOD, "password": long[:-1]}).status_code

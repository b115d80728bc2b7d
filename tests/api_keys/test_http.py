"""Keys over HTTP: what DRF's views and plain ones answer."""

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.core.handlers.asgi import ASGIHandler

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.models import ApiKey

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api_keys.urls")]
VIEWS = ["/reports/", "/plain/"]


@pytest.fixture
def get(client):
    """Ask a view, with a key or with these headers."""

    def ask(path, secret=None, **headers):
        if secret is not None:
            headers["X-API-Key"] = secret
        return client.get(path, headers=headers)

    return ask


@pytest.mark.parametrize("path", VIEWS)
class TestAnswers:
    def test_a_key_that_works_is_let_in(self, get, issued, path):
        assert 200 == get(path, issued.secret).status_code

    def test_without_a_key_the_challenge_has_no_error(self, get, path):
        answer = get(path)

        assert 401 == answer.status_code
        assert 'ApiKey realm="api"' in answer["WWW-Authenticate"]
        assert "error" not in answer["WWW-Authenticate"]

    def test_a_key_that_does_not_work_is_401_with_one_error(self, get, issued, path):
        answers = [get(path, issued.secret[:-1])]
        flows.revoke(issued.api_key)
        answers.append(get(path, issued.secret))

        for answer in answers:
            assert 401 == answer.status_code
            assert 'error="invalid_api_key"' in answer["WWW-Authenticate"]
        assert answers[0].content == answers[1].content

    def test_two_keys_at_once_are_400(self, get, issued, path):
        answers = [
            get(path, issued.secret, authorization=f"ApiKey {issued.secret}"),
            get(path, f"{issued.secret},{issued.secret}"),
        ]

        assert [400, 400] == [each.status_code for each in answers]
        assert "more than one credential" in answers[0].json()["detail"]

    def test_beyond_its_rate_a_key_is_429_and_told_when_to_come_again(self, get, path):
        issued = flows.issue("k", scopes=["reports.read"], rate="2/day")

        answers = [get(path, issued.secret) for _ in range(3)]

        assert [200, 200, 429] == [each.status_code for each in answers]
        assert "Too many requests" in answers[2].json()["detail"]
        assert 1 <= int(answers[2]["Retry-After"]) <= 86_400

    def test_an_owner_who_is_deactivated_is_out_at_the_next_request(
        self, get, ada, issued, path
    ):
        assert 200 == get(path, issued.secret).status_code

        ada.is_active = False
        ada.save()

        assert 401 == get(path, issued.secret).status_code

    def test_a_megabyte_is_401(self, get, path):
        assert 401 == get(path, "x" * 1_000_000).status_code

    def test_the_use_is_noted_when_the_request_has_ended(self, get, issued, path):
        get(path, issued.secret)

        assert ApiKey.objects.get().last_used_at is not None

    def test_under_atomic_requests_too(self, get, issued, path, settings):
        settings.DATABASES["default"]["ATOMIC_REQUESTS"] = True
        try:
            get(path, issued.secret)
        finally:
            settings.DATABASES["default"]["ATOMIC_REQUESTS"] = False

        assert ApiKey.objects.get().last_used_at is not None


def test_a_key_without_the_scope_is_403(get):
    issued = flows.issue("k", scopes=["other"])

    assert 403 == get("/reports/", issued.secret).status_code


def test_the_subject_of_a_key_is_its_owners(get, ada, issued):
    assert {"sub": str(ada.pk)} == get("/reports/", issued.secret).json()


def test_a_service_is_the_user_of_the_request(get):
    issued = flows.issue("nightly")

    assert {"user": "nightly"} == get("/plain/", issued.secret).json()


@pytest.fixture
def asgi_status():
    """Ask the ASGI application with these header lines; return the status."""

    def ask(*lines):
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/plain/",
            "query_string": b"",
            "client": ("127.0.0.1", 1),
            "server": ("testserver", "80"),
            "headers": [(name.encode(), value.encode()) for name, value in lines],
        }

        async def communicate():
            communicator = ApplicationCommunicator(ASGIHandler(), scope)
            await communicator.send_input({"type": "http.request", "body": b""})
            started = await communicator.receive_output(timeout=10)
            await communicator.receive_output(timeout=10)
            await communicator.wait(timeout=10)
            return started["status"]

        return async_to_sync(communicate)()

    return ask


@pytest.mark.django_db(transaction=True)
class TestAsgi:
    def test_the_header_lets_in(self, asgi_status, issued):
        assert 200 == asgi_status(("X-Api-Key", issued.secret))
        assert ApiKey.objects.get().last_used_at is not None

    @pytest.mark.parametrize("header", ["X_API_KEY", "x_api_key", "X-Api_Key"])
    def test_the_underscore_spelling_never_does(self, asgi_status, issued, header):
        assert 401 == asgi_status((header, issued.secret))

    def test_it_is_no_second_key_either(self, asgi_status, issued):
        lines = [("x-api-key", issued.secret), ("x_api_key", issued.secret)]

        assert 200 == asgi_status(*lines)

    def test_two_header_lines_are_400(self, asgi_status, issued):
        assert 400 == asgi_status(*[("x-api-key", issued.secret)] * 2)

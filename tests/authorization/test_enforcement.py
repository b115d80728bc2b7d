"""From a request to a refusal: challenges, bad credentials, outages, async."""

import asyncio
import json
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from django_claimsauth.authorization import (
    RequireAssertion,
    RequireRecentAuthentication,
    RequireRole,
    RequireScope,
    allow_anonymous,
    authorize,
)
from django_claimsauth.authorization.enforcement import aenforce, combined, enforce
from django_claimsauth.authorization.metadata import EndpointMetadata, metadata_of
from django_claimsauth.authorization.policies import AuthorizeData
from tests.schemes import as_, claimsauth

BOTH = ["alpha", "beta"]


@pytest.fixture(autouse=True)
def _settings():
    with override_settings(CLAIMSAUTH=claimsauth()):
        yield


@pytest.fixture(params=["sync", "async"])
def ask(request):
    """Return a function that gives a guarded view's response to some headers."""

    def sync_ask(decorator, headers=None, accept=None):
        guarded = decorator(lambda request: HttpResponse("inside"))
        return guarded(RequestFactory().get("/", headers=headers))

    def async_ask(decorator, headers=None, accept=None):
        async def inside(request):
            return HttpResponse("inside")

        guarded = decorator(inside)
        return asyncio.run(guarded(RequestFactory().get("/", headers=headers)))

    return sync_ask if request.param == "sync" else async_ask


def test_every_scheme_that_was_tried_challenges_in_order(ask):
    response = ask(authorize(schemes=["beta", "alpha"]))

    assert 401 == response.status_code
    assert 'beta realm="api", alpha realm="api"' == response["WWW-Authenticate"]
    assert {"detail", "code"} == set(json.loads(response.content))
    assert "no-store" == response["Cache-Control"]


def test_a_bad_credential_beside_a_good_one_is_no_obstacle(ask):
    headers = {"Test-Alpha": "bad", **as_("beta")}

    assert 200 == ask(authorize(schemes=BOTH), headers).status_code


def test_a_bad_credential_ends_nothing_where_anybody_may(ask):
    assert 200 == ask(allow_anonymous, {"Test-Alpha": "bad"}).status_code


@pytest.mark.parametrize(
    "headers", [{"Test-Alpha": "bad"}, {"Test-Alpha": "bad", **as_("beta")}]
)
def test_a_bad_credential_ends_everything_where_the_setting_says_so(ask, headers):
    with override_settings(CLAIMSAUTH=claimsauth(INVALID_CREDENTIALS="reject")):
        assert 401 == ask(authorize(schemes=BOTH), headers).status_code
        assert 401 == ask(allow_anonymous, headers).status_code
        assert 200 == ask(authorize(schemes=BOTH), as_("beta")).status_code


@pytest.mark.parametrize(
    ("code", "status", "body_code"),
    [
        ("bad_header", 401, "invalid_token"),
        ("token_expired", 401, "invalid_token"),
        ("invalid_request", 400, "invalid_request"),
        ("csrf_failed", 403, "csrf_failed"),
        ("keys_unavailable", 503, "temporarily_unavailable"),
        ("temporarily_unavailable", 503, "temporarily_unavailable"),
    ],
)
def test_kind_of_failure_decides_the_status(ask, code, status, body_code):
    response = ask(authorize(schemes=["beta", "alpha"]), {"Test-Alpha": f"bad:{code}"})

    assert status == response.status_code
    assert body_code == json.loads(response.content)["code"]
    assert (status == 503) is ("Retry-After" in response)
    assert (status == 401) is ("WWW-Authenticate" in response)


def test_refusal_of_the_authenticated_tells_no_reason(ask):
    response = ask(authorize(roles=["very-secret-role"]), as_())

    assert 403 == response.status_code
    assert "WWW-Authenticate" not in response
    assert b"secret" not in response.content
    assert "permission_denied" == json.loads(response.content)["code"]


def test_problem_details_by_setting_and_by_accept(ask):
    guard = authorize(roles=["admin"])
    by_accept = ask(guard, {**as_(), "Accept": "application/problem+json"})
    with override_settings(CLAIMSAUTH=claimsauth(PROBLEM_DETAILS=True)):
        by_setting = ask(guard, as_())

    for response in (by_accept, by_setting):
        assert "application/problem+json" == response["Content-Type"]
        assert {"type", "title", "status", "detail", "code"} == set(
            json.loads(response.content)
        )


def test_sign_in_that_is_too_old_is_challenged_to_step_up(ask):
    recent = RequireRecentAuthentication(timedelta(minutes=5), clock=lambda: 10_000)

    response = ask(authorize(recent), as_(auth_time=100))

    assert 401 == response.status_code
    assert 'error="insufficient_user_authentication"' in response["WWW-Authenticate"]
    assert "max_age=300" in response["WWW-Authenticate"]
    assert 200 == ask(authorize(recent), as_(auth_time=9_900)).status_code


def test_insufficient_scope_is_opt_in(ask):
    guard = authorize(RequireScope("documents.write"))

    assert "permission_denied" == json.loads(ask(guard, as_()).content)["code"]
    with override_settings(CLAIMSAUTH=claimsauth(INSUFFICIENT_SCOPE=True)):
        assert "insufficient_scope" == json.loads(ask(guard, as_()).content)["code"]
        other = ask(authorize(roles=["admin"]), as_())
        assert "permission_denied" == json.loads(other.content)["code"]


def test_async_assertion_is_awaited_either_way(ask):
    async def says_no(context):
        return False

    async def says_yes(context):
        return True

    assert 403 == ask(authorize(RequireAssertion(says_no)), as_()).status_code
    assert 200 == ask(authorize(RequireAssertion(says_yes)), as_()).status_code


def test_an_error_of_a_handler_is_no_verdict(ask):
    def fails(context):
        raise LookupError("broken")

    with pytest.raises(LookupError):
        ask(authorize(RequireAssertion(fails)), as_())


def test_enforcing_twice_decides_once():
    ran = []
    counted = authorize(RequireAssertion(lambda context: not ran.append(1)))
    metadata = metadata_of(counted(lambda request: None))
    request = RequestFactory().get("/", headers=as_())

    assert enforce(request, metadata) is None
    assert enforce(request, metadata) is None
    assert asyncio.run(aenforce(request, metadata)) is None

    assert [1] == ran


def test_a_handler_that_comes_later_is_asked_at_the_next_request(judged):
    metadata = EndpointMetadata(entries=(AuthorizeData(roles=("a",)),))
    enforce(RequestFactory().get("/", headers=as_(roles="a")), metadata)

    judged(lambda context, _: context.fail("closed for today"), RequireRole)

    request = RequestFactory().get("/", headers=as_(roles="a"))
    assert 403 == enforce(request, metadata).status


def test_asking_about_another_method_does_not_change_who_it_is():
    request = RequestFactory().get("/", headers=as_(sub="1"))
    first = EndpointMetadata(entries=(AuthorizeData(),))
    other = EndpointMetadata(entries=(AuthorizeData(schemes=("beta",)),))
    enforce(request, first)

    refusal = enforce(request, other)

    assert 401 == refusal.status
    assert "1" == request.principal.subject


def test_more_is_asked_of_whom_was_let_in_on_an_event_loop_too():
    request = RequestFactory().get("/", headers=as_(sub="1", roles="a"))
    first = EndpointMetadata(entries=(AuthorizeData(),))
    more = EndpointMetadata(entries=(AuthorizeData(roles=("a",)),))
    other = EndpointMetadata(entries=(AuthorizeData(roles=("b",)),))

    answers = [asyncio.run(aenforce(request, each)) for each in (first, more, other)]

    assert [None, None, 403] == [each and each.status for each in answers]
    assert "1" == request.principal.subject


def test_nothing_declared_is_held_to_the_fallback_only_where_asked():
    request = RequestFactory().get("/")

    assert enforce(request, EndpointMetadata()) is None
    assert 401 == enforce(request, EndpointMetadata(), fallback=True).status
    with override_settings(CLAIMSAUTH=claimsauth(FALLBACK_POLICY=None)):
        assert enforce(request, EndpointMetadata(), fallback=True) is None


def test_combined_policies_are_bounded(monkeypatch):
    from django_claimsauth.authorization import decisions, enforcement

    monkeypatch.setattr(decisions, "MAX_PLANS", 5)
    for number in range(20):
        combined((AuthorizeData(RequireRole(f"r{number}")),))

    assert len(enforcement._combined) <= 5


def test_hundreds_of_concurrent_requests_keep_their_principals():
    @authorize
    async def shows(request):
        await asyncio.sleep(0)
        return HttpResponse(request.principal.subject)

    async def ask_all():
        requests = [
            RequestFactory().get("/", headers=as_(sub=str(number)))
            for number in range(200)
        ]
        return await asyncio.gather(*(shows(each) for each in requests))

    bodies = [response.content.decode() for response in asyncio.run(ask_all())]

    assert [str(number) for number in range(200)] == bodies


@pytest.mark.parametrize("schemes", [{}, {"DEFAULT_SCHEME": None}])
def test_open_endpoint_needs_no_default_scheme(ask, schemes):
    given = claimsauth(**schemes) if schemes else {"SCHEMES": {}}
    with override_settings(CLAIMSAUTH=given):
        assert 200 == ask(allow_anonymous, as_()).status_code


def test_guarded_endpoint_without_a_scheme_is_the_operators_mistake(ask):
    with (
        override_settings(CLAIMSAUTH=claimsauth(DEFAULT_SCHEME=None)),
        pytest.raises(ImproperlyConfigured, match="DEFAULT_SCHEME"),
    ):
        ask(authorize, as_())

"""Declaring what holds: decorators, gates, inheritance, and what is refused."""

import asyncio

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import include, path
from django.views import View

from django_claimsauth.authorization import (
    Policy,
    RequireAuthenticated,
    RequireRole,
    allow_anonymous,
    authorize,
    policies,
    require_authorization,
)
from django_claimsauth.authorization.metadata import metadata_of
from tests.app.models import Document
from tests.authorization.views import Base, Child
from tests.schemes import as_, claimsauth


@pytest.fixture(autouse=True)
def _settings():
    with override_settings(CLAIMSAUTH=claimsauth()):
        yield


def view(request, *args, **kwargs):
    return HttpResponse("inside")


def status(view, method="get", **claims):
    headers = as_(**claims) if claims else None
    return getattr(RequestFactory(), method)("/", headers=headers)


def answer(guarded, method="get", header="alpha", **claims):
    headers = as_(header, **claims) if claims else None
    request = getattr(RequestFactory(), method)("/", headers=headers)
    response = guarded(request)
    return asyncio.run(response) if asyncio.iscoroutine(response) else response


STAFF, ADMIN = {"roles": ["staff"]}, {"roles": ["admin", "staff"]}


@pytest.mark.parametrize(
    "guard",
    [
        authorize,
        authorize(),
        authorize("authenticated"),
        authorize(Policy(RequireAuthenticated())),
        authorize(RequireAuthenticated()),
        authorize(schemes=["alpha"]),
    ],
)
def test_guard_asks_for_somebody(guard):
    assert 401 == answer(guard(view)).status_code
    assert 200 == answer(guard(view), **STAFF).status_code


@pytest.mark.parametrize(
    ("args", "kwargs", "error"),
    [
        ((1,), {}, TypeError),
        ((["a"],), {}, TypeError),
        ((RequireRole,), {}, TypeError),
        (("",), {}, ValueError),
        ((" ",), {}, ValueError),
        ((), {"roles": "admin"}, TypeError),
        ((), {"roles": []}, ValueError),
        ((), {"roles": [1]}, TypeError),
        ((), {"roles": [" "]}, ValueError),
        ((), {"schemes": "alpha"}, TypeError),
        ((), {"schemes": [None]}, TypeError),
    ],
)
@pytest.mark.parametrize(
    "function", [authorize, lambda *a, **k: require_authorization(view, *a, **k)]
)
def test_what_nobody_can_mean_is_refused_when_it_is_written(
    args, kwargs, error, function
):
    with pytest.raises(error):
        function(*args, **kwargs)


def test_calling_the_decorator_like_the_service_is_a_type_error():
    """Or `if authorize(principal, "x", document):` would be true for everybody."""
    with pytest.raises(TypeError):
        authorize(object(), "documents.edit", Document())


@pytest.mark.parametrize("target", [1, "view", None])
def test_what_is_no_view_cannot_be_guarded(target):
    with pytest.raises(TypeError):
        authorize("authenticated")(target)
    with pytest.raises(TypeError):
        allow_anonymous(target)


def test_class_without_as_view_cannot_be_guarded():
    with pytest.raises(TypeError, match="as_view"):
        authorize("authenticated")(type("Plain", (), {}))


@pytest.mark.parametrize("target", [1, "urls", None, [view]])
def test_what_is_no_pattern_cannot_be_gated(target):
    with pytest.raises(TypeError):
        require_authorization(target, "authenticated")


def test_stacking_means_and():
    guarded = authorize(roles=["admin"])(authorize(roles=["staff"])(view))

    assert 403 == answer(guarded, **STAFF).status_code
    assert 403 == answer(guarded, roles=["admin"]).status_code
    assert 200 == answer(guarded, **ADMIN).status_code


def test_stacking_leaves_the_inner_one_as_it_was():
    inner = authorize(roles=["staff"])(view)
    authorize(roles=["admin"])(inner)

    assert 200 == answer(inner, **STAFF).status_code


def test_a_decorator_between_two_guards_still_runs():
    ran = []

    def between(function):
        import functools

        @functools.wraps(function)
        def wrapper(request):
            ran.append("between")
            return function(request)

        return wrapper

    guarded = authorize(roles=["admin"])(between(authorize(roles=["staff"])(view)))

    assert 403 == answer(guarded, **STAFF).status_code
    assert 200 == answer(guarded, **ADMIN).status_code
    assert ["between"] == ran


@pytest.mark.parametrize(
    "guarded",
    [
        allow_anonymous(authorize(roles=["admin"])(view)),
        authorize(roles=["admin"])(allow_anonymous(view)),
    ],
)
def test_on_one_level_anonymous_wins(guarded):
    assert 200 == answer(guarded).status_code


def test_schemes_are_united_and_others_do_not_count():
    guarded = authorize(schemes=["beta"])(view)

    assert 401 == answer(guarded, **STAFF).status_code
    assert 'beta realm="api"' == answer(guarded)["WWW-Authenticate"]
    assert 200 == answer(guarded, header="beta", **STAFF).status_code

    both = authorize(schemes=["alpha"])(guarded)
    assert 'beta realm="api", alpha realm="api"' == answer(both)["WWW-Authenticate"]


def test_who_it_is_is_known_where_anybody_may():
    seen = []

    @allow_anonymous
    def shows(request):
        seen.append((request.principal.is_authenticated, request.principal.subject))
        return HttpResponse("inside")

    answer(shows)
    answer(shows, sub="7")
    request = RequestFactory().get("/", headers={"Test-Alpha": "bad"})
    assert 200 == shows(request).status_code

    assert [(False, None), (True, "7"), (False, None)] == seen


def test_policy_names_resolve_late():
    guarded = authorize("later")(view)

    with policies.override("later", RequireRole("admin")):
        assert 403 == answer(guarded, **STAFF).status_code
        assert 200 == answer(guarded, **ADMIN).status_code


def test_default_policy_of_the_settings_is_what_a_bare_guard_asks():
    with (
        policies.override("staff", RequireRole("staff")),
        override_settings(CLAIMSAUTH=claimsauth(DEFAULT_POLICY="staff")),
    ):
        assert 200 == answer(authorize(view), **STAFF).status_code
        assert 403 == answer(authorize(view), roles=["guest"]).status_code


def test_class_with_its_own_as_view_is_guarded_through_it():
    class Own(View):
        @classmethod
        def as_view(cls, **kwargs):
            return super().as_view(**kwargs)

        @authorize(roles=["staff"])
        def get(self, request):
            return HttpResponse("inside")

    assert 401 == answer(Own.as_view()).status_code
    assert 200 == answer(Own.as_view(), **STAFF).status_code


def test_method_of_a_mixin_enforces_itself():
    class Mixin:
        @authorize(roles=["staff"])
        def get(self, request):
            return HttpResponse("inside")

    class Mixed(Mixin, View):
        pass

    assert 401 == answer(Mixed.as_view()).status_code
    assert 200 == answer(Mixed.as_view(), **STAFF).status_code


def test_guarded_method_called_by_another_is_enforced():
    class Calling(View):
        def post(self, request):
            return self.get(request)

        @authorize(roles=["staff"])
        def get(self, request):
            return HttpResponse("inside")

    assert 401 == answer(Calling.as_view(), "post").status_code


@pytest.mark.parametrize("method", ["trace", "delete", "patch"])
def test_method_that_a_class_does_not_have_says_nothing_either(method):
    assert 401 == answer(Child.as_view(), method).status_code


def test_unknown_methods_are_not_kept():
    guarded = authorize(view)
    for number in range(20):
        guarded(RequestFactory().generic(f"M{number}", "/"))

    assert len(guarded._known) == 0


def test_gate_of_an_include_is_a_copy():
    module = ([path("a/", view), path("b/", include([path("c/", view)]))], "app")
    gated, app_name, namespace = require_authorization(
        include(module, namespace="x"), roles=["staff"]
    )

    assert ("app", "x") == (app_name, namespace)
    assert 401 == answer(gated[0].callback).status_code
    assert 401 == answer(gated[1].url_patterns[0].callback).status_code
    assert view is module[0][0].callback


def test_gate_around_a_gate_asks_both():
    inner = require_authorization(view, roles=["staff"])
    outer = require_authorization(inner, roles=["admin"])

    assert 403 == answer(outer, **STAFF).status_code
    assert 200 == answer(outer, **ADMIN).status_code


def test_a_guard_needs_a_request():
    with pytest.raises(TypeError, match="request first"):
        authorize(view)("not a request")


def test_metadata_says_where_it_was_declared():
    gated = require_authorization(Child.as_view(), "authenticated")

    assert ("action", "class", "gate") == metadata_of(gated, "GET").declared
    assert ("class",) == metadata_of(Child.as_view(), "POST").declared
    assert ("function",) == metadata_of(authorize(view)).declared
    assert () == metadata_of(view).declared
    assert not metadata_of(view).is_declared


def test_options_asks_what_the_read_asks_or_else_everything():
    class Writes(View):
        @authorize(roles=["staff"])
        def post(self, request):
            return HttpResponse("inside")

    assert 401 == answer(Writes.as_view(), "options").status_code
    assert 200 == answer(Writes.as_view(), "options", **STAFF).status_code
    assert 401 == answer(Base.as_view(), "options").status_code


def test_guards_show_themselves():
    assert "Guard of" in repr(authorize(view))
    assert not hasattr(authorize(view), "nothing")
